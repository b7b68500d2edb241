/* The claims of the evidence page, filtered by verdict. The choice stands in the address. */
"use strict";
(() => {
  const PREFIX = "verdict-"; // of the headings' names
  const headings = [...document.querySelectorAll(`h2[id^=${PREFIX}]`)];
  const place = document.getElementById("the-claims")?.nextElementSibling;
  if (!place || !headings.length) return;

  const groups = headings.map(heading => {
    const parts = [heading];
    for (let next = heading.nextElementSibling; next && next.tagName !== "H2"; next = next.nextElementSibling) parts.push(next);
    const words = heading.id.slice(PREFIX.length).replaceAll("_", " ");
    return {words, parts, claims: parts.filter(part => part.tagName === "H3").length};
  });
  const every = {words: "all", claims: groups.reduce((sum, group) => sum + group.claims, 0)};
  const choices = document.createElement("fieldset");
  choices.className = "choices";
  choices.append(Object.assign(document.createElement("legend"), {textContent: "Show"}));

  const show = kind => {
    for (const {words, parts} of groups) {
      for (const part of parts) part.hidden = kind !== "all" && words !== kind;
    }
    const address = new URL(location);
    if (kind === "all") address.searchParams.delete("verdict");
    else address.searchParams.set("verdict", kind);
    if (address.href !== location.href) history.replaceState(null, "", address);
  };

  const radios = [every, ...groups].map(({words, claims}) => {
    const radio = Object.assign(document.createElement("input"), {type: "radio", name: "verdict", value: words});
    radio.addEventListener("change", () => show(words));
    const label = document.createElement("label");
    label.append(radio, ` ${words} (${claims})`);
    choices.append(label);
    return radio;
  });
  const choose = kind => {
    const radio = radios.find(({value}) => value === kind) ?? radios[0];
    radio.checked = true;
    show(radio.value);
  };

  // A link to a claim leads to it, whatever was chosen.
  const toClaim = () => document.getElementById(location.hash.slice(1))?.hidden && choose("all");
  place.after(choices);
  choose(new URLSearchParams(location.search).get("verdict"));
  toClaim();
  addEventListener("hashchange", () => {
    toClaim();
    document.getElementById(location.hash.slice(1))?.scrollIntoView();
  });
})();
