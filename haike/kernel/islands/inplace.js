// A field edited in its place, on a record's page or in a cell of a list: what the keys do, and where one goes next.
// Enter saves and goes down, Tab saves and opens the next field, with Shift both go back; Esc puts back.
import { isChanged } from "./drafts.js";
import { on, whenever } from "./page.js";

const FORM = "form[data-field-form]";
let waiting = null;

/** The picker whose field has the focus. */
const pickerOf = (node) => node.closest(".ts-wrapper")?.parentNode.querySelector("select.tomselected")?.tomselect;

/** The inputs of the widget that Tab stops at; buttons below it are for the mouse. */
function stops(form) {
  const here = document.activeElement;
  return [...form.querySelectorAll(".field-widget :is(input:not([type=hidden]), select, textarea, button)")].filter(
    (each) => each === here || (!each.disabled && each.tabIndex >= 0 && each.checkVisibility() && !(here.type === "radio" && each.name === here.name)),
  );
}

function enter(form) {
  const first = stops(form).find((each) => each.getAttribute("aria-invalid")) || stops(form)[0];
  (form.querySelector("[data-focus]") || first)?.focus();
  if (first?.select && first.type !== "checkbox" && first.type !== "file") first.select();
}

/** Tell the page or the list that the editing of a field has ended and where its user goes. */
function end(node, move, saved) {
  node.dispatchEvent(new CustomEvent("haike:placed", { bubbles: true, detail: { move, saved } }));
}

function putBack(form, move) {
  // The cell of a list still holds what it showed.
  if (form.closest(".cell-edit")) return end(form, move, false);
  waiting = { id: form.id, move, saved: false };
  form.querySelector("[data-field-cancel]").click();
}

/** Save what was typed and go on. */
export function save(form, move = "stay") {
  const picker = pickerOf(document.activeElement);
  if (picker?.inputValue()) {
    // Half a name finds its record before one leaves; without one it stays to be seen.
    if (!picker.isOpen || !picker.activeOption) return picker.open();
    picker.onOptionSelect(new Event("keydown"), picker.activeOption);
  }
  // Dates, amounts and telephone numbers are tidied up when one leaves the input.
  form.focus({ preventScroll: true });
  if (!isChanged(form)) return putBack(form, move);
  waiting = { id: form.id, move, saved: true };
  form.requestSubmit();
}

document.addEventListener(
  "keydown",
  (event) => {
    const form = event.target.closest?.(FORM);
    if (!form || event.isComposing || event.altKey) return;
    const { target, key, shiftKey } = event;
    const picker = pickerOf(target);
    const held = () => {
      event.preventDefault();
      event.stopImmediatePropagation();
    };
    if (key === "Escape") {
      if (picker?.isOpen) return;
      held();
      form.focus({ preventScroll: true });
      if ("conflict" in form.dataset) form.querySelector("[data-field-cancel]").click();
      else putBack(form, "stay");
    } else if (key === "Enter" && (event.ctrlKey || event.metaKey)) {
      held();
      save(form);
    } else if ("conflict" in form.dataset) {
      // Two values are to be chosen from: nothing is saved by passing through.
      return;
    } else if (key === "Enter") {
      if (target.matches("button, a, [type=file]") || (target.matches("textarea") && shiftKey) || (picker?.isOpen && picker.activeOption)) return;
      const move = shiftKey ? "up" : "down";
      // An open list of choices takes the key first.
      if (target.matches("select")) return setTimeout(() => save(form, move));
      held();
      save(form, move);
    } else if (key === "Tab") {
      const all = stops(form);
      const at = all.indexOf(target);
      if (target.closest(".field-acts") || (at >= 0 && all[at + (shiftKey ? -1 : 1)])) return;
      held();
      save(form, shiftKey ? "back" : "next");
    }
  },
  true,
);

on("submit", FORM, (event, form) => {
  if (waiting?.id !== form.id) waiting = { id: form.id, move: "stay", saved: true };
});
on("click", "[data-field-cancel]", (event, link) => {
  const form = link.closest(FORM);
  if (waiting?.id !== form.id || waiting.saved) waiting = { id: form.id, move: "stay", saved: false };
}, true);

whenever(".field", (field) => {
  const went = waiting?.id === field.id ? waiting : null;
  if (went) waiting = null;
  if (field.matches("form")) requestAnimationFrame(() => enter(field));
  else if (went) end(field, went.move, went.saved);
});

// The server did not answer, or a session had to be opened again: the text is still there to be sent.
document.addEventListener("htmx:finally:request", () => {
  const form = document.activeElement;
  if (form?.matches(FORM)) enter(form);
});
