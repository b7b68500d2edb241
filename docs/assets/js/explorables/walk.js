/* Walk along the gradient: the reader sets the step length and sees the loss there, and the gradient there against
   the one at the start. Everything was computed beforehand; what lies between two computed lengths is read off a
   straight line over the logarithm of the length. */
"use strict";

(() => {
  const { ARMS, NAMES, add, set, measured, scale, panel, path, words } = whybn;
  const MOMENTS = ["early", "middle", "late"];
  const TICKS = [[1 / 16, "1/16"], [1 / 4, "1/4"], 1, 4];
  // Where an axis has ticks: of less than a factor of 5, of less than 60, of more.
  const ROUND = [[0.1, 0.2, 0.3, 0.5, 1, 2, 3, 5, 10], [0.1, 0.2, 0.5, 1, 2, 5, 10], [0.1, 1, 10]];

  function median(values) {
    const sorted = [...values].sort((a, b) => a - b);
    return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
  }

  /** Where an arrow from the origin ends that is `length` px long and turned up by `degrees`. */
  function tip(length, degrees) {
    const turn = (degrees * Math.PI) / 180;
    return [length * Math.cos(turn), -length * Math.sin(turn)];
  }

  /** The outline of such an arrow. */
  function arrow(length, degrees) {
    const [x, y] = tip(1, degrees);
    const neck = Math.max(length - 8, 0);
    const half = Math.min(4, length / 2);
    const outline = [[0, -1], [neck, -1], [neck, -half], [length, 0], [neck, half], [neck, 1], [0, 1]];
    return `${path(outline.map(([along, across]) => [along * x - across * y, along * y + across * x]))}Z`;
  }

  whybn.explorables.walk = (live) => {
    const { data, state, stage } = live;
    const multiples = data.lengths.map((length) => length / data.rate);
    const ends = [multiples[0], multiples.at(-1)];

    live.choice("at", {
      label: "point of training",
      options: MOMENTS.map((moment, index) => [moment, `${moment}, step ${data.at[index]}`]),
      value: "middle",
    });
    live.range("step", {
      label: "step length, in steps of the training",
      min: ends[0], max: ends[1], step: Math.log10(2) / 16, value: 2, log: true, text: measured,
    });

    /** What was measured at the chosen point of training: name is loss, turn, ratio or start. */
    const chosen = (arm, name) => data[arm][name][MOMENTS.indexOf(state.at)];

    /** The same at one step length: of every seed, and after these their median. */
    function read(arm, name, step = state.step) {
      const table = chosen(arm, name);
      const place = (Math.log(step / ends[0]) / Math.log(ends[1] / ends[0])) * (multiples.length - 1);
      const below = Math.min(Math.floor(place + 1e-6), multiples.length - 2);
      const [low, high] = [table[below], table[below + 1]].map((row) => [...row, median(row)]);
      return low.map((value, k) => value + (high[k] - value) * (place - below));
    }

    /** Loss before and at the end of the walk; degrees by which the gradient has turned and its growth: medians. */
    function reading(arm) {
      const [loss, turn, ratio] = ["loss", "turn", "ratio"].map((name) => read(arm, name).at(-1));
      const before = median(chosen(arm, "start"));
      return { before: measured(before), loss: measured(loss), turn: `${turn.toFixed(0)}°`, ratio: measured(ratio) };
    }

    const drawn = ARMS.map((arm, index) => {
      const one = { arm, title: NAMES[index], frame: add(stage, "g") };
      for (const name of ["told", "meant", "turned"]) one[name] = add(stage, "text");
      const plot = add(stage, "g", { class: arm });
      const compass = (one.compass = add(stage, "g", { class: arm }));
      for (const [name, parent, tag, look] of [
        ["curves", plot, "g"],
        ["before", plot, "path", "reference"],
        ["cursor", plot, "path", "axis"],
        ["dot", plot, "circle", "dot"],
        ["ring", compass, "path", "reference"],
        ["first", compass, "path", "first"],
        ["ahead", compass, "path", "run faint"],
        ["trail", compass, "path", "run"],
        ["seeds", compass, "path", "run"],
        ["now", compass, "path", "dot"],
        ["name", compass, "text"],
      ]) one[name] = add(parent, tag, { class: look });
      set(one.dot, { r: 4.5 });
      return one;
    });
    const hint = add(stage, "text", { class: "hint end" }, "drag ↔");
    let narrow, sky, moment; // on a phone?, px above the foot of the arrows, and what is drawn
    let unit; // px, the length of the first gradient: one at all moments, so that arrows can be compared
    const longest = Math.max(...ARMS.flatMap((arm) => data[arm].ratio.flatMap((moment) => moment.map(median))));

    function layout(width, height) {
      narrow = width < 560;
      sky = narrow ? 172 : 168;
      const foot = height - 22;
      const plot = (foot - sky - (narrow ? 40 : 30)) / (narrow ? 2 : 1); // with its words
      drawn.forEach((one, index) => {
        const left = narrow || !index ? 34 : width / 2 + 28;
        const right = narrow || index ? width - 8 : width / 2 - 6;
        const top = 44 + (narrow ? index * plot : 0);
        const across = narrow ? width / 2 : right - left;
        const edge = narrow ? index * across : left;
        Object.assign(one, { left, right, top, bottom: top + plot - 76, x: scale(ends, [left, right], true), across });
        set(one.told, { x: left, y: top - 9 });
        set(one.turned, { x: edge, y: foot - sky - 10 });
        set(one.meant, { x: 0, y: foot - sky - 27 });
        one.meant.textContent = narrow && !index ? "gradient there, against the one at the start" : "";
        set(one.compass, { transform: `translate(${edge + across / 2},${foot})` });
      });
      unit = Math.min(sky / longest / 1.06, ...drawn.map((one) => one.across / 2.3));
      moment = undefined;
    }

    /** Where the arrows of all seeds, and after these of their median, end at one step length. */
    function tips(arm, step) {
      const turn = read(arm, "turn", step);
      return read(arm, "ratio", step).map((ratio, k) => tip(ratio * unit, turn[k]));
    }

    /** The curves and the first gradient at the chosen point of training, on scales that both sides share. */
    function drawMoment() {
      const losses = ARMS.flatMap((arm) => chosen(arm, "loss")).flat();
      const extent = [Math.min(...losses) / 1.1, Math.max(...losses) * 1.1];
      const round = ROUND[+(extent[1] > 60 * extent[0]) + +(extent[1] > 5 * extent[0])];
      const yTicks = round.filter((tick) => tick > extent[0] && tick < extent[1]);
      for (const one of drawn) {
        const { arm, curves, left, right, top, bottom, x } = one;
        const y = (one.y = scale(extent, [bottom, top], true));
        panel(one.frame, { ...one, xTicks: TICKS, yTicks });
        const table = chosen(arm, "loss");
        const curve = (values, look) => {
          add(curves, "path", { class: look, d: path(values.map((value, k) => [x(multiples[k]), y(value)])) });
        };
        curves.replaceChildren();
        for (const seed in table[0]) curve(table.map((row) => row[seed]), "run");
        curve(table.map(median), "median");
        set(one.ahead, { d: path(multiples.map((step) => tips(arm, step).at(-1))) });
        set(one.first, { d: arrow(unit, 0) });
        set(one.ring, { d: `M${unit},0A${unit},${unit} 0 0 0 ${-unit},0` });
        set(one.name, { x: unit, y: 17, class: "end" }).textContent = "at the start";
        set(one.before, { d: `M${left},${y(median(chosen(arm, "start")))}H${right}` });
      }
      moment = state.at;
    }

    function draw() {
      if (moment !== state.at) drawMoment();
      for (const one of drawn) {
        const { arm } = one;
        const said = reading(arm);
        words(one.told, "loss on the same mini-batch: from ", said.before, " to ", said.loss);
        if (narrow) words(one.turned, "turned by ", said.turn, ", ", said.ratio, " × as long");
        else words(one.turned, "gradient there: turned by ", said.turn, ", ", said.ratio, " times as long");
        const at = one.x(state.step);
        set(one.cursor, { d: `M${at},${one.top}V${one.bottom}` });
        set(hint, { x: at - 6, y: one.top + 12 }); // ends up beside the last
        set(one.dot, { cx: at, cy: one.y(read(arm, "loss").at(-1)) });
        const inside = ([x, y]) => { // the longest of the seeds leave the picture
          const share = Math.min(1, sky / Math.abs(y), one.across / 2 / Math.abs(x));
          return [x * share, y * share];
        };
        const passed = [...multiples.filter((step) => step < state.step), state.step];
        set(one.trail, { d: path(passed.map((step) => tips(arm, step).at(-1))) });
        set(one.seeds, { d: tips(arm, state.step).slice(0, -1).map((end) => path([[0, 0], inside(end)])).join("") });
        set(one.now, { d: arrow(read(arm, "ratio").at(-1) * unit, read(arm, "turn").at(-1)) });
      }
    }

    live.drag((x) => {
      const column = drawn.find((one) => x < one.right + 14) ?? drawn[1];
      live.set({ step: +column.x.invert(x).toPrecision(4) });
    });

    function summary() {
      const told = ARMS.map((arm, index) => {
        const { before, loss, turn, ratio } = reading(arm);
        return `Loss ${NAMES[index]} from ${before} to ${loss}; `
          + `the gradient there has turned by ${turn} and is ${ratio} times as long.`;
      });
      return `A walk of ${measured(state.step)} times the training’s step, ${state.at} in training. ${told.join(" ")}`;
    }

    return { layout, draw, summary, name: "walk along one gradient" };
  };
})();
