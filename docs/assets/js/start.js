/* The theme's script turns the contents, opens notes and searches. Nothing of it is needed to read the first
   screen, so it is fetched when the reader first moves, or at once where the address asks for a place or a word. */
"use strict";
(() => {
  const root = document.documentElement;
  const fromDisk = location.protocol === "file:";
  const moves = ["pointermove", "pointerdown", "touchstart", "wheel", "scroll", "keydown", "focusin"];
  root.classList.replace("no-js", "js"); // before the first paint, so that nothing moves later
  root.classList.toggle("from-disk", fromDisk); // hides the search

  const start = async () => {
    moves.forEach(move => removeEventListener(move, start, true));
    if (fromDisk) document.querySelector(".md-search")?.remove(); // its worker and its index come from servers only
    const {theme} = document.querySelector("script[data-theme]").dataset;
    await new Promise((onload, onerror) => {
      document.head.append(Object.assign(document.createElement("script"), {src: theme, onload, onerror}));
    });
    document.dispatchEvent(new Event("DOMContentLoaded")); // what that script waits for has been
    document.querySelector(".md-option:checked")?.dispatchEvent(new Event("change")); // and so has a first tap
  };

  addEventListener("DOMContentLoaded", () => {
    const chosen = window.__md_get?.("__palette")?.index ?? 0; // the theme's own memory, where it has the switch
    document.querySelectorAll(".scheme")[chosen]?.removeAttribute("hidden");
    moves.forEach(move => addEventListener(move, start, {capture: true, passive: true}));
    if (location.hash || location.search) start();
  }, {once: true});
})();
