// Forms: first field has the focus, Ctrl-Enter saves, drafts, links from the summary of errors to the fields.
import htmx from "htmx.org";
import { forget, isChanged, keep, offer, watch } from "./drafts.js";
import { make, on, whenever } from "./page.js";

whenever("form[data-form]", (form) => {
  watch(form);
  offer(form);
  const notice = form.querySelector("[data-focus]");
  const wrong = form.querySelector('[aria-invalid="true"]');
  const first = form.querySelector("[autofocus], .form-main .form-field :is(input:not([type=hidden], [type=file]), select, textarea)");
  requestAnimationFrame(() => {
    (wrong || notice || first)?.focus({ preventScroll: Boolean(wrong && notice) });
    if (notice) notice.scrollIntoView({ block: "nearest" });
  });
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 400);
  });
  form.addEventListener("change", () => keep(form));
});

on("keydown", "form", (event, form) => {
  if (event.key !== "Enter" || event.isComposing || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  form.requestSubmit(form.querySelector(".btn-primary:not([type=button])"));
});

on("click", "[data-field-link]", (event, link) => {
  const form = link.closest("form");
  const field = form.querySelector(`[data-field="${CSS.escape(link.dataset.fieldLink)}"]`);
  const target = field?.querySelector(".ts-control input, input:not([type=hidden]), select, textarea");
  if (!target) return;
  event.preventDefault();
  target.focus();
});

// Typing into a field takes its old complaint away.
on("input", ".form-field [aria-invalid=true]", (event, field) => field.removeAttribute("aria-invalid"));

addEventListener("beforeunload", (event) => {
  if ([...document.querySelectorAll("form[data-form]")].some(isChanged)) event.preventDefault();
});
// A form that is sent the plain way leaves on purpose.
on("submit", "form[data-form]:not([hx-post])", (event, form) => forget(form));

// ---- filter builder -------------------------------------------------------------------------------------------------

let next = 1000;

async function add(form, group) {
  const index = next++;
  const answer = await fetch(`${form.dataset.rowUrl}?index=${index}&group=${group.dataset.filterGroup}`, { headers: { "HX-Request": "true" } });
  const box = make("template");
  box.innerHTML = await answer.text();
  const row = box.content.firstElementChild;
  group.querySelector("[data-filter-add]").parentNode.before(row);
  htmx.process(row);
  row.querySelector("select").focus();
}

on("click", "[data-filter-add]", (event, button) => {
  event.preventDefault();
  add(button.form, button.closest("[data-filter-group]"));
});

on("click", "[data-filter-group-add]", (event, button) => {
  event.preventDefault();
  const groups = [...button.form.querySelectorAll("[data-filter-group]")];
  const group = groups.at(-1).cloneNode(true);
  const index = Math.max(...groups.map((each) => Number(each.dataset.filterGroup))) + 1;
  group.dataset.filterGroup = index;
  group.querySelectorAll("[data-filter-row]").forEach((row) => row.remove());
  group.querySelector(".filter-head select").name = `group-${index}-match`;
  button.parentNode.before(group);
  add(button.form, group);
});

on("click", "[data-filter-remove]", (event, button) => {
  const group = button.closest("[data-filter-group]");
  button.closest("[data-filter-row]").remove();
  if (!group.querySelector("[data-filter-row]") && group.parentNode.querySelectorAll("[data-filter-group]").length > 1) group.remove();
});
