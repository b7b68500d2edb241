/* Two networks that differ in Batch Norm alone, trained before the reader's eyes: what they answer to ten test images, and
   their loss. The engine and the digits are fetched when the reader asks for it. */
"use strict";

(() => {
  const { ARMS, NAMES, GUESSING, add, set, clamp, scale, panel, path, calm } = whybn;
  const PACE = 54; // steps a second: the training takes six
  const LOSSES = [0, 3.2], SIDE = 8; // pixels of an image

  whybn.explorables.pair = (live) => {
    const { data, state, stage } = live;
    let training, history = [], begun = 0, run = 0, shown = -1;

    live.root.classList.add("pair");
    const press = live.button("Train both", train);
    live.grid("rate", "learning rate");
    live.grid("gain", "initial gain");

    /** The same two networks anew, each time from other weights. */
    async function train() {
      press.disabled = true;
      try {
        training ??= await prepare();
      } catch (error) {
        live.fail(error.message);
        return;
      }
      press.disabled = false;
      press.textContent = "Train again, from other weights";
      const { rate, gain } = state;
      const normaliser = { mean: "live", size: "live" };
      if (!training.begin({ depth: 10, batch: 32, rate, gain, seed: run, normaliser })) return;
      run++;
      shown = -1;
      begun = performance.now();
      live.wake();
    }

    async function prepare() {
      const folder = live.root.closest("figure").querySelector("img").src.replace(/[^/]*$/, "");
      await Promise.all([whybn.load("network"), whybn.load("engine"), whybn.load("training"), whybn.load("instrument.data", folder)]);
      const { images, labels } = whybn.data.instrument;
      const made = whybn.training({ images, labels }, () => live.wake(), (why) => live.fail(why));
      history = made.history;
      return made;
    }

    // ---- What is shown

    const answered = ARMS.map((arm) => ({ arm, told: add(stage, "text", { class: arm }), words: [], strokes: [] }));
    const thumbs = [...Array(10)].map(() => add(stage, "g", { class: "thumb" }));
    for (const one of answered) {
      for (let digit = 0; digit < 10; digit++) {
        one.words.push(add(stage, "text", { class: `answer ${one.arm}` }));
        one.strokes.push(add(stage, "path", { class: "struck" }));
      }
    }
    const frame = add(stage, "g"), rule = add(stage, "path", { class: "reference" });
    const guessing = add(stage, "text", { class: "end" }, "guessing");
    const lines = ARMS.map((arm) => add(add(stage, "g", { class: arm }), "path", { class: "median" }));
    let x, y, across, side;

    function layout(width, height) {
      const left = 46, right = width - 20, top = Math.min(height - 200, 240), bottom = height - 52;
      across = (right - left) / 10;
      const centre = (digit) => left + across * (digit + 0.5);
      side = Math.min(across - 5, width < 800 ? 46 : 64);
      x = scale([0, data.steps], [left, right]);
      y = scale(LOSSES, [bottom, top]);
      const [middle, off] = [top - 126, side / 2 + 20];
      answered.forEach(({ told, words, strokes }, arm) => {
        const at = middle + (arm ? off : -off) + 6;
        set(told, { x: left, y: at + (arm ? 22 : -22) }).textContent = `${NAMES[arm]} it says`;
        words.forEach((word, digit) => set(word, { x: centre(digit), y: at }));
        strokes.forEach((stroke, digit) => set(stroke, { d: `M${centre(digit) - 10},${at - 6}h20` }));
      });
      thumbs.forEach((thumb, digit) => {
        set(thumb, { transform: `translate(${centre(digit) - side / 2},${middle - side / 2})` });
      });
      panel(frame, {
        x, y, left, right, top, bottom, yLabel: "loss", xLabel: "training steps",
        xTicks: [0, 1, 2, 3].map((k) => Math.round((k * data.steps) / 3.2)), yTicks: [0, 2],
      });
      set(rule, { d: `M${left},${y(GUESSING)}H${right}` });
      set(guessing, { x: right, y: y(GUESSING) - 5 });
      drawThumbs();
    }

    function drawThumbs() {
      const first = history[0];
      if (!first) return;
      const cell = side / SIDE, { images } = whybn.data.instrument;
      thumbs.forEach((thumb, digit) => {
        thumb.replaceChildren();
        const from = first[0].shown[digit] * SIDE * SIDE;
        for (let k = 0; k < SIDE * SIDE; k++) {
          const dark = (images.charCodeAt(from + k) - 48) / 16;
          const at = { x: (k % SIDE) * cell, y: Math.floor(k / SIDE) * cell, width: cell + 0.3, height: cell + 0.3 };
          if (dark) add(thumb, "rect", { ...at, opacity: dark });
        }
      });
    }

    function draw(now) {
      if (!begun) return null;
      training.ask(calm.matches ? data.steps : Math.min(shown + PACE, data.steps));
      if (!history.length) return null; // it wakes this when it comes
      if (shown < 0) drawThumbs();
      const due = calm.matches ? data.steps : Math.floor(((now - begun) * PACE) / 1000);
      shown = clamp(due, 0, Math.min(history.length - 1, data.steps));
      const going = shown < data.steps;
      if (calm.matches && going) return null;
      paint(history.slice(0, shown + 1));
      if (!going) live.tell();
      return going;
    }

    function paint(past) {
      answered.forEach(({ words, strokes }, arm) => {
        const told = past.filter((both) => !isNaN(both[arm].whole));
        const points = told.map((both) => [x(both[arm].step), y(clamp(both[arm].whole, ...LOSSES))]);
        set(lines[arm], { d: path(points) });
        const { answers } = told.at(-1)?.[arm] ?? {};
        words.forEach((word, digit) => {
          const answer = past.at(-1)[arm].diverged < 0 ? answers?.[digit] : -1;
          word.textContent = answer >= 0 ? answer : "–";
          word.classList.toggle("wrong", answer !== digit);
          strokes[digit].style.display = answer === digit ? "none" : "";
        });
      });
    }

    function summary() {
      const last = history[Math.max(shown, 0)];
      if (!last) return "Two networks, not trained yet.";
      const right = (arm) => {
        const answers = history.slice(0, shown + 1).findLast((both) => both[arm].answers)?.[arm].answers ?? [];
        return last[arm].diverged < 0 ? [...answers].filter((answer, digit) => answer === digit).length : 0;
      };
      return `After ${shown} steps, the network without Batch Norm names ${right(0)} of ten digits, the one with it ${right(1)}.`;
    }

    return { layout, draw, summary, name: "train two networks" };
  };
})();
