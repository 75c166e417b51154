// The cells of a list, edited where they stand: press one twice, or go to it with the arrows and press Enter or F2.
// The server sends the same little form as on the page of the record.
import htmx from "htmx.org";
import { isChanged } from "./drafts.js";
import { save } from "./inplace.js";
import { mark } from "./list.js";
import { open as openOver } from "./overlays.js";
import { make, on, typing } from "./page.js";

const CELL = "[data-editable] .list-table tbody :is(td[data-label], th.cell-name)";
let box = null;
let place = null;

const heads = () => [...document.querySelectorAll("[data-editable] .list-table thead th")];
const rows = () => [...document.querySelectorAll("[data-editable] .list-table tbody tr[data-row]:not(.row-deleted)")];
const headOf = (cell) => heads()[cell.cellIndex];
const cellAt = ({ row, column }) => document.querySelector(`.list-table tr[data-row="${row}"]`)?.cells[heads().findIndex((head) => head.dataset.column === column)];

function close() {
  box?.remove();
  box = null;
}

function focus(cell) {
  if (!cell) return;
  mark(cell.parentNode);
  cell.tabIndex = -1;
  cell.focus({ preventScroll: true });
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

/** The cell `step` places further among those that can be edited, over the ends of the rows. */
function beside(cell, step) {
  const editable = heads().flatMap((head, index) => (head.dataset.edit === "field" ? [index] : []));
  const all = rows().flatMap((row) => editable.map((index) => row.cells[index]));
  return all[all.indexOf(cell) + step];
}

function below(cell, step) {
  const all = rows();
  return all[all.indexOf(cell.parentNode) + step]?.cells[cell.cellIndex];
}

function settle() {
  const cell = place && cellAt(place);
  if (!box || !cell) return;
  const at = cell.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(at.top, innerHeight - box.offsetHeight - 8))}px`;
}

function open(cell) {
  const row = cell?.parentNode;
  const head = cell && headOf(cell);
  if (!head?.dataset.edit || row.matches(".row-deleted")) return;
  const url = row.querySelector(".row-link")?.getAttribute("href");
  if (!url) return;
  focus(cell);
  close();
  if (head.dataset.edit === "transfer") return openOver("drawer", `${url}transfer`);
  place = { row: row.dataset.row, column: head.dataset.column };
  const mine = make("div", { class: "cell-edit" });
  box = mine;
  document.body.append(box);
  settle();
  htmx.ajax("GET", `${url}field/${place.column}`, { source: box, target: box, swap: "innerHTML" }).then(() => {
    if (mine.querySelector("form")) settle();
    else if (box === mine) close();
  });
}

on("dblclick", CELL, (event, cell) => {
  if (event.target.closest("a, button, input")) return;
  getSelection()?.removeAllRanges();
  open(cell);
});
on("click", CELL, (event, cell) => {
  if (!event.target.closest("a, button, input, label") && headOf(cell)?.dataset.edit && !getSelection()?.toString()) focus(cell);
});

document.addEventListener(
  "keydown",
  (event) => {
    if (typing(event) || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || box || document.querySelector("dialog[open], details.menu[open]")) return;
    const cell = event.target.closest?.(CELL);
    const row = document.querySelector("[data-editable] .list-table tr.row-now");
    if (cell && event.target === cell) {
      const to = { ArrowLeft: () => beside(cell, -1), ArrowRight: () => beside(cell, 1), ArrowUp: () => below(cell, -1), ArrowDown: () => below(cell, 1) }[event.key];
      if (to) focus(to());
      else if (event.key === "Enter" || event.key === "F2") open(cell);
      else if (event.key === "Escape") cell.blur();
      else return;
    } else if (row && (event.key === "ArrowRight" || event.key === "F2")) {
      const first = [...row.cells].find((each) => headOf(each)?.dataset.edit === "field");
      if (event.key === "F2") open(first);
      else focus(first);
    } else return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

// Saved or given up.
document.addEventListener("haike:placed", (event) => {
  if (!box?.contains(event.target)) return;
  const { move, saved } = event.detail;
  const cell = cellAt(place);
  const shown = event.target.querySelector(".field-value");
  if (cell && shown) {
    (cell.querySelector(":scope > .row-link") || cell).replaceChildren(...shown.childNodes);
    cell.classList.remove("pulse");
    if (saved) requestAnimationFrame(() => cell.classList.add("pulse"));
    count(cell);
  }
  close();
  if (!cell) return;
  const next = { next: () => beside(cell, 1), back: () => beside(cell, -1) }[move]?.();
  if (next) open(next);
  else focus({ down: () => below(cell, 1), up: () => below(cell, -1) }[move]?.() || cell);
});

/** The sums under a column follow what was changed in it. */
function count(cell) {
  const asked = document.querySelector('#list-body [hx-target="#list-count"]');
  if (asked && cell.matches(".end") && document.querySelector("#list-totals tr")) htmx.ajax("GET", asked.getAttribute("hx-get"), { source: asked, target: "#list-count", swap: "innerHTML" });
}

// A press elsewhere saves, as in a sheet; what cannot be saved stays open with its sentence.
document.addEventListener("pointerdown", (event) => {
  if (!box || event.target.closest(".cell-edit, .calendar, .ts-dropdown, dialog, .toasts")) return;
  const form = box.querySelector("form");
  if (!form || (!isChanged(form) && !("conflict" in form.dataset))) close();
  else if (!("wrong" in form.dataset)) save(form);
});
document.addEventListener("scroll", settle, true);
addEventListener("resize", settle);
