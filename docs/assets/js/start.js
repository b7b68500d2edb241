/* The theme's script turns the contents, opens notes and searches. Nothing of it is needed to read the first
   screen, so it is fetched when the reader first moves, or at once where the address asks for a place or a word. */
"use strict";
(() => {
  const root = document.documentElement;
  const fromDisk = location.protocol === "file:" && document.currentScript.dataset.fromDisk;
  const moves = ["pointermove", "pointerdown", "touchstart", "wheel", "scroll", "keydown", "focusin"];
  root.classList.replace("no-js", "js"); // before the first paint, so that nothing moves later

  const fetchScript = address => new Promise((done, failed) => {
    document.head.append(Object.assign(document.createElement("script"), {src: address, onload: done, onerror: failed}));
  });

  const start = async () => {
    moves.forEach(move => removeEventListener(move, start, true));
    if (fromDisk) await fetchScript(fromDisk); // a browser opens no worker from disk
    await fetchScript(document.querySelector("script[data-theme]").dataset.theme);
    document.dispatchEvent(new Event("DOMContentLoaded")); // what that script waits for has been
    document.querySelector(".md-option:checked")?.dispatchEvent(new Event("change")); // and so has a first tap
  };

  addEventListener("DOMContentLoaded", () => {
    const chosen = __md_get("__palette")?.index ?? 0; // the theme's own memory
    document.querySelectorAll(".scheme")[chosen]?.removeAttribute("hidden");
    moves.forEach(move => addEventListener(move, start, {capture: true, passive: true}));
    if (location.hash || location.search) start();
  }, {once: true});
})();
