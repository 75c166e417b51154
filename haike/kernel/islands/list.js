// Lists: search while typing, choosing rows, keyboard, widths of columns, density.
import htmx from "htmx.org";
import { on, store, t, token, typing, whenever } from "./page.js";
import { open } from "./overlays.js";

const picked = new Set();
let everything = false;
let last = null;

const card = () => document.querySelector("[data-list]");
const rows = () => [...document.querySelectorAll(".list-table tbody tr[data-row]")];
const box = (row) => row.querySelector('input[name="ids"]');

// ---- search ------------------------------------------------------------------------------------------------------

let timer;
on("input", "[data-search]", (event, input) => {
  // While an input method composes, the list waits for the finished word.
  if (event.isComposing) return;
  clearTimeout(timer);
  timer = setTimeout(() => htmx.trigger(input.form, "haike:search"), 220);
});
on("compositionend", "[data-search]", (event, input) => htmx.trigger(input.form, "haike:search"));

// ---- choosing rows -----------------------------------------------------------------------------------------------

function draw() {
  const bar = document.getElementById("bulk");
  for (const row of rows()) {
    const chosen = everything || picked.has(row.dataset.row);
    row.classList.toggle("row-picked", chosen);
    if (box(row)) box(row).checked = chosen;
  }
  const all = document.querySelector("[data-pick-all]");
  if (all) {
    const here = rows().filter((row) => picked.has(row.dataset.row)).length;
    all.checked = everything || (here > 0 && here === rows().length);
    all.indeterminate = !all.checked && here > 0;
  }
  if (!bar) return;
  const found = document.getElementById("list-count")?.textContent.match(/[\d,+]+/)?.[0] || "";
  bar.classList.toggle("shown", everything || picked.size > 0);
  bar.querySelector("[data-picked]").textContent = everything ? t("all_found", { count: found }) : t("selected", { count: picked.size });
  bar.querySelector("[data-pick-everything]")?.toggleAttribute("hidden", everything);
}

function pick(row, chosen) {
  if (everything) {
    everything = false;
    picked.clear();
    rows().forEach((each) => picked.add(each.dataset.row));
  }
  if (chosen) picked.add(row.dataset.row);
  else picked.delete(row.dataset.row);
}

function none() {
  everything = false;
  picked.clear();
  draw();
}

on("click", '.list-table input[name="ids"]', (event, input) => {
  const row = input.closest("tr");
  // Shift chooses everything between the last row and this one.
  if (event.shiftKey && last) {
    const all = rows();
    const [from, to] = [all.indexOf(last), all.indexOf(row)].sort((a, b) => a - b);
    if (from >= 0) all.slice(from, to + 1).forEach((each) => pick(each, input.checked));
  }
  pick(row, input.checked);
  last = row;
  draw();
});
on("change", "[data-pick-all]", (event, input) => {
  everything = false;
  rows().forEach((row) => pick(row, input.checked));
  draw();
});
on("click", "[data-pick-everything]", () => {
  everything = true;
  draw();
});
on("click", "[data-pick-none]", none);

on("click", "[data-bulk]", (event, button) => {
  event.preventDefault();
  const values = everything ? { everything: "1" } : { ids: [...picked].join(",") };
  open("drawer", button.getAttribute("formaction") + location.search, { values });
});

document.addEventListener("saved", none);
whenever("[data-list]", draw);

// ---- keyboard ----------------------------------------------------------------------------------------------------

const now = () => document.querySelector(".list-table tr.row-now");

/** Make a row the one that keys act on. */
export function mark(row) {
  now()?.classList.remove("row-now");
  row.classList.add("row-now");
}

function go(row) {
  if (!row) return;
  if (document.activeElement?.matches(".list-table :is(td, th)")) document.activeElement.blur();
  mark(row);
  row.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (typing(event) || event.target.closest?.("[data-field-form]")) {
    if (event.key === "Escape" && event.target.matches("[data-search]")) event.target.blur();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open], details.menu[open]")) return;
  const key = event.key.toLowerCase();
  const shortcut = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (shortcut) {
    event.preventDefault();
    if (shortcut.matches("input")) {
      shortcut.focus();
      shortcut.select();
    } else shortcut.click();
    return;
  }
  const all = rows();
  const here = all.indexOf(now());
  if (key === "e" && !all.length) return document.querySelector("[data-edit-url]")?.dataset.editUrl && open("drawer", document.querySelector("[data-edit-url]").dataset.editUrl);
  if (!all.length) return;
  if (key === "j" || key === "arrowdown") go(all[Math.min(here + 1, all.length - 1)]);
  else if (key === "k" || key === "arrowup") go(all[Math.max(here - 1, 0)]);
  else if (key === "enter" && here >= 0 && document.activeElement?.tagName !== "A" && document.activeElement?.tagName !== "BUTTON") all[here].querySelector(".row-link")?.click();
  else if (key === "e" && here >= 0) all[here].querySelector("[data-edit]")?.click();
  else if (key === "x" && here >= 0) {
    pick(all[here], !picked.has(all[here].dataset.row));
    draw();
  } else if (key === "escape" && (picked.size || everything)) none();
  else return;
  event.preventDefault();
});

// A press anywhere on a row only marks it; the name is the link.
on("click", ".list-table tbody tr", (event, row) => {
  if (!event.target.closest("a, button, input, label")) go(row);
});

on("click", "button[data-side]", () => {
  const root = document.documentElement;
  root.dataset.side = root.dataset.side === "closed" ? "open" : "closed";
  try {
    localStorage.setItem("haike.side", root.dataset.side);
  } catch {
    // The choice lasts as long as the page.
  }
});

// ---- table: shadow, density, widths --------------------------------------------------------------------------------

document.addEventListener("scroll", (event) => {
  if (event.target.classList?.contains("list-scroll")) event.target.classList.toggle("scrolled", event.target.scrollLeft > 0);
}, true);

on("click", "[data-density]", (event, button) => {
  const dense = document.querySelector(".list-table")?.classList.toggle("dense");
  fetch(button.dataset.density, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, body: new URLSearchParams({ density: dense ? "dense" : "normal" }) }).catch(() => null);
});

const sheet = "adoptedStyleSheets" in document ? new CSSStyleSheet() : null;
if (sheet) document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
const widthsKey = () => `haike.widths.${card()?.dataset.list}`;

function widths() {
  if (!sheet || !card()) return;
  const kept = store.get(widthsKey()) || {};
  const heads = [...document.querySelectorAll(".list-table thead th[data-column]")];
  const rules = heads.map((head, at) => {
    const width = kept[head.dataset.column];
    return width ? `@media (min-width: 721px) { .list-table tr > :nth-child(${at + 2}) { width: ${width}px; min-width: ${width}px; max-width: ${width}px; } }` : "";
  });
  sheet.replaceSync(rules.join("\n"));
}
whenever("[data-list]", widths);

on("pointerdown", ".list-table .resize", (event, grip) => {
  event.preventDefault();
  const head = grip.closest("th");
  const start = event.clientX;
  const before = head.getBoundingClientRect().width;
  grip.setPointerCapture(event.pointerId);
  grip.classList.add("dragging");
  const move = (moved) => {
    const kept = store.get(widthsKey()) || {};
    kept[head.dataset.column] = Math.round(Math.max(64, Math.min(720, before + moved.clientX - start)));
    store.set(widthsKey(), kept);
    widths();
  };
  const stop = () => {
    grip.classList.remove("dragging");
    grip.removeEventListener("pointermove", move);
  };
  grip.addEventListener("pointermove", move);
  grip.addEventListener("lostpointercapture", stop, { once: true });
});
on("dblclick", ".list-table .resize", (event, grip) => {
  const kept = store.get(widthsKey()) || {};
  delete kept[grip.closest("th").dataset.column];
  store.set(widthsKey(), kept);
  widths();
});
