// <details class="menu">: closes on a press elsewhere or Esc, arrows walk through it, the panel stays on the screen.
import { on } from "./page.js";

const openMenus = () => [...document.querySelectorAll("details.menu[open]")];

function place(menu) {
  const panel = menu.querySelector(".menu-panel");
  const button = menu.querySelector("summary");
  if (!panel || getComputedStyle(panel).position === "static") return;
  if (menu.closest(".bottom-bar")) return;
  panel.style.cssText = "position: fixed; inset: auto; visibility: hidden";
  const at = button.getBoundingClientRect();
  const size = panel.getBoundingClientRect();
  const below = innerHeight - at.bottom - 12;
  const top = size.height <= below || at.top < below ? at.bottom + 4 : Math.max(8, at.top - size.height - 4);
  const wanted = menu.classList.contains("menu-end") ? at.right - size.width : at.left;
  const left = Math.max(8, Math.min(wanted, innerWidth - size.width - 8));
  panel.style.cssText = `position: fixed; top: ${top}px; left: ${left}px; right: auto; bottom: auto; max-height: ${innerHeight - top - 8}px`;
}

document.addEventListener(
  "toggle",
  (event) => {
    if (!event.target.matches?.("details.menu") || !event.target.open) return;
    for (const other of openMenus()) if (other !== event.target && !other.contains(event.target)) other.open = false;
    place(event.target);
  },
  true,
);

document.addEventListener("pointerdown", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) menu.open = false;
});

on("click", ".menu-panel a, .menu-panel button[type=submit]", (event, item) => {
  if (!item.closest("form[data-display]")) item.closest("details.menu").open = false;
});

document.addEventListener("keydown", (event) => {
  const menu = openMenus().at(-1);
  if (!menu) return;
  const items = [...menu.querySelectorAll(".menu-item")];
  const here = items.indexOf(document.activeElement);
  if (event.key === "Escape") {
    menu.open = false;
    menu.querySelector("summary").focus();
  } else if (event.key === "ArrowDown") items[(here + 1) % items.length]?.focus();
  else if (event.key === "ArrowUp") items[(here - 1 + items.length) % items.length]?.focus();
  else return;
  event.preventDefault();
  event.stopPropagation();
}, true);

addEventListener("resize", () => openMenus().forEach(place));
addEventListener("scroll", (event) => {
  for (const menu of openMenus()) if (!menu.contains(event.target)) place(menu);
}, true);
