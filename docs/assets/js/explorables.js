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
      script.onload = resolve;
      script.onerror = () => reject(new Error(`${address} could not be loaded`));
      document.head.append(script);
    });
    return asked[address];
  }

  whybn.load = (name) => load(`${here}explorables/${name}.js`);

  async function enliven(figure) {
    const key = figure.dataset.explorable;
    const picture = figure.querySelector("img").src;
    await Promise.all([load(picture.replace(/svg$/, "data.js")), whybn.load("shell")]);
    await whybn.load(key);
    await Promise.all(Object.values(asked)); // with what that script has asked for
    const name = picture.replace(/.*\/|\.svg$/g, "");
    whybn.start(figure, key, whybn.data[name]);
  }

  const near = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        if (!entry.isIntersecting) continue;
        near.unobserve(entry.target);
        enliven(entry.target);
      }
    },
    { rootMargin: "75% 0%" },
  );
  for (const figure of document.querySelectorAll("figure[data-explorable]")) near.observe(figure);
})();
