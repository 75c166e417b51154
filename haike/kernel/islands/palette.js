// Ctrl-K: find any record or page, start anything. Results come while one types, also from half-written pinyin.
import { on } from "./page.js";

const dialog = document.getElementById("palette");
const field = document.getElementById("palette-q");
const found = document.getElementById("palette-found");
const answers = new Map();
let running;
let timer;

function show(html) {
  found.innerHTML = html;
  mark(0);
}

function items() {
  return [...found.querySelectorAll(".palette-item")];
}

function mark(place) {
  const all = items();
  all.forEach((item, at) => item.setAttribute("aria-selected", String(at === place)));
  if (all[place]) {
    field.setAttribute("aria-activedescendant", all[place].id);
    all[place].scrollIntoView({ block: "nearest" });
  } else field.removeAttribute("aria-activedescendant");
}

async function look() {
  // While an input method composes, the field holds "hua'wei": that is pinyin, and pinyin finds.
  const q = field.value.replace(/'/g, "").trim();
  if (answers.has(q)) return show(answers.get(q));
  running?.abort();
  running = new AbortController();
  try {
    const answer = await fetch(`${field.dataset.url}?q=${encodeURIComponent(q)}`, { headers: { "HX-Request": "true" }, signal: running.signal });
    if (!answer.ok) return;
    const html = await answer.text();
    answers.set(q, html);
    if (field.value.replace(/'/g, "").trim() === q) show(html);
  } catch {
    // Overtaken by the next key, or offline: what is shown stays.
  }
}

export function openPalette(text = "") {
  if (!dialog || dialog.open) return;
  answers.clear();
  field.value = text;
  dialog.showModal();
  field.focus();
  look();
}

field?.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, 60);
});

field?.addEventListener("keydown", (event) => {
  if (event.isComposing) return;
  const all = items();
  const here = all.findIndex((item) => item.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") mark(Math.min(here + 1, all.length - 1));
  else if (event.key === "ArrowUp") mark(Math.max(here - 1, 0));
  else if (event.key === "Enter") {
    const item = all[here];
    if (!item) return;
    if (event.ctrlKey || event.metaKey) window.open(item.href, "_blank", "noopener");
    else item.click();
  } else return;
  event.preventDefault();
});

found?.addEventListener("pointermove", (event) => {
  const item = event.target.closest(".palette-item");
  if (item) mark(items().indexOf(item));
});

document.addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openPalette();
  }
});

on("pointerdown", "[data-palette]", (event) => {
  if (!dialog) return;
  event.preventDefault();
  openPalette();
});
on("keydown", "[data-palette] input", (event, input) => {
  if (event.key === "Tab" || event.key === "Escape" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.length > 1 && event.key !== "Enter") return;
  event.preventDefault();
  openPalette(event.key.length === 1 ? event.key : "");
  input.value = "";
});
