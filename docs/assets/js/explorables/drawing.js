/* What the instrument shows: words, axes and maps are drawn here; what moves, in painting.js. What is shown of the layers
   depends on the step, never on how it was reached.

   `whybn.drawing(live)` gives
     layout(width, height)
     limits(seen, before)     what the axes have to hold for one network, to be kept with `seen`
     paint(seen, past, end, names)   a step, all steps shown so far, where their axis ends, and what the networks are
     reading(loss)
     panels()                 what can be pointed at, with edges and scales */
"use strict";

(() => {
  const { ARMS, NAMES, GUESSING, add, set, clamp, scale, panel } = whybn;
  const LOSSES = [0.03, 30];
  const REACHES = [10, 100, 1000]; // of the axis of the distributions
  const DOTS = ["size", "gradient"]; // what is shown beside each hill, on axes of their own
  const BEYOND = 0.5; // of a power of ten: how far they go on after the last tick
  const OVERLAP = 2; // height of the hills, in layers
  const SHADES = ["shade-0", "shade-1", "shade-2", "shade-3", "shade-4"]; // of the map: from paper to dark

  /** 0.001 to 1000 in digits, 10⁻⁴ and 10⁴ beyond. */
  function powerOfTen(power) {
    if (Math.abs(power) <= 3) return +`1e${power}`;
    return `10${[...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;
  }

  /** A loss, with as many digits from step to step. */
  const reading = (loss) => (loss < 100 ? loss.toFixed(2) : "above 100");

  whybn.drawing = (live) => {
    const { data, state } = live;
    const { BINS, REACH } = whybnEngine();
    live.root.classList.add("instrument");
    const painting = whybn.painting(live);
    const ground = add(live.stage, "g"), notes = add(live.stage, "g");
    let panels = [], maps, losses, columns, drawn, rings, readings, ends, said;

    /** Never less than a step before, so that the axes do not jump to and fro. Those of the dots go from 10⁻⁸ to 100 at
        most; what lies beyond is drawn hollow at the end. */
    function limits(seen, before) {
      const { shape, whole } = seen;
      let [reach, ...powers] = before?.axes ?? [0, 3, 0, 3, 0];
      powers = DOTS.flatMap((name, k) => {
        const found = [...seen[name]].filter((value) => value > 0).map(Math.log10), [down, up] = powers.slice(2 * k);
        return [clamp(Math.ceil(-Math.min(...found)), down, 8), clamp(Math.ceil(Math.max(...found) - BEYOND), up, 2)];
      });
      const middle = (BINS - 1) / 2;
      const beyond = () => {
        const edge = (Math.asinh(REACHES[reach]) / REACH) * middle;
        return shape.some((height, at) => height > 12 && Math.abs((at % BINS) - middle) > edge);
      };
      while (reach < REACHES.length - 1 && beyond()) reach++;
      return { axes: [reach, ...powers], latest: isNaN(whole) && before ? before.latest : whole };
    }

    function layout(width, height) {
      const wide = width >= 560, left = 44, right = width - 12, top = 44;
      painting.resize(width, height);
      const side = wide ? clamp(Math.floor((width - 330) / 31), 11, 24) : Math.floor((right - left - 16) / 2 / data.rates.length);
      const mapWidth = side * data.rates.length, mapHeight = side * data.gains.length;
      maps = ARMS.map((_, arm) => {
        const x = left + arm * (mapWidth + 16);
        return { map: true, left: x, right: x + mapWidth, top, bottom: top + mapHeight };
      });
      const below = top + mapHeight + 64;
      losses = wide
        ? { left: maps[1].right + 58, right, top, bottom: top + mapHeight }
        : { left, right, top: below + 44, bottom: below + 44 + 100 };
      const first = (wide ? below : losses.bottom + 44) + 44;
      const share = wide ? (right - left - 44) / 2 : right - left;
      const high = wide ? height - 42 - first : (height - 128 - first) / 2;
      columns = ARMS.map((_, arm) => {
        const x = left + (wide ? arm * (share + 44) : 0), top = first + (wide ? 0 : arm * (high + 86));
        const at = (part) => x + share * part;
        const dots = DOTS.map((name, k) => ({ name, left: at(0.6 + 0.24 * k), right: at(0.76 + 0.24 * k) }));
        return { x, wall: at(0.48), dots, right: at(1), top, bottom: top + high };
      });
      panels = [...maps, losses];
      drawn = said = null;
      drawMaps();
      notes.replaceChildren();
      readings = ARMS.map((arm, k) =>
        add(notes, "text", { class: `${arm} end`, x: losses.right - 80 * (1 - k), y: losses.top - 27 }));
      ends = ARMS.map((arm) => [add(notes, "text"), add(notes, "text", { class: `${arm} middle` })]);
      const guessing = scale(LOSSES, [losses.bottom, losses.top], true)(GUESSING);
      add(notes, "text", { x: right, y: guessing - 4, class: "end" }, "guessing");
    }

    const middles = (values) => {
      const half = Math.sqrt(values[1] / values[0]);
      return [values[0] / half, values.at(-1) * half];
    };

    function drawMaps() {
      ground.replaceChildren();
      const hatch = add(add(ground, "defs"), "pattern", {
        id: "instrument-hatch", width: 5, height: 5, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)",
      });
      add(hatch, "path", { d: "M0,0V5", class: "hatch" });
      maps.forEach((map, arm) => {
        const x = scale(middles(data.rates), [map.left, map.right], true);
        const y = scale(middles(data.gains), [map.bottom, map.top], true);
        const group = add(ground, "g");
        panel(group, {
          ...map, x, title: NAMES[arm], yLabel: arm ? "point to train there" : "initial gain",
          xLabel: arm ? "learning rate" : null, xTicks: [0.01, 0.1, 1],
          y: arm ? null : y, yTicks: arm ? [] : [0.1, [1, "He 1"], 10],
        });
        const cells = add(group, "g", { class: `map ${ARMS[arm]}` });
        const wide = (map.right - map.left) / data.rates.length, high = (map.bottom - map.top) / data.gains.length;
        data.map[arm].forEach((row, gain) => row.forEach((loss, rate) => {
          const at = { x: map.left + rate * wide, y: map.bottom - (gain + 1) * high, width: wide - 1, height: high - 1 };
          const shade = SHADES[data.levels.filter((level) => loss < level).length];
          add(cells, "rect", loss === null ? { ...at, fill: "url(#instrument-hatch)" } : { ...at, class: shade });
        }));
        Object.assign(map, { x, y });
      });
      const { left: from, bottom: under } = maps[0];
      add(ground, "text", { x: from, y: under + 34 }, "10 layers, mini-batches of 32");
      const key = add(ground, "g", { class: `map ${ARMS[1]}` });
      SHADES.toReversed().forEach((shade, k) => {
        add(key, "rect", { class: shade, x: from + 30 + 13 * k, y: under + 43, width: 12, height: 10 });
      });
      add(ground, "text", { x: from, y: under + 52 }, "loss");
      add(ground, "text", { x: from + 102, y: under + 52 }, `${data.levels[0]} to ${data.levels.at(-1)}`);
      const { left, right, top, bottom } = losses;
      add(ground, "rect", { class: "scrub", x: left, y: top, width: right - left, height: bottom - top });
      rings = maps.map(() => add(ground, "circle", { class: "ring", r: 4.5 }));
    }

    /** Axes of the losses and of the layers, drawn again where their limits have changed. */
    function drawAxes(seen, end, names) {
      const alive = seen.filter((one) => one.diverged < 0), held = alive.length ? alive : seen;
      const [reach, ...powers] = held[0].axes.map((_, k) => Math.max(...held.map(({ axes }) => axes[k])));
      const depth = seen[0].size.length, key = [reach, powers, end, depth, names].join();
      if (key === drawn) return;
      drawn = key;
      for (const old of [...ground.querySelectorAll(".moving")]) old.remove();
      const group = () => add(ground, "g", { class: "moving" });
      losses.x = scale([0, end], [losses.left, losses.right]);
      losses.y = scale(LOSSES, [losses.bottom, losses.top], true);
      panel(group(), {
        ...losses, yLabel: "loss: thin, mini-batch; thick, training set", xLabel: "steps",
        xTicks: [0, end / 4, end / 2, (3 * end) / 4, end], yTicks: [0.1, 1, 10],
      });
      columns.forEach((column, arm) => {
        const { x, wall, top, bottom } = column, widest = Math.asinh(REACHES[reach]);
        column.y = scale([1 - OVERLAP, depth + 0.4], [top, bottom]);
        column.high = (column.y(2) - column.y(1)) * OVERLAP;
        column.value = scale([-widest, widest], [x, wall]);
        column.edge = Math.max(1, Math.ceil((1 - widest / REACH) * (BINS / 2))); // the first bin that is shown
        column.bins = Array.from({ length: BINS }, (_, bin) => column.value(((2 * bin + 1) / BINS - 1) * REACH));
        const far = REACHES[reach], near = reach ? 10 : 1, places = [-far, -near, 0, near, far];
        panel(group(), {
          x: (value) => column.value(Math.asinh(value)), y: column.y, left: x, right: wall, top, bottom,
          title: names[arm], yLabel: "what enters the activation function, by layer",
          xTicks: places, yTicks: [1, depth],
        });
        column.dots.forEach((one, k) => {
          const [down, up] = powers.slice(2 * k);
          one.x = scale([-down, up + BEYOND], [one.left, one.right]);
          const xTicks = [[-down, k ? powerOfTen(-down) : `1/${powerOfTen(down)}`], [up, powerOfTen(up)]];
          panel(group(), { ...one, top, bottom, xTicks, xLabel: one.name });
        });
      });
    }

    function paint(seen, past, end, names) {
      drawAxes(seen, end, names);
      const { depth, batch, mean, size } = state;
      ground.classList.toggle("elsewhere", [depth, batch, mean, size].join() !== "10,32,live,live");
      painting.begin();
      painting.losses(losses, seen, past);
      columns.forEach((column, arm) => {
        if (seen[arm].diverged < 0) painting.layers(column, seen[arm], arm);
        else painting.hatch(column);
      });
      say(seen, end);
    }

    /** Words and rings, where they have changed. */
    function say(seen, end) {
      const { rate, gain } = state;
      const key = [drawn, rate, gain, ...seen.flatMap(({ diverged, latest }) => [diverged, latest])].join();
      if (key === said) return;
      said = key;
      ARMS.forEach((name, arm) => {
        const { diverged: at, latest } = seen[arm], { x, right, top, bottom } = columns[arm], late = at > end / 2;
        set(rings[arm], { cx: maps[arm].x(rate), cy: maps[arm].y(gain) });
        readings[arm].textContent = `${arm ? "with" : "without"} ${at < 0 ? reading(latest) : "diverged"}`;
        set(ends[arm][0], {
          x: losses.x(at) + (late ? -6 : 6), y: losses.top + 12 + 16 * arm, class: `${name} ${late ? "end" : ""}`,
        });
        set(ends[arm][1], { x: (x + right) / 2, y: (top + bottom) / 2 });
        for (const note of ends[arm]) note.textContent = at < 0 ? "" : `diverged at step ${at}`;
      });
    }

    return { layout, limits, paint, reading, panels: () => panels };
  };
})();
