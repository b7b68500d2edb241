/* The table of claims on the evidence page, filtered by verdict. The choice stands in the address. */
"use strict";
(() => {
  const heading = [...document.querySelectorAll("article th")].find(cell => cell.textContent.trim() === "Verdict");
  const table = heading?.closest("table");
  if (!table || !document.getElementById("all-claims-at-a-glance")) return;
  const rows = [...table.tBodies[0].rows];
  const verdict = row => row.cells[heading.cellIndex].textContent.trim();
  const kinds = ["all", ...new Set(rows.map(verdict))];
  const asked = new URLSearchParams(location.search).get("verdict");
  const choices = document.createElement("fieldset");
  choices.className = "choices";
  choices.append(Object.assign(document.createElement("legend"), {textContent: "Show"}));

  const show = kind => {
    rows.forEach(row => { row.hidden = kind !== "all" && verdict(row) !== kind; });
    const address = new URL(location);
    if (kind === "all") address.searchParams.delete("verdict");
    else address.searchParams.set("verdict", kind);
    if (address.href !== location.href) history.replaceState(null, "", address);
  };

  for (const kind of kinds) {
    const count = kind === "all" ? rows.length : rows.filter(row => verdict(row) === kind).length;
    const radio = Object.assign(document.createElement("input"), {type: "radio", name: "verdict", value: kind});
    radio.checked = kind === (kinds.includes(asked) ? asked : "all");
    radio.addEventListener("change", () => show(kind));
    const label = document.createElement("label");
    label.append(radio, ` ${kind} (${count})`);
    choices.append(label);
  }
  (table.closest(".md-typeset__scrollwrap") ?? table).before(choices);
  if (kinds.includes(asked)) show(asked);
})();
