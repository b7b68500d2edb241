/* A figure over the whole window, in its wide drawing. Without this script the picture is a link to that drawing. */
"use strict";
(() => {
  const image = document.createElement("img");
  const close = Object.assign(document.createElement("button"), {type: "button", textContent: "Close"});
  const dialog = Object.assign(document.createElement("dialog"), {className: "large", ariaLabel: "Large view"});
  const scroller = document.createElement("div");
  scroller.append(image);
  dialog.append(close, scroller);
  document.body.append(dialog);
  dialog.addEventListener("click", event => {
    if (event.target !== image) dialog.close();
  });

  document.addEventListener("click", event => {
    const link = event.target.closest("a.enlarge");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const small = link.querySelector("img");
    Object.assign(image, {src: link.href, alt: small.alt, width: small.getAttribute("width"), height: small.getAttribute("height")});
    image.style.setProperty("--ratio", image.width / image.height);
    dialog.showModal(); // the browser closes it on Escape, and gives the focus back
  });
})();
