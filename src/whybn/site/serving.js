/* In a page that is served while it is written and computed: takes in what is new, where it stands, and says of each
   figure that is not there yet when it will be, or why it will not. */
"use strict";
(() => {
  const PLACE = "whybn.place", SECOND = 1000;
  const article = document.querySelector("article");
  if (!article) return;
  const TERM = ".explanation"; // of the glossary, at the page's end: there are more of them as text comes in
  const parts = (one) => [...one.querySelectorAll("article")].flatMap(({ children }) => [...children]);
  const blocks = parts(document).filter((one) => !one.matches(TERM)); // other scripts change what is in them
  const written = blocks.map((block) => block.outerHTML); // as the page came
  let builds, reloads;
  document.documentElement.style.overflowAnchor = "none"; // or the browser would move the page, too

  /** The named element nearest to the top edge, and how far from it. */
  function place() {
    let nearest = ["", Infinity];
    for (const one of article.querySelectorAll("[id]")) {
      const { top, height } = one.getBoundingClientRect();
      if (height && Math.abs(top) < Math.abs(nearest[1])) nearest = [one.id, top];
    }
    return nearest;
  }

  function goBack([id, top]) {
    const one = document.getElementById(id);
    if (one) scrollBy({ top: one.getBoundingClientRect().top - top, behavior: "instant" });
  }

  const folded = () => [...article.querySelectorAll("details")];

  function loadAnew() {
    sessionStorage.setItem(PLACE, JSON.stringify({ at: place(), open: folded().map((one) => one.open) }));
    history.scrollRestoration = "manual";
    location.reload();
  }

  /** After that: what was open is open, and the page is where it was. */
  function restore() {
    const kept = JSON.parse(sessionStorage.getItem(PLACE));
    sessionStorage.removeItem(PLACE);
    if (!kept) return;
    folded().forEach((one, k) => (one.open = kept.open[k] ?? false));
    addEventListener("load", async () => {
      await document.fonts.ready;
      goBack(kept.at);
      history.scrollRestoration = "auto";
    });
  }

  /** Put each block of the page that has changed into its place. */
  async function takeIn() {
    const answer = await fetch(location.pathname);
    if (!answer.ok) throw new Error(answer.statusText); // asked for again
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = parts(page).filter((one) => !one.matches(TERM));
    if (fresh.length !== blocks.length) return loadAnew();
    const at = place();
    fresh.forEach((block, k) => {
      const text = block.outerHTML;
      if (text === written[k]) return;
      block.open = blocks[k].open; // where it can be folded
      blocks[k].replaceWith(block);
      blocks[k] = block;
      written[k] = text;
    });
    for (const one of page.querySelectorAll(TERM)) if (!document.getElementById(one.id)) article.append(one);
    whybn.watch(article);
    goBack(at);
  }

  function spoken(seconds) {
    return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`;
  }

  function tell(figures) {
    for (const one of article.querySelectorAll(".undrawn[data-figure]")) {
      const { at, failed } = figures[one.dataset.figure] ?? {};
      const left = at && `about ${spoken(Math.max(Math.round(at - Date.now() / SECOND), 1))} left`;
      one.classList.toggle("failed", Boolean(failed));
      one.querySelector(".left").textContent = failed ? `Not computed: ${failed}` : left || "not computed yet";
    }
  }

  async function follow() {
    try {
      const news = await (await fetch("/.serving/news")).json();
      reloads ??= news.reloads;
      if (news.reloads !== reloads) return loadAnew();
      if (builds !== undefined && news.builds !== builds) await takeIn();
      builds = news.builds;
      tell(news.figures);
    } catch {
      // the server is gone, or not there yet
    }
    setTimeout(follow, SECOND);
  }

  restore();
  follow();
})();
