/* What the live figures draw with, as the static ones do (colours and type come from stage.css): elements, numbers,
   scales, axes, words and paths. */
"use strict";

(() => {
  const ARMS = ["plain", "batch_norm"], NAMES = ["without Batch Norm", "with Batch Norm"];
  const GUESSING = Math.log(10); // the loss of a network that calls ten classes equally likely

  /** Append an element to `parent`, an SVG one where the parent is; attributes that are null are left out. */
  function add(parent, tag, attributes, text) {
    const space = tag === "svg" || parent instanceof SVGElement ? "http://www.w3.org/2000/svg" : parent.namespaceURI;
    const element = document.createElementNS(space, tag);
    set(element, attributes);
    if (text != null) element.textContent = text;
    parent.append(element);
    return element;
  }

  function set(element, attributes) {
    for (const name in attributes) if (attributes[name] != null) element.setAttribute(name, attributes[name]);
    return element;
  }

  /** A number as axes have it: at most `digits` significant ones, a true minus sign, no needless zeros. */
  function number(value, digits = 2) {
    return String(+value.toPrecision(digits)).replace("-", "−");
  }

  /** A measured number as the article writes it: two significant digits, also where the last is a zero. */
  function measured(value) {
    const rounded = +value.toPrecision(2);
    const decimals = rounded ? 1 - Math.floor(Math.log10(Math.abs(rounded))) : 0;
    return rounded.toFixed(clamp(decimals, 0, 20)).replace("-", "−");
  }

  /** A number as sliders have it. */
  const four = (value) => +value.toPrecision(4);

  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  /** A scale from `domain` to `range`, both [low, high]; `invert` goes back, within the domain. */
  function scale(domain, range, log = false) {
    const inner = log ? Math.log : (value) => value;
    const [low, high] = domain.map(inner);
    const slope = (range[1] - range[0]) / (high - low);
    const there = (value) => range[0] + (inner(value) - low) * slope;
    there.invert = (px) => {
      const value = low + (px - range[0]) / slope;
      return clamp(log ? Math.exp(value) : value, ...domain);
    };
    return there;
  }

  /** Words and axes of a panel: title and y label above, hairlines left and below, ticks [value, words] or values. */
  function panel(group, { x, y, title, yLabel, xLabel, xTicks = [], yTicks = [], left, right, top, bottom }) {
    group.replaceChildren();
    const line = (d) => add(group, "path", { class: "axis", d });
    if (title) add(group, "text", { x: left, y: top - 27, class: "title" }, title);
    if (yLabel) add(group, "text", { x: left, y: top - 9 }, yLabel);
    if (y) line(`M${left},${top}V${bottom}`);
    line(`M${left},${bottom}H${right}`);
    const named = (ticks) => ticks.map((tick) => (tick.length ? tick : [tick, number(tick, 4)]));
    for (const [value, words] of named(yTicks)) {
      line(`M${left},${y(value)}h-3`);
      add(group, "text", { x: left - 7, y: y(value) + 4, class: "end" }, words);
    }
    for (const [value, words] of named(xTicks)) {
      line(`M${x(value)},${bottom}v3`);
      add(group, "text", { x: x(value), y: bottom + 17, class: "middle" }, words);
    }
    if (xLabel) add(group, "text", { x: right, y: bottom + 34, class: "end" }, xLabel);
  }

  /** Fill a text: every second part is a value and stands out. */
  function words(text, ...parts) {
    text.replaceChildren();
    parts.forEach((part, index) => add(text, "tspan", { class: index % 2 ? "value" : null }, part));
  }

  /** The path through points [x, y] in px. */
  function path(points) {
    return points.length ? `M${points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join("L")}` : "";
  }

  const calm = matchMedia("(prefers-reduced-motion: reduce)");

  Object.assign(whybn, { ARMS, NAMES, GUESSING, add, set, number, measured, four, clamp, scale, panel, words, path, calm });
})();
