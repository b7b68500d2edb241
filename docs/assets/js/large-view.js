/* A figure over the whole window, in its wide drawing, to be taken along as SVG, PNG and data with a line that cites it.
   Without this script the picture is a link to that drawing. */
"use strict";
(() => {
  const make = (tag, properties) => Object.assign(document.createElement(tag), properties);
  const SCALE = 3; // pixels of the PNG for each of the drawing
  const image = make("img");
  const dialog = make("dialog", {className: "large", ariaLabel: "Large view"});
  const scroller = make("div");
  const svg = make("a", {textContent: "SVG"}), png = make("button", {type: "button", textContent: "PNG"});
  const data = make("a", {textContent: "data"}), cite = make("button", {type: "button", textContent: "cite"});
  let size; // of the drawing
  const close = make("button", {type: "button", textContent: "Close"});
  const bar = make("p");
  bar.append("Take it along: ", svg, png, data, cite, close);
  scroller.append(image);
  dialog.append(bar, scroller);

  const name = () => image.src.replace(/.*\/|\.svg$/g, "");
  const title = () => document.querySelector("h1").textContent.trim();
  const citation = () => `${document.querySelector(".byline")?.textContent.trim() ?? ""}: ${title()} Figure ${name()}, `
    + `${location.href.replace(/[?#].*$/, "")}#${name()}. CC BY 4.0.`;

  async function saveAsPng() {
    const canvas = make("canvas", {width: size.width * SCALE, height: size.height * SCALE});
    const drawing = make("img", {src: image.src, width: canvas.width, height: canvas.height});
    await drawing.decode();
    const context = canvas.getContext("2d");
    context.fillStyle = getComputedStyle(document.body).getPropertyValue("--paper");
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.drawImage(drawing, 0, 0, canvas.width, canvas.height);
    make("a", {href: canvas.toDataURL("image/png"), download: `${name()}.png`}).click();
  }

  png.addEventListener("click", saveAsPng);
  cite.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(citation());
      cite.textContent = "copied";
    } catch {
      cite.replaceWith(citation()); // where a page may not write to the clipboard, the reader copies it
    }
  });
  dialog.addEventListener("click", event => {
    if (event.target === close || event.target === dialog || event.target === scroller) dialog.close();
  });

  document.addEventListener("click", event => {
    const link = event.target.closest("a.enlarge");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const small = link.querySelector("img");
    const [width, height] = ["width", "height"].map(side => +small.getAttribute(side));
    size = {width, height};
    Object.assign(image, {src: link.href, alt: small.alt, ...size});
    Object.assign(svg, {href: link.href, download: ""});
    Object.assign(data, {href: link.href.replace(/svg$/, "csv"), download: ""});
    png.hidden = location.protocol === "file:"; // browsers let no picture from disk be read
    cite.textContent = "cite";
    image.style.setProperty("--ratio", width / height);
    document.body.append(dialog);
    dialog.showModal(); // the browser closes it on Escape, and gives the focus back
  });
})();
