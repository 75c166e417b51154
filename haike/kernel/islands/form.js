// Forms: first field has the focus, Ctrl-Enter saves, drafts, links from the summary of errors to the fields.
import htmx from "htmx.org";
import { ask } from "./ask.js";
import { forget, keep, offer, unsaved, watch, WATCHED } from "./drafts.js";
import { make, on, t, whenever } from "./page.js";

whenever(WATCHED, watch);

whenever("form[data-form]", (form) => {
  const notice = form.querySelector("[data-focus]");
  const wrong = form.querySelector('[aria-invalid="true"]');
  const first = form.querySelector("[autofocus], .form-main .form-field :is(input:not([type=hidden], [type=file]), select, textarea)");
  requestAnimationFrame(() => {
    (wrong || notice || first)?.focus({ preventScroll: Boolean(wrong && notice) });
    if (notice) notice.scrollIntoView({ block: "nearest" });
  });
  whenAsked(form);
  whenDemanded(form);
});

whenever("form[data-draft]", (form) => {
  offer(form);
  let timer;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => keep(form), 400);
  });
  form.addEventListener("change", () => keep(form));
});

// A field that is asked for only when another one has a certain value; the server knows the same rule.
function whenAsked(form) {
  const some = [...form.querySelectorAll("[data-when]")];
  if (!some.length) return;
  const show = () => {
    const sent = new FormData(form);
    some.forEach((field) => {
      const { field: name, values } = JSON.parse(field.dataset.when);
      const given = sent.getAll(name).length ? sent.getAll(name) : [""];
      field.hidden = !given.some((value) => values.includes(value));
    });
  };
  form.addEventListener("change", show);
  form.addEventListener("input", show);
  show();
}

// A field that has to be filled in while all of some others are empty.
function whenDemanded(form) {
  const some = [...form.querySelectorAll("[data-unless]")];
  if (!some.length) return;
  const mark = () => {
    const sent = new FormData(form);
    some.forEach((field) => {
      const given = field.dataset.unless.split(" ").some((name) => sent.getAll(name).some(Boolean));
      field.querySelector(".form-label").classList.toggle("required", !given);
    });
  };
  form.addEventListener("change", mark);
  mark();
}

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

// Choosing again in the form is choosing one's own.
on("input", "form[data-form] [name]", (event, field) => {
  const mine = field.form.querySelector(`input[name="keep-${CSS.escape(field.name)}"][value=yours]`);
  if (mine) mine.checked = true;
});

// ---- leaving with something unsaved -----------------------------------------------------------------------------------

let leaving = false;
addEventListener("beforeunload", (event) => {
  if (!leaving && unsaved().length) event.preventDefault();
});
// A form that is sent the plain way leaves on purpose.
on("submit", "form:not([hx-post])", (event, form) => form.matches(WATCHED) && !event.defaultPrevented && forget(form));

/** Ask whether what is typed may be lost. */
const mayLeave = () => ask({ title: t("unsaved_title"), text: t("unsaved_text"), yes: t("unsaved_leave"), no: t("unsaved_stay"), danger: true });

on("click", "a[href]", async (event, link) => {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || link.target || link.hasAttribute("download")) return;
  if (!/^http/.test(link.protocol) || (link.pathname === location.pathname && link.hash)) return;
  const forms = unsaved();
  if (!forms.length) return;
  event.preventDefault();
  if (!(await mayLeave())) return;
  forms.forEach(forget);
  leaving = true;
  location.assign(link.href);
});

// A part of the page is about to be replaced while something is typed in it.
document.addEventListener("htmx:config:request", (event) => {
  const { ctx } = event.detail;
  const target = ctx.target;
  if (ctx.confirm || !target?.querySelectorAll || /none|morph/i.test(ctx.swap || "")) return;
  if (unsaved(target).some((form) => form !== ctx.sourceElement && !form.contains(ctx.sourceElement))) ctx.confirm = t("unsaved_text");
});

// ---- filter builder -------------------------------------------------------------------------------------------------

let next = 1000;

async function add(group) {
  const index = next++;
  const answer = await fetch(`${group.closest("[data-row-url]").dataset.rowUrl}?index=${index}&group=${group.dataset.filterGroup}`, { headers: { "HX-Request": "true" } });
  const box = make("template");
  box.innerHTML = await answer.text();
  const row = box.content.firstElementChild;
  group.querySelector("[data-filter-add]").parentNode.before(row);
  htmx.process(row);
  row.querySelector("select").focus();
}

on("click", "[data-filter-add]", (event, button) => {
  event.preventDefault();
  add(button.closest("[data-filter-group]"));
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
  add(group);
});

on("click", "[data-filter-remove]", (event, button) => {
  const group = button.closest("[data-filter-group]");
  button.closest("[data-filter-row]").remove();
  if (!group.querySelector("[data-filter-row]") && group.parentNode.querySelectorAll("[data-filter-group]").length > 1) group.remove();
});
