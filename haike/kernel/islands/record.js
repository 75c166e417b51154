// Record page: fields edited in place, the active tab.
import htmx from "htmx.org";
import { on, whenever } from "./page.js";

on("click", ".can-edit .field-value", (event, value) => {
  if (event.target.closest("a, button, input, label") || getSelection()?.toString()) return;
  value.parentNode.querySelector(".field-edit")?.click();
});

whenever("[data-field-form]", (form) => {
  const first = form.querySelector("input:not([type=hidden]), select, textarea");
  first?.focus();
  if (first?.select && first.type === "text") first.select();
  form.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      form.querySelector("[data-field-cancel]")?.click();
    }
  });
});

// On a narrow screen the path starts at the stage that counts.
whenever(".path [aria-current]", (step) => {
  const path = step.closest(".path");
  path.scrollLeft = step.parentNode.offsetLeft - path.offsetLeft - 60;
});

on("click", ".tabs [data-tab]", (event, tab) => {
  for (const other of tab.parentNode.querySelectorAll("[data-tab]")) {
    other.classList.toggle("active", other === tab);
    if (other === tab) other.setAttribute("aria-current", "true");
    else other.removeAttribute("aria-current");
  }
});

// A value that was saved in place shines for a moment.
document.addEventListener("htmx:after:settle", (event) => {
  for (const node of event.detail.newContent || []) {
    if (node.classList?.contains("field") && !node.matches("form")) {
      node.querySelector(".field-value")?.classList.add("pulse");
      htmx.trigger(document.body, "field-saved");
    }
  }
});
