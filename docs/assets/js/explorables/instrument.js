/* The instrument: two networks, without and with Batch Norm, trained in the page, and every step taken kept to go back to.

   The engine trains in a worker, a few steps ahead of what is shown. This file asks for steps, keeps what was seen before
   each of them, and draws. What is drawn of the layers depends on the step shown, never on how it was reached. */
"use strict";

whybn.load("engine");

(() => {
  const { add, set, number, clamp, scale, panel, calm } = whybn;
  const ARMS = ["plain", "batch_norm"], NAMES = ["without", "with"];
  const LAST = 1280; // steps kept at most: some 13 MB in the deepest networks
  const AHEAD = 8; // steps trained before they are shown, so that a slow one is not seen
  const STRIDE = 40; // steps at once for readers who want little motion
  const LOSSES = [0.03, 30], GUESSING = Math.log(10);
  const REACHES = [10, 100, 1000]; // of the axis of the distributions
  const POWERS = [-8, 2]; // of ten: the axis of the gradients at most; what lies beyond is drawn hollow at its end
  const OVERLAP = 2; // height of the hills, in layers
  const SHADES = ["shade-0", "shade-1", "shade-2", "shade-3", "shade-4"]; // of the map: from paper to dark

  // ---- The engine, in a worker where one starts

  /** Answer requests for a new pair of networks and for steps. */
  function serve(port, engine) {
    let digits, pair, run;
    port.onmessage = ({ data: { images, labels, settings, steps } }) => {
      if (images) digits = engine.digits(images, labels);
      if (settings) {
        pair = engine.pair(settings, digits);
        run = settings.run;
      }
      for (let k = 0; k < steps; k++) {
        const seen = pair.next();
        port.postMessage({ run, seen }, [seen.shape.buffer, seen.gradient.buffer]);
      }
    };
  }

  /** Return what sends requests to a worker; `lost` is called if it does not start. */
  function worker(receive, lost) {
    const source = `"use strict";(${serve})(self,(${whybnEngine})())`;
    const made = new Worker(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
    made.onmessage = (event) => receive(event.data);
    made.onerror = lost;
    return (request) => made.postMessage(request);
  }

  /** The same on the page's own thread. */
  function here(receive) {
    const port = { postMessage: receive };
    serve(port, whybnEngine());
    return (request) => setTimeout(() => port.onmessage({ data: request }));
  }

  /** 0.001 to 1000 in digits, 10⁻⁴ and 10⁴ beyond. */
  function powerOfTen(power) {
    if (Math.abs(power) <= 3) return +`1e${power}`;
    return `10${[...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("")}`;
  }

  /** A loss, with as many digits from step to step. */
  const reading = (loss) => (loss < 100 ? loss.toFixed(2) : "above 100");

  const plain = (value) => String(value).replace("-", "−");

  whybn.explorables.instrument = (live) => {
    const { data, state } = live;
    const grid = { rate: data.rates, gain: data.gains };
    const four = (value) => +value.toPrecision(4); // as the sliders have it
    const { BINS, REACH } = whybnEngine();

    // ---- Controls

    for (const [name, label] of [["rate", "learning rate"], ["gain", "initial gain"]]) {
      const values = grid[name], [min, max] = [values[0], values.at(-1)];
      const step = (Math.log10(max / min) / (values.length - 1)) * (1 - 1e-9); // or rounding puts the last out of reach
      live.range(name, { label, min, max, step, value: four(data[name]), log: true });
    }
    const choice = (name, label, values, value) =>
      live.choice(name, { label, options: values.map((one) => [String(one), String(one)]), value });
    choice("depth", "layers", [2, 5, 10, 20], "10");
    choice("batch", "mini-batch", [2, 4, 8, 32, 128], "32");
    const toggle = live.button("Train", () => (playing ? pause() : train()));
    live.button("One step", () => {
      pause();
      live.set({ step: Math.min(state.step + 1, LAST) });
    });
    live.button("Restart", () => {
      state.step = 0;
      train();
    });
    live.button("Other weights", () => live.set({ seed: state.seed + 1 }));
    live.declare("seed", 0, (text) => (/^\d{1,6}$/.test(text) ? +text : undefined), () => {});
    const scrubber = live.range("step", { label: "step", min: 0, max: LAST, step: 1, value: 0 });
    scrubber.addEventListener("input", () => pause());
    state.step = Math.round(state.step);

    // ---- Training

    let playing = false, shownAt = 0;
    let wanted = null; // the settings of this run
    let run = 0, asked = 0, history = [], taken = 0, end = data.steps;
    let slow = !/native code/.test(self.Worker); // a stand-in, as the search of pages read from disk brings one
    let send = slow ? here(receive) : worker(receive, fallBack);
    const digits = { images: data.images, labels: data.labels };
    send(digits);

    function fallBack() {
      slow = true;
      send = here(receive);
      send(digits);
      wanted = null;
      live.wake();
    }

    /** Start anew where the reader has changed the settings, and show what they do. */
    function begin() {
      const { depth, batch, rate, gain, seed } = state;
      const settings = { depth: +depth, batch: +batch, rate, gain, seed };
      const text = JSON.stringify(settings);
      if (text === wanted || asked > history.length) return;
      const first = wanted === null;
      wanted = text;
      history = [];
      taken = asked = 0;
      end = data.steps;
      send({ settings: { ...settings, run: ++run } });
      if (first) return;
      state.step = 0;
      train();
    }

    function train() {
      if (state.step >= end) end = Math.min(2 * end, LAST);
      playing = !calm.matches;
      toggle.textContent = playing ? "Pause" : "Train";
      live.set({ step: playing ? state.step : Math.min(state.step + STRIDE, end) });
    }

    function pause() {
      playing = false;
      toggle.textContent = "Train";
    }

    function receive({ run: of, seen }) {
      if (of !== run) return;
      history.push(Object.assign(seen, limits(seen, history.at(-1))));
      if (seen.step === 0) live.say(summary());
      live.wake();
    }

    /** What the axes have to hold for each network: never less than a step before, so that they do not jump to and fro. */
    function limits({ gradient, shape, whole }, before) {
      const per = shape.length / ARMS.length, layers = gradient.length / ARMS.length, middle = (BINS - 1) / 2;
      const axes = ARMS.map((_, arm) => {
        let [low, high, reach] = before ? before.axes[arm] : [-3, 0, 0];
        for (const size of gradient.subarray(arm * layers, (arm + 1) * layers)) {
          if (!(size > 0)) continue;
          low = clamp(Math.floor(Math.log10(size)), POWERS[0], low);
          high = clamp(Math.ceil(Math.log10(size)), high, POWERS[1]);
        }
        const hills = shape.subarray(arm * per, (arm + 1) * per);
        const beyond = () => {
          const edge = (Math.asinh(REACHES[reach]) / REACH) * middle;
          return hills.some((height, at) => height > 12 && Math.abs((at % BINS) - middle) > edge);
        };
        while (reach < REACHES.length - 1 && beyond()) reach++;
        return [low, high, reach];
      });
      const latest = [...whole].map((loss, arm) => (isNaN(loss) && before ? before.latest[arm] : loss));
      return { axes, latest };
    }

    /** Go on by a step where it is time to, and ask for those that will be needed. */
    function advance(now) {
      begin();
      while (end < state.step) end *= 2;
      const last = history.at(-1);
      if (playing && (state.step >= end || last?.diverged.every((at) => at >= 0 && at < state.step))) pause();
      if (playing && history.length > state.step + 1 && now - shownAt > 15) {
        shownAt = now;
        live.set({ step: state.step + 1 });
      }
      const goal = Math.min(playing ? state.step + AHEAD : state.step, LAST);
      const more = Math.min(goal + 1, history.length + (slow ? 1 : AHEAD)) - asked; // few at once, so that it can be stopped
      if (more > 0) {
        asked += more;
        send({ steps: more });
      }
    }

    // ---- Drawing

    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    live.box.prepend(canvas);
    live.root.classList.add("instrument");
    const ground = add(live.stage, "g");
    const notes = add(live.stage, "g");
    let maps, losses, columns, grabbed, drawn, rings, readings, ends, said;

    function layout(width, height) {
      if (!width) return;
      const wide = width >= 600, left = 44, right = width - 12, top = 44;
      set(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
      const side = wide ? 11 : Math.floor((right - left - 16) / 2 / data.rates.length);
      const mapWidth = side * data.rates.length, mapHeight = side * data.gains.length;
      maps = ARMS.map((_, arm) => {
        const x = left + arm * (mapWidth + 16);
        return { left: x, right: x + mapWidth, top, bottom: top + mapHeight, act: pointAt };
      });
      const below = top + mapHeight + 44;
      losses = wide
        ? { left: maps[1].right + 58, right, top, bottom: top + mapHeight }
        : { left, right, top: below + 44, bottom: below + 44 + 100 };
      losses.act = scrub;
      const first = (wide ? below : losses.bottom + 44) + 44;
      const share = wide ? (right - left - 44) / 2 : right - left;
      const high = wide ? height - 42 - first : (height - 128 - first) / 2;
      columns = ARMS.map((_, arm) => {
        const x = left + (wide ? arm * (share + 44) : 0), top = first + (wide ? 0 : arm * (high + 86));
        return { x, wall: x + share * 0.62, from: x + share * 0.62 + 34, right: x + share, top, bottom: top + high };
      });
      drawn = said = null;
      drawMaps();
      notes.replaceChildren();
      readings = ARMS.map((arm, k) =>
        add(notes, "text", { class: `${arm} end`, x: losses.right - 80 * (1 - k), y: losses.top - 27 }));
      ends = ARMS.map((arm) => [add(notes, "text"), add(notes, "text", { class: `${arm} middle` })]);
      const guessing = scale(LOSSES, [losses.bottom, losses.top], true)(GUESSING);
      add(notes, "text", { x: right, y: guessing - 4, class: "end" }, "guessing");
      if (present()) paint(present()); // at once, as the canvas is empty now
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
          ...map, x, title: `${NAMES[arm]} Batch Norm`, yLabel: arm ? "point to train there" : "initial gain",
          xLabel: arm ? "learning rate" : null, xTicks: [[0.01, "0.01"], [0.1, "0.1"], [1, "1"]],
          y: arm ? null : y, yTicks: arm ? [] : [[0.1, "0.1"], [1, "He 1"], [10, "10"]],
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
      const { left, right, top, bottom } = losses;
      add(ground, "rect", { class: "scrub", x: left, y: top, width: right - left, height: bottom - top });
      rings = maps.map(() => add(ground, "circle", { class: "ring", r: 4.5 }));
    }

    /** Axes of the losses and of the layers, drawn again where their limits have changed. */
    function drawAxes({ axes, diverged }) {
      const alive = axes.filter((_, arm) => diverged[arm] < 0), held = alive.length ? alive : axes;
      const low = Math.min(...held.map((one) => one[0])), high = Math.max(...held.map((one) => one[1]));
      const reach = Math.max(...held.map((one) => one[2]));
      const depth = +state.depth, key = [low, high, reach, end, depth].join();
      if (key === drawn) return;
      drawn = key;
      scrubber.max = end;
      for (const old of [...ground.querySelectorAll(".moving")]) old.remove();
      const group = () => add(ground, "g", { class: "moving" });
      losses.x = scale([0, end], [losses.left, losses.right]);
      losses.y = scale(LOSSES, [losses.bottom, losses.top], true);
      panel(group(), {
        ...losses, yLabel: "loss: thin, mini-batch; thick, training set", xLabel: "steps",
        xTicks: [0, end / 4, end / 2, (3 * end) / 4, end].map((at) => [at, at]), yTicks: [0.1, 1, 10].map((at) => [at, at]),
      });
      const every = Math.ceil((high - low) / 2);
      columns.forEach((column, arm) => {
        const { x, wall, from, right, top } = column, widest = Math.asinh(REACHES[reach]);
        column.y = scale([1 - OVERLAP, depth + 0.4], [top, column.bottom]);
        column.value = scale([-widest, widest], [x, wall]);
        column.size = scale([low, high], [from, right]);
        column.reach = REACHES[reach];
        const inner = reach ? 10 : 1, places = [-column.reach, -inner, 0, inner, column.reach];
        panel(group(), {
          x: (value) => column.value(Math.asinh(value)), y: column.y, left: x, right: wall, top, bottom: column.bottom,
          title: `${NAMES[arm]} Batch Norm`, yLabel: "what enters the activation function, by layer",
          xTicks: places.map((value) => [value, plain(value)]), yTicks: [[1, 1], [depth, depth]],
        });
        const powers = [];
        for (let power = high; power >= low; power -= every) powers.push([power, powerOfTen(power)]);
        const axis = { x: column.size, left: from, right, top, bottom: column.bottom, xTicks: powers };
        panel(group(), { ...axis, xLabel: "gradient" });
      });
    }

    function paint(seen) {
      drawAxes(seen);
      const style = getComputedStyle(live.root);
      const colour = (name) => style.getPropertyValue(`--${name}`);
      const hues = [colour("rust"), colour("link")], paper = colour("paper"), grey = colour("grey");
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineJoin = "round";
      paintLosses(seen, hues, grey);
      columns.forEach((column, arm) => {
        const at = seen.diverged[arm];
        if (at < 0) paintLayers(column, seen, arm, hues[arm], paper);
        else paintHatch(column, grey);
      });
      say(seen);
    }

    /** One line through points, pen up where they are not finite. */
    function line(points, colour, width, alpha = 1) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha });
      context.beginPath();
      for (const [x, y] of points) context.lineTo(x, y);
      context.stroke();
      context.globalAlpha = 1;
    }

    function paintLosses(seen, hues, grey) {
      const { x, y, left, right, top, bottom } = losses;
      context.save();
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      context.setLineDash([1, 3]);
      line([[left, y(GUESSING)], [right, y(GUESSING)]], grey, 1);
      context.setLineDash([]);
      const past = history.slice(0, taken + 1);
      const points = (kind, arm) => past.filter((one) => one[kind][arm] < Infinity).map((one) => [x(one.step), y(one[kind][arm])]);
      hues.forEach((hue, arm) => line(points("loss", arm), hue, 0.75, 0.55));
      hues.forEach((hue, arm) => line(points("whole", arm), hue, 2));
      line([[x(seen.step), top], [x(seen.step), bottom]], grey, 1);
      context.restore();
    }

    function paintLayers(column, seen, arm, hue, paper) {
      const { y, value, size, from, right } = column, depth = +state.depth;
      const one = y(2) - y(1), dots = [];
      const widest = Math.asinh(column.reach), first = Math.max(1, Math.ceil((1 - widest / REACH) * (BINS / 2)));
      for (let layer = 0; layer < depth; layer++) {
        const foot = y(layer + 1), at = (arm * depth + layer) * BINS, hill = [];
        for (let bin = first; bin < BINS - first; bin++) {
          const [a, b, c] = [seen.shape[at + bin - 1], seen.shape[at + bin], seen.shape[at + bin + 1]];
          const height = (a + 2 * b + c) / 4 / 255;
          hill.push([value(((2 * bin + 1) / BINS - 1) * REACH), foot - height * one * OVERLAP]);
        }
        while (hill.length > 2 && hill[1][1] > foot - 0.3) hill.shift();
        while (hill.length > 2 && hill.at(-2)[1] > foot - 0.3) hill.pop();
        context.beginPath();
        context.moveTo(hill[0][0], foot);
        for (const [px, py] of hill) context.lineTo(px, py);
        context.lineTo(hill.at(-1)[0], foot);
        for (const [fill, alpha] of [[paper, 1], [hue, 0.18]]) {
          Object.assign(context, { fillStyle: fill, globalAlpha: alpha });
          context.fill();
        }
        line(hill, hue, 1);
        const px = size(Math.log10(seen.gradient[arm * depth + layer]));
        dots.push([clamp(px, from, right), foot, px < from || px > right]);
      }
      line(dots, hue, 1);
      for (const [px, py, beyond] of dots) {
        context.beginPath();
        context.arc(px, py, 2.5, 0, 7);
        Object.assign(context, { fillStyle: beyond ? paper : hue, strokeStyle: hue });
        context.fill();
        context.stroke();
      }
    }

    function paintHatch({ x, right, top, bottom }, grey) {
      context.save();
      context.beginPath();
      context.rect(x, top, right - x, bottom - top);
      context.clip();
      for (let at = x - bottom + top; at < right; at += 7) line([[at, bottom], [at + bottom - top, top]], grey, 0.5, 0.5);
      context.restore();
    }

    /** Words and rings, written anew where they have changed. */
    function say({ diverged, latest }) {
      const { rate, gain } = state, key = [drawn, rate, gain, ...diverged, ...latest].join();
      if (key === said) return;
      said = key;
      ARMS.forEach((name, arm) => {
        const at = diverged[arm], { x, right, top, bottom } = columns[arm], late = at > end / 2;
        set(rings[arm], { cx: maps[arm].x(rate), cy: maps[arm].y(gain) });
        readings[arm].textContent = `${NAMES[arm]} ${at < 0 ? reading(latest[arm]) : "diverged"}`;
        set(ends[arm][0], {
          x: losses.x(at) + (late ? -6 : 6), y: losses.top + 12 + 16 * arm, class: `${name} ${late ? "end" : ""}`,
        });
        set(ends[arm][1], { x: (x + right) / 2, y: (top + bottom) / 2 });
        for (const note of ends[arm]) note.textContent = at < 0 ? "" : `diverged at step ${at}`;
      });
    }

    function pointAt({ x, y }, px, py, begins) {
      const nearest = (values, value) =>
        four(values.reduce((a, b) => (Math.abs(Math.log(b / value)) < Math.abs(Math.log(a / value)) ? b : a)));
      const rate = nearest(data.rates, x.invert(px)), gain = nearest(data.gains, y.invert(py));
      if (rate !== state.rate || gain !== state.gain) live.set({ rate, gain });
      else if (begins && !playing) train();
    }

    function scrub({ x }, px) {
      pause();
      live.set({ step: clamp(Math.round(x.invert(px)), 0, taken) });
    }

    live.drag((px, py, begins) => {
      const holds = ({ left, right, top, bottom }) => px > left - 8 && px < right + 8 && py > top - 8 && py < bottom + 20;
      if (begins) grabbed = [...maps, losses].find(holds);
      if (!grabbed?.x) return false;
      grabbed.act(grabbed, px, py, begins);
    });

    const present = () => history[Math.min(state.step, history.length - 1)];

    function draw(now) {
      advance(now);
      const seen = present();
      if (!losses || !seen || (calm.matches && seen.step < state.step)) return false;
      taken = Math.max(taken, seen.step);
      paint(seen);
      return playing;
    }

    function summary() {
      const seen = present();
      const start = `Learning rate ${number(state.rate)}, initial gain ${number(state.gain)}, ${state.depth} layers, ` +
        `mini-batches of ${state.batch}.`;
      if (!seen) return start;
      const arms = NAMES.map((name, arm) => {
        const at = seen.diverged[arm];
        return `${name} Batch Norm ${at < 0 ? reading(seen.latest[arm]) : `diverged at step ${at}`}`;
      });
      return `${start} Step ${seen.step}, loss on the training set: ${arms.join(", ")}.`;
    }

    new MutationObserver(() => live.wake()).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });
    return { layout, draw, summary };
  };
})();
