/* The instrument: two networks, without and with Batch Norm, trained in the page. This file has its controls and says
   which step is shown; the steps come from training.js, a few ahead of what is shown, and drawing.js draws them. */
"use strict";

for (const name of ["network", "engine", "training", "painting", "drawing"]) whybn.load(name);

(() => {
  const { number, four, clamp, calm } = whybn;
  const LAST = 1280; // steps kept at most: some 13 MB in the deepest networks
  const AHEAD = 24; // steps trained before they are shown, so that slow ones are not seen
  const PACE = 60; // steps a second, however many frames that are
  const STRIDE = 40; // steps at once for readers who want little motion
  const MODES = [["live", "on"], ["stopped", "no gradient"], ["frozen", "frozen"], ["off"]];

  whybn.explorables.instrument = (live) => {
    const { data, state } = live;
    const drawing = whybn.drawing(live);
    const training = whybn.training({ images: data.images, labels: data.labels }, arrived, (why) => live.fail(why));
    const { history } = training;
    const names = () => ["without Batch Norm", state.mean + state.size === "livelive" ? "with Batch Norm" : "with these parts"];

    function arrived(seen, before) {
      seen.forEach((one, arm) => Object.assign(one, drawing.limits(one, before?.[arm])));
      if (!before || seen[0].step === state.step) live.describe();
      if (before && seen.some(({ diverged }, arm) => diverged >= 0 && before[arm].diverged < 0)) live.tell();
      live.wake();
    }

    let playing = false, shownAt = 0;
    let wanted = null; // the settings of this run
    let taken = 0, end = data.steps; // the furthest step shown, and where training stops

    // ---- Controls

    live.grid("rate", "learning rate");
    live.grid("gain", "initial gain");
    live.choice("depth", { label: "layers", options: [["2"], ["5"], ["10"], ["20"]], value: "10" });
    live.choice("batch", { label: "mini-batch", options: [["2"], ["4"], ["8"], ["32"], ["128"]], value: "32" });
    live.choice("mean", { label: "subtract the mean", options: MODES, value: "live" });
    live.choice("size", { label: "divide by the size", options: MODES, value: "live" });
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
    const room = () => {
      while (end < state.step) end *= 2;
      return end;
    };
    live.declare("step", 0, (text) => (/^\d+$/.test(text) ? Math.min(+text, LAST) : undefined), () => {});
    const scrubber = live.range("step", { label: "step", min: 0, max: room, step: 1, value: 0, text: String });
    state.step = Math.round(state.step);
    scrubber.addEventListener("input", () => pause());

    // ---- What is shown

    /** Start anew where the reader has changed the settings, and show what they do. */
    function begin() {
      const { depth, batch, rate, gain, seed, mean, size } = state;
      const settings = { depth: +depth, batch: +batch, rate, gain, seed, normaliser: { mean, size } };
      const text = JSON.stringify(settings);
      if (text === wanted || !training.begin(settings)) return;
      const first = wanted === null;
      wanted = text;
      taken = 0;
      end = data.steps;
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

    /** Go on by a step where it is time to, and ask for those that will be needed. */
    function advance(now) {
      begin();
      const over = history.at(-1)?.every(({ diverged }) => diverged >= 0 && diverged < state.step);
      if (playing && (over || state.step >= end)) pause();
      const due = Math.min(Math.round(((now - shownAt) * PACE) / 1000), AHEAD);
      if (due) shownAt = now;
      if (playing && due && history.length > state.step + 1) {
        live.set({ step: Math.min(state.step + due, history.length - 1, end) });
      }
      training.ask(Math.min(playing ? state.step + 2 * AHEAD : state.step, LAST));
    }

    const present = () => history[Math.min(state.step, history.length - 1)];

    function paint(seen) {
      taken = Math.max(taken, seen[0].step);
      drawing.paint(seen, history.slice(0, taken + 1), room(), names());
    }

    function layout(width, height) {
      drawing.layout(width, height);
      if (present()) paint(present()); // at once, as the canvas is empty now
    }

    function draw(now) {
      advance(now);
      const seen = present();
      if (!drawing.panels().length || !seen) return null;
      if (calm.matches && seen[0].step < state.step) return false;
      paint(seen);
      return playing;
    }

    // ---- Pointing

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

    let grabbed;
    live.drag((px, py, begins) => {
      const holds = ({ left, right, top, bottom }) => px > left - 8 && px < right + 8 && py > top - 8 && py < bottom + 20;
      if (begins) grabbed = drawing.panels().find(holds);
      if (!grabbed?.x) return false;
      (grabbed.map ? pointAt : scrub)(grabbed, px, py, begins);
    });

    function summary() {
      const seen = present();
      const words = (mode) => MODES.find(([one]) => one === mode).at(-1);
      const start = `Learning rate ${number(state.rate)}, initial gain ${number(state.gain)}, ${state.depth} layers, ` +
        `mini-batches of ${state.batch}; mean ${words(state.mean)}, size ${words(state.size)}.`;
      if (!seen) return start;
      const arms = seen.map(({ diverged, latest, size }, arm) =>
        `${names()[arm]} ` +
        (diverged < 0 ? `${drawing.reading(latest)} and ${number(size.at(-1))}` : `diverged at step ${diverged}`));
      return `${start} Step ${seen[0].step}, loss on the training set and size in the last layer: ${arms.join(", ")}.`;
    }

    function steered() {
      state.step = 0;
      train();
    }

    return { layout, draw, summary, steered, name: "train both networks" };
  };
})();
