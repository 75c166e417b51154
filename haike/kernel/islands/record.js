// Record page: fields edited in place, the active tab.
import { on, whenever } from "./page.js";
import { refresh } from "./requests.js";

let stale = false;

on("click", ".can-edit .field-value", (event, value) => {
  if (event.target.closest("a, button, input, label, summary") || getSelection()?.toString()) return;
  value.parentNode.querySelector(".field-edit")?.click();
});

// On a narrow screen the path starts at the stage that counts.
whenever(".path [aria-current]", (step) => {
  const path = step.closest(".path");
  path.scrollLeft = step.parentNode.offsetLeft - path.offsetLeft - 60;
});

// A strip of tabs moves until the active one is seen whole, with a piece of its neighbour.
function show(tab) {
  const strip = tab.closest(".tabs");
  if (strip.scrollWidth <= strip.clientWidth) return;
  const [all, own] = [strip.getBoundingClientRect(), tab.getBoundingClientRect()];
  strip.scrollLeft += Math.max(own.right - all.right + 40, 0) || Math.min(own.left - all.left - 40, 0);
}
whenever(".tabs > [aria-current], .tabs > .active", show);

// Those that have no room in the row are in a menu, which then bears the name of the one that is open.
on("click", ".record-tabs [data-tab]", (event, tab) => {
  const bar = tab.closest(".record-tabs");
  const more = bar.querySelector("summary");
  const within = !tab.matches(".tab");
  if (!within) show(tab);
  for (const other of bar.querySelectorAll("[data-tab], summary")) {
    const active = other === tab || (within && other === more);
    if (other !== more) other.classList.toggle("active", active);
    if (active) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
  if (!more) return;
  const name = more.querySelector("span");
  name.textContent = within ? tab.querySelector("span").textContent : name.dataset.more;
  if (within) more.focus();
});

// A field that was edited in its place has become a fact again.
document.addEventListener("haike:placed", (event) => {
  const field = event.target.closest(".record .field");
  if (!field) return;
  const { move, saved } = event.detail;
  if (saved) {
    field.querySelector(".field-value").classList.add("pulse");
    stale = true;
  }
  const all = [...document.querySelectorAll(".record .can-edit")].filter((each) => each.checkVisibility());
  const next = all[all.indexOf(field) + ({ next: 1, down: 1, back: -1, up: -1 }[move] || 0)] || field;
  const button = next.querySelector(".field-edit");
  button?.focus();
  if (next !== field && (move === "next" || move === "back")) return button.click();
  // What else the page tells of the record follows when one has done with it.
  if (stale) refresh();
  stale = false;
});

on("keydown", ".field-edit", (event, button) => {
  if (event.key !== "F2") return;
  event.preventDefault();
  button.click();
});
