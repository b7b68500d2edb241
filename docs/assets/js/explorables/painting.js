/* What moves in the instrument: losses, hills, sizes and gradients, on a canvas below its words and axes.

   `whybn.painting(live)` gives
     resize(width, height)
     begin()                     an empty canvas, in the colours of the day
     losses(place, seen, past)   of both networks
     layers(column, seen, arm)   of one network, or hatch(column) where it has diverged */
"use strict";

(() => {
  const { GUESSING, set, clamp } = whybn;

  whybn.painting = (live) => {
    const { BINS } = whybnEngine();
    const canvas = document.createElement("canvas"), context = canvas.getContext("2d");
    let colours;
    live.box.prepend(canvas);

    new MutationObserver(() => {
      colours = null;
      live.wake();
    }).observe(document.body, { attributeFilter: ["data-md-color-scheme"] });

    function resize(width, height) {
      set(canvas, { width: width * devicePixelRatio, height: height * devicePixelRatio });
    }

    function begin() {
      colours ??= readColours();
      context.setTransform(devicePixelRatio, 0, 0, devicePixelRatio, 0, 0);
      context.clearRect(0, 0, canvas.width, canvas.height);
      context.lineJoin = "round";
    }

    function readColours() {
      const style = getComputedStyle(live.root), colour = (name) => style.getPropertyValue(`--${name}`);
      const paper = colour("paper");
      const arms = ["rust", "link"].map(colour).map((hue) => ({ hue, hill: `color-mix(in srgb, ${hue} 18%, ${paper})` }));
      return { paper, grey: colour("grey"), arms };
    }

    /** Stroke what has been traced. */
    function stroke(colour, width, alpha = 1) {
      Object.assign(context, { strokeStyle: colour, lineWidth: width, globalAlpha: alpha });
      context.stroke();
      context.globalAlpha = 1;
    }

    function line(points, colour, width, alpha) {
      context.beginPath();
      for (const [x, y] of points) context.lineTo(x, y);
      stroke(colour, width, alpha);
    }

    /** The losses of all steps shown so far, in the panel `place`. */
    function losses(place, seen, past) {
      const { x, y, left, right, top, bottom } = place, now = x(seen[0].step);
      const curve = (kind, arm, width, alpha) => {
        context.beginPath();
        for (const { [arm]: one } of past) if (one[kind] < Infinity) context.lineTo(x(one.step), y(one[kind]));
        stroke(colours.arms[arm].hue, width, alpha);
      };
      context.save();
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      context.setLineDash([1, 3]);
      line([[left, y(GUESSING)], [right, y(GUESSING)]], colours.grey, 1);
      context.setLineDash([]);
      for (const arm of [0, 1]) curve("loss", arm, 0.75, 0.55);
      for (const arm of [0, 1]) curve("whole", arm, 2);
      line([[now, top], [now, bottom]], colours.grey, 1);
      context.restore();
    }

    /** Hills, sizes and gradients of one network, in its column. */
    function layers({ y, high, bins, edge, dots }, seen, arm) {
      const { hue, hill } = colours.arms[arm], { shape } = seen, tops = [];
      for (let layer = 0; layer < seen.size.length; layer++) {
        const at = layer * BINS, foot = y(layer + 1);
        for (let bin = edge; bin < BINS - edge; bin++) {
          const height = (shape[at + bin - 1] + 2 * shape[at + bin] + shape[at + bin + 1]) / 4 / 255;
          tops[bin] = foot - height * high;
        }
        let first = edge, last = BINS - edge - 1; // of the bins that hold something
        while (first < last - 1 && tops[first + 1] > foot - 0.3) first++;
        while (last > first + 1 && tops[last - 1] > foot - 0.3) last--;
        if (last - first < 6) { // narrower than the bins can tell
          const x = bins[(first + last) >> 1];
          line([[x, foot], [x, foot - high]], hue, 2);
          continue;
        }
        const trace = () => {
          for (let bin = first; bin <= last; bin++) context.lineTo(bins[bin], tops[bin]);
        };
        context.beginPath();
        context.moveTo(bins[first], foot);
        trace();
        context.lineTo(bins[last], foot);
        context.fillStyle = hill;
        context.fill();
        context.beginPath();
        trace();
        stroke(hue, 1);
      }
      for (const { name, x, left, right } of dots) {
        const wanted = Array.from(seen[name], (value) => x(Math.log10(value)));
        const places = wanted.map((px, layer) => [clamp(px, left, right), y(layer + 1)]);
        line(places, hue, 1);
        places.forEach(([px, py], layer) => {
          context.beginPath();
          context.arc(px, py, 2.5, 0, 7);
          context.fillStyle = px === wanted[layer] ? hue : colours.paper; // hollow: it lies beyond
          context.fill();
          stroke(hue, 1);
        });
      }
    }

    /** In the place of a network that has diverged. */
    function hatch({ x, right, top, bottom }) {
      context.save();
      context.beginPath();
      context.rect(x, top, right - x, bottom - top);
      context.clip();
      for (let at = x - bottom + top; at < right; at += 7) line([[at, bottom], [at + bottom - top, top]], colours.grey, 0.5, 0.5);
      context.restore();
    }

    return { resize, begin, losses, layers, hatch };
  };
})();
