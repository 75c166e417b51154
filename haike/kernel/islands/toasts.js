// Short notices at the bottom left, with undo where the server offers it.
import { icon, make, t } from "./page.js";

const area = document.getElementById("toasts");
const signs = { bad: () => icon("alert-circle"), warn: () => icon("alert-triangle"), good: () => icon("circle-check"), notice: () => icon("bell") };

function leave(node) {
  if (node.classList.contains("leaving")) return;
  node.classList.add("leaving");
  setTimeout(() => {
    node.remove();
    if (!area.children.length && area.matches(":popover-open")) area.hidePopover();
  }, 160);
}

/** Show a notice. `undo` is a function; `url` makes a link with the words of `label`. */
export function toast({ text, kind = "good", url, label, undo, stay }) {
  if (!area) return;
  const node = make("div", { class: `toast toast-${kind}`, role: kind === "bad" ? "alert" : null }, (signs[kind] || signs.good)(), make("span", {}, text));
  if (url && label) node.append(make("a", { class: "btn", href: url }, label));
  if (undo) {
    const button = make("button", { class: "btn", type: "button" }, t("undo"));
    button.addEventListener("click", () => {
      leave(node);
      undo();
    });
    node.append(button);
  }
  const close = make("button", { class: "btn btn-icon", type: "button", "aria-label": t("close") }, icon("x"));
  close.addEventListener("click", () => leave(node));
  node.append(close);
  area.append(node);
  while (area.children.length > 3) area.firstElementChild.remove();
  // Above an open dialog only the top layer is seen.
  if (area.showPopover) {
    area.setAttribute("popover", "manual");
    if (area.matches(":popover-open")) area.hidePopover();
    area.showPopover();
  }
  if (stay) return;
  let timer = setTimeout(() => leave(node), undo ? 10000 : kind === "bad" ? 8000 : 5000);
  node.addEventListener("pointerenter", () => clearTimeout(timer));
  node.addEventListener("pointerleave", () => (timer = setTimeout(() => leave(node), 3000)));
}

/** Keep a notice for the page that is about to open. */
export function toastNext(facts) {
  sessionStorage.setItem("haike.toast", JSON.stringify(facts));
}

const kept = sessionStorage.getItem("haike.toast");
if (kept) {
  sessionStorage.removeItem("haike.toast");
  setTimeout(() => document.dispatchEvent(new CustomEvent("toast", { detail: JSON.parse(kept) })));
}

for (const line of document.querySelectorAll("#messages p")) {
  const kind = { error: "bad", warning: "warn" }[line.dataset.kind] || "good";
  setTimeout(() => document.dispatchEvent(new CustomEvent("toast", { detail: { text: line.textContent, kind, undo: line.dataset.undo } })));
}
