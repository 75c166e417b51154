// A cell of the list, edited where it stands: press it twice. The server sends the same little form as on the page.
import htmx from "htmx.org";
import { make, on } from "./page.js";

let box;
let cell;

function close() {
  box?.remove();
  box = null;
}

function open(where, url) {
  close();
  cell = where;
  box = make("div", { class: "cell-edit" });
  document.body.append(box);
  const at = cell.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(at.left, innerWidth - 316))}px`;
  box.style.top = `${Math.min(at.top, innerHeight - 170)}px`;
  htmx.ajax("GET", url, { source: box, target: box, swap: "innerHTML" }).then(() => box?.querySelector("form") || close());
}

on("dblclick", "[data-editable] .list-table tbody td[data-label]", (event, td) => {
  const row = td.closest("tr");
  const head = td.closest("table").querySelectorAll("thead th")[td.cellIndex];
  const name = head?.dataset.column;
  if (!name || name.includes("__") || row.matches(".row-deleted") || event.target.closest("a, button")) return;
  getSelection()?.removeAllRanges();
  open(td, `${row.querySelector(".row-link").getAttribute("href")}field/${name}`);
});

// Saved or given up: the form has become the plain field again.
document.addEventListener("htmx:after:swap", () => {
  const shown = box?.querySelector(".field:not(form) .field-value");
  if (!shown) return;
  cell.replaceChildren(...shown.childNodes);
  cell.classList.add("pulse");
  close();
});

document.addEventListener("pointerdown", (event) => box && !event.target.closest(".cell-edit, .calendar") && close());
document.addEventListener("scroll", (event) => event.target.classList?.contains("list-scroll") && close(), true);
