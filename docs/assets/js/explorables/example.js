/* One example moves them all: a mini-batch of pre-activations of one unit, without and with Batch Norm. The reader
   moves one member; what leaves is computed here, with the formula of the article. */
"use strict";

(() => {
  const { ARMS, NAMES, add, set, measured, clamp, scale, panel, words, calm } = whybn;

  /** Batch Norm of one unit before scale and shift, by `statistics` or, without them, by those of the values. */
  whybn.batchNorm = (values, epsilon, statistics) => {
    const average = (numbers) => numbers.reduce((sum, one) => sum + one, 0) / numbers.length;
    const mean = statistics ? statistics.mean : average(values);
    const variance = statistics ? statistics.variance : average(values.map((value) => (value - mean) ** 2));
    return values.map((value) => (value - mean) / Math.sqrt(variance + epsilon));
  };

  whybn.explorables.example = (live) => {
    const { data, state, stage } = live;
    const { arriving, reach } = data;
    const sizes = [32, 16, 8, 4, 2].filter((size) => size <= arriving.length).map(String);
    const signed = (value) => (value > 0 ? "+" : "") + measured(value);

    live.choice("size", {
      label: "examples in the mini-batch",
      options: sizes.map((size) => [size]), value: sizes[0],
    });
    live.choice("mode", { label: "mode", options: [["train"], ["eval"]], value: "train" });
    live.range("member", {
      label: "member",
      min: 1, max: () => +state.size, step: 1, value: data.moved,
      text: () => `${rank()} of ${state.size}, digit ${data.digits[member()]}`,
    });
    live.range("by", {
      label: "moved by",
      min: reach[0] - reach[1], max: reach[1] - reach[0], step: 0.1, value: data.by, text: signed,
    });

    function rank() {
      return clamp(Math.round(state.member), 1, state.size);
    }

    /** The members of the mini-batch from the lowest to the highest, as indices. */
    function ranked() {
      return [...Array(+state.size).keys()].sort((a, b) => arriving[a] - arriving[b]);
    }

    function member() {
      return ranked()[rank() - 1];
    }

    /** What arrives and what leaves, before and after the move; how far the others move at most. */
    function compute(arm) {
      const chosen = member();
      const before = arriving.slice(0, state.size);
      const now = before.map((value, index) => (index === chosen ? clamp(value + state.by, ...reach) : value));
      const statistics = state.mode === "eval" ? data.running : null;
      const leave = (values) => (arm === "plain" ? values : whybn.batchNorm(values, data.epsilon, statistics));
      const [left, leaves] = [leave(before), leave(now)];
      const most = Math.max(...leaves.map((value, index) => (index === chosen ? 0 : Math.abs(value - left[index]))));
      return { chosen, before, now, left, leaves, most };
    }

    const drawn = ARMS.map((arm) => {
      const frame = add(stage, "g");
      const told = add(stage, "text");
      const group = add(stage, "g", { class: arm });
      const move = add(group, "path", { class: "move" });
      const each = (tag, look) => arriving.map(() => add(group, tag, look));
      const ticks = each("path", { class: "left" });
      const lines = each("path", { class: "run" });
      const tops = each("circle", { class: "dot", r: 3 });
      const feet = each("circle", { class: "dot", r: 3 });
      return { arm, frame, told, group, move, ticks, lines, tops, feet };
    });
    const hint = add(stage, "text", { class: "hint end" }, "drag ↔");
    const shown = {}; // where marks stand while they glide to where they belong, by arm
    let setting, glideUntil = 0;

    function layout(width, height) {
      const narrow = width < 560;
      drawn.forEach((one, index) => {
        const left = narrow || !index ? 52 : width / 2 + 33;
        const right = narrow || index ? width - 12 : width / 2 - 7;
        const bottom = (narrow && !index ? height / 2 : height) - 24;
        const top = 44 + (narrow ? index * height / 2 : 0);
        const x = scale(reach, [left, right]);
        const rows = [top + 18, bottom - 48, bottom - 16]; // arrives, leaves, left before the move
        Object.assign(one, { x, rows });
        panel(one.frame, {
          x, left, right, top, bottom,
          title: NAMES[index],
          xTicks: [-4, 0, 4, 8],
        });
        if (narrow || !index) {
          ["arrives", "leaves", "before"].forEach((word, row) => {
            add(one.frame, "text", { x: left - 7, y: rows[row] + 4, class: "end" }, word);
          });
        }
        set(one.told, { x: left, y: top - 9 });
      });
      glideUntil = 0;
    }

    /** Move what is shown towards where it belongs: at once, or over a moment after another setting was chosen. */
    function glide(arm, wanted, now) {
      const last = shown[arm];
      const share = now < glideUntil && !calm.matches ? 0.22 : 1;
      shown[arm] = wanted.map((row, k) => row.map((value, index) => {
        const from = last?.[k][index] ?? value;
        return from + (value - from) * share;
      }));
      return shown[arm];
    }

    function draw(now) {
      const chosenSetting = `${state.size} ${state.mode}`;
      if (setting && setting !== chosenSetting) glideUntil = now + 500;
      setting = chosenSetting;
      for (const { arm, x, rows, told, group, move, ticks, lines, tops, feet } of drawn) {
        const found = compute(arm);
        const [arrives, leaves, left] = glide(arm, [found.now, found.leaves, found.left], now);
        arriving.forEach((_, index) => {
          const marks = [ticks[index], lines[index], tops[index], feet[index]];
          for (const mark of marks) {
            mark.style.display = index < state.size ? "" : "none";
            mark.classList.toggle("chosen", index === found.chosen);
          }
          if (index === found.chosen && feet[index].nextSibling) group.append(...marks); // above the others
          if (index >= state.size) return;
          const [top, foot] = [x(arrives[index]), x(leaves[index])];
          set(lines[index], { d: `M${top},${rows[0]}L${foot},${rows[1]}` });
          set(tops[index], { cx: top, cy: rows[0] });
          set(feet[index], { cx: foot, cy: rows[1] });
          set(ticks[index], { d: `M${x(left[index])},${rows[2] - 6}v12` });
        });
        set(hint, { x: x(arrives[found.chosen]) - 12, y: rows[0] + 4 }); // ends up beside the last
        set(move, { d: `M${x(found.before[found.chosen])},${rows[0] - 13}H${x(arrives[found.chosen])}` });
        const most = found.most.toFixed(2);
        const sign = arm !== "plain" && state.size === "2" && state.mode === "train";
        if (sign) words(told, "the other output moves by ", most, ": only a sign is left");
        else words(told, "the others’ outputs move by up to ", most);
      }
      return now < glideUntil;
    }

    live.drag((px, py, begins) => {
      const beside = drawn[1].x(reach[0]) > drawn[0].x(reach[1]);
      const { x } = drawn[beside ? +(px > drawn[0].x(reach[1]) + 20) : +(py > drawn[0].rows[2] + 40)];
      const value = x.invert(px);
      if (begins) {
        const { now } = compute("plain");
        const distance = (index) => Math.abs(now[index] - value);
        const order = ranked();
        const nearest = order.reduce((a, b) => (distance(b) < distance(a) ? b : a));
        live.set({ member: order.indexOf(nearest) + 1 });
      }
      live.set({ by: +(value - arriving[member()]).toFixed(2) });
    });

    function summary() {
      const { chosen, before, now, most } = compute("batch_norm");
      return `Member ${rank()} of ${state.size}, an image of the digit ${data.digits[chosen]}, `
        + `is moved from ${measured(before[chosen])} to ${measured(now[chosen])}. Without Batch Norm no other output moves; `
        + `with it, in ${state.mode} mode, the others move by up to ${most.toFixed(2)}.`;
    }

    return { layout, draw, summary, name: "move one example" };
  };
})();
