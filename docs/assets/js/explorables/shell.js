/* What the live figures share: a state whose every value has a control and a place in the address, dragging, and one
   clock that sleeps.

   An explorable is `whybn.explorables.KEY = (live) => ({ layout, draw, summary })`, all three called from here:
     layout(width, height)  the stage has a new size in px: draw what seldom changes
     draw(now)              once a frame, while something changes; true asks for another frame, null says that there is
                            nothing to see yet, and the picture stays
     summary()              what is to be seen, in a sentence, for readers who do not see it
     name                   what it is called, for them
     steered()              if there, what follows when a link has set the state
   `live` offers data, state, stage (an SVG), range(), grid(), choice(), button(), set(), tell(), wake(), drag() and fail(). */
"use strict";

(() => {
  const { add, set, number, four, clamp } = whybn;
  const lives = [];

  // ---- The address: ?walk.step=0.1, only for values that are not the first ones

  const wanted = new URLSearchParams(location.search);
  let writing = 0;

  function writeAddress() {
    writing = 0;
    const url = new URL(location.href);
    for (const live of lives) {
      for (const name in live.state) {
        const key = `${live.key}.${name}`;
        if (live.state[name] === live.first[name]) url.searchParams.delete(key);
        else url.searchParams.set(key, live.state[name]);
      }
    }
    try {
      history.replaceState(history.state, "", url);
    } catch {
      // some browsers forbid it to pages read from disk
    }
  }

  // ---- One clock for all

  let ticking = 0;

  function wake(live) {
    live.due = true;
    if (live.visible) ticking ||= requestAnimationFrame(tick);
  }

  function tick(now) {
    ticking = 0;
    for (const live of lives) {
      if (!live.due || !live.visible) continue;
      live.due = false;
      live.frame(now);
    }
  }

  // ---- A live figure

  class Live {
    constructor(key, data, root) {
      Object.assign(this, { key, data, root, state: {}, first: {}, read: {}, show: {}, visible: true, due: false });
      this.controls = add(root, "div", { class: "controls" });
      this.box = add(root, "div", { class: "stage" });
      this.stage = add(this.box, "svg", { role: "img" });
      this.status = add(root, "p", { class: "unseen", role: "status" });
    }

    /** Declare a value of the state; `read` makes of the address's text a value, or undefined where it is none. */
    declare(name, first, read, show) {
      const text = wanted.get(`${this.key}.${name}`);
      this.first[name] = first;
      this.read[name] = read;
      this.state[name] = (text === null ? undefined : read(text)) ?? first;
      this.show[name] = show;
      show(this.state[name]);
    }

    /** Change the state: controls follow, then the picture, then the address and what is said. */
    set(changes) {
      Object.assign(this.state, changes);
      for (const name in this.show) this.show[name](this.state[name]);
      this.wake();
      writing ||= setTimeout(writeAddress, 300);
      clearTimeout(this.saying);
      this.saying = setTimeout(() => this.tell(), 700);
      this.naming ||= setTimeout(() => this.describe(), 1000); // also while it plays
    }

    /** Say aloud what is to be seen. */
    tell() {
      this.status.textContent = this.summary();
      this.describe();
    }

    describe() {
      clearTimeout(this.naming);
      this.naming = 0;
      this.stage.setAttribute("aria-label", this.summary());
    }

    wake() {
      wake(this);
    }

    frame(now) {
      if (this.failed) return;
      let more;
      try {
        more = this.draw(now);
      } catch (error) {
        this.fail(error.message);
        throw error;
      }
      if (more !== null) this.root.parentElement.classList.add("painted");
      if (more) wake(this);
    }

    /** Give the picture back to the reader, and say why. */
    fail(why) {
      if (this.failed) return;
      this.failed = true;
      this.root.parentElement.classList.remove("painted");
      this.root.replaceChildren();
      this.root.className = "failed";
      add(this.root, "p", { role: "status" }, `The live figure stopped (${why}). Here is its picture.`);
    }

    /** A slider for a number. text(value): how it reads; log: even steps are even factors. Returns the input.

        max is a number, or a function where it changes. A finger slides it sideways; one that scrolls the page past it,
        or only touches it, leaves it as it is. */
    range(name, { label, min, max, step, value, log, text = number }) {
      const inner = log ? Math.log10 : (number) => number, most = typeof max === "function" ? max : () => max;
      const outer = log ? (position) => four(10 ** position) : (position) => position;
      const box = add(this.controls, "label", { class: "range" });
      const shown = add(add(box, "span", {}, label), "span", { class: "value", "aria-hidden": true });
      const input = add(box, "input", { type: "range", min: inner(min), max: inner(most()), step });
      let finger = null; // where it came down, as long as it has not moved sideways
      const follow = () => this.set({ [name]: finger ? this.state[name] : outer(input.valueAsNumber) });
      input.addEventListener("input", follow);
      input.addEventListener("pointerdown", (event) => (finger = event.pointerType === "touch" ? event : null));
      input.addEventListener("pointermove", (event) => {
        if (finger && Math.abs(event.clientX - finger.clientX) > 8) finger = null;
      });
      for (const end of ["pointerup", "pointercancel"]) {
        input.addEventListener(end, () => setTimeout(() => (finger = null))); // after the input that it still causes
      }
      const read = (text) => (text.trim() && isFinite(text) ? clamp(+text, min, most()) : undefined);
      this.declare(name, value, read, (value) => {
        if (+input.max !== inner(most())) input.max = inner(most());
        input.value = inner(value);
        const words = text(value);
        if (words !== shown.textContent) input.setAttribute("aria-valuetext", (shown.textContent = words));
      });
      return input;
    }

    /** A slider over the places of a grid in the data, data.rates from data.rate on for "rate", with even factors. */
    grid(name, label) {
      const values = this.data[`${name}s`], [min, max] = [values[0], values.at(-1)];
      const step = (Math.log10(max / min) / (values.length - 1)) * (1 - 1e-9); // or rounding puts the last out of reach
      this.range(name, { label, min, max, step, value: four(this.data[name]), log: true });
    }

    /** A choice of one: options are [value, words = value], values are strings. */
    choice(name, { label, options, value }) {
      const box = add(this.controls, "fieldset", { class: "choice" });
      add(box, "legend", {}, label);
      const inputs = options.map(([option, words = option]) => {
        const one = add(box, "label");
        const input = add(one, "input", { type: "radio", name: `${this.key}.${name}`, value: option });
        add(one, "span", {}, words);
        input.addEventListener("change", () => this.set({ [name]: option }));
        return input;
      });
      const read = (text) => options.find(([option]) => option === text)?.[0];
      this.declare(name, value, read, (value) => {
        for (const input of inputs) input.checked = input.value === value;
      });
    }

    button(words, press) {
      const button = add(this.controls, "button", { type: "button" }, words);
      button.addEventListener("click", press);
      return button;
    }

    /** Follow the pointer on the stage: act(x, y, begins) in px; where it begins, false lets the pointer go.

        Fingers still scroll the page up and down: they drag sideways, or tap. */
    drag(act) {
      const stage = this.stage;
      let held = null; // [pointer, x, y, acted]
      const at = (event, begins) => {
        const box = stage.getBoundingClientRect();
        return act(event.clientX - box.left, event.clientY - box.top, begins);
      };
      const begin = (event) => {
        held.acted = true;
        stage.classList.add("dragged"); // from now on, no hint
        if (at(event, true) === false) held = null;
        else stage.setPointerCapture(event.pointerId);
      };
      stage.addEventListener("pointerdown", (event) => {
        if (held || event.button) return;
        held = event;
        if (event.pointerType !== "touch") begin(event);
      });
      stage.addEventListener("pointermove", (event) => {
        if (event.pointerId !== held?.pointerId) return;
        if (held.acted) at(event, false);
        else if (Math.abs(event.clientX - held.clientX) > 3) begin(held);
      });
      stage.addEventListener("pointerup", (event) => {
        if (event.pointerId === held?.pointerId && !held.acted) begin(event);
        held = null;
      });
      stage.addEventListener("pointercancel", () => (held = null));
    }
  }

  function start(figure, key, data) {
    let picture = figure.querySelector("img");
    while (picture.parentElement !== figure) picture = picture.parentElement;
    const box = document.createElement("div");
    box.className = "explorable";
    picture.replaceWith(box);
    box.append(picture); // stays below, unseen, and keeps the place; print shows it
    const live = new Live(key, data, add(box, "div", { class: "live", role: "group" }));
    Object.assign(live, whybn.explorables[key](live));
    set(live.root, { "aria-label": `live figure: ${live.name}` });
    lives.push(live);
    figure.live = live;
    new ResizeObserver(() => {
      const { clientWidth, clientHeight } = live.box;
      if (!clientWidth || !clientHeight) return; // no room yet, or no longer
      set(live.stage, { width: clientWidth, height: clientHeight });
      if (live.failed) return;
      live.layout(clientWidth, clientHeight);
      live.wake();
    }).observe(live.box);
    new IntersectionObserver((entries) => {
      live.visible = entries.at(-1).isIntersecting; // the newest: on a busy machine several arrive at once
      if (live.visible && live.due) live.wake();
    }).observe(box);
    live.describe();
  }

  /** Set a live figure as a link in the text asks, {name: text}, with names and values as in the address. */
  function steer(live, texts) {
    const changes = {};
    for (const name in texts) {
      const value = live.read[name]?.(texts[name]);
      if (value !== undefined) changes[name] = value;
    }
    live.set(changes);
    live.steered?.();
  }

  Object.assign(whybn, { start, steer, explorables: {} });
})();
