/* Loads a live figure when the reader comes near its picture. Without scripts the picture stays.

   A figure says which one it is: <figure data-explorable="walk">. Its script is explorables/walk.js, beside this
   file; its numbers are NAME.data.js, beside its picture NAME.svg. Classic scripts, as modules do not load from
   disk. */
"use strict";

window.whybn = { data: {} };

(() => {
  const here = document.currentScript.src.replace(/[^/]*$/, "");
  const asked = {};

  function load(address) {
    asked[address] ??= new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = address;
      script.async = false; // they run in the order in which they are asked for
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    });
    return asked[address];
  }

  whybn.load = (name, folder = `${here}explorables/`) => load(`${folder}${name}.js`);

  async function enliven(figure) {
    const key = figure.dataset.explorable;
    const picture = figure.querySelector("img").src;
    await Promise.all([load(picture.replace(/svg$/, "data.js")), ...["marks", "shell", key].map((name) => whybn.load(name))]);
    await Promise.all(Object.values(asked)); // with what that script has asked for
    const name = picture.replace(/.*\/|\.svg$/g, "");
    whybn.start(figure, key, whybn.data[name]);
  }

  /* A link ?walk.at=late#one_gradient_many_steps sets the figure without loading the page again. */
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href*='?']");
    const figure = link && document.getElementById(link.hash.slice(1));
    const key = figure?.dataset.explorable;
    if (!key || link.pathname !== location.pathname || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    figure.scrollIntoView({ block: "center" });
    await (figure.coming ??= enliven(figure));
    const asked = [...new URLSearchParams(link.search)].filter(([name]) => name.startsWith(`${key}.`));
    whybn.steer(figure.live, Object.fromEntries(asked.map(([name, value]) => [name.slice(key.length + 1), value])));
  });

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        entry.target.coming ??= enliven(entry.target);
      }
    },
    { rootMargin: "75% 0%" },
  );
  whybn.watch = (part) => part.querySelectorAll("figure[data-explorable]").forEach((figure) => near.observe(figure));
  whybn.watch(document);
})();
