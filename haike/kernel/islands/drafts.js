// What is typed into a form and not yet saved stays on this device and is offered again.
import { ago, store, t, user } from "./page.js";

const skip = /^(csrfmiddlewaretoken|version|shut)$|password/i; // what is folded away is nothing typed
const first = new WeakMap();
const months = 30 * 86400000;

/** Forms whose text must not be lost: those of records, fields edited in their place, boxes that are always open. */
export const WATCHED = "form[data-form], form[data-field-form], form[data-watch]";

/** The fields of a form as [name, value] pairs; files and secrets stay out. */
function values(form) {
  const pairs = [];
  for (const [name, value] of new FormData(form)) {
    const field = form.querySelector(`[name="${CSS.escape(name)}"]`);
    if (typeof value !== "string" || skip.test(name) || field?.type === "password") continue;
    pairs.push([name, plain(field?.dataset || {}, value)]);
  }
  return pairs;
}

// Money, telephone numbers and times are dressed by their widgets; that alone changes nothing.
function plain(data, value) {
  if ("money" in data) return value.replace(/,/g, "").replace(/\.0+$/, "");
  if ("phone" in data) return value.replace(/[\s-]/g, "");
  return value.replace(/^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(:\d\d)?$/, "$1 $2");
}

const key = (form) => form.dataset.draft && `haike.draft.${user}.${form.dataset.draft}`;
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

/** Remember how the form looked when it came. */
export function watch(form) {
  first.set(form, values(form));
}

/** Whether something was typed since. A form that came back with a complaint holds what was typed before it. */
export function isChanged(form) {
  return "wrong" in form.dataset || (first.has(form) && !same(first.get(form), values(form)));
}

/** The forms of the page, or of a part of it, that hold what is not saved. */
export function unsaved(part = document) {
  const found = [...part.querySelectorAll(WATCHED)];
  if (part.matches?.(WATCHED)) found.push(part);
  return found.filter(isChanged);
}

/** The form was saved or given up. */
export function forget(form) {
  first.delete(form);
  delete form.dataset.wrong;
  if (key(form)) store.remove(key(form));
}

/** Keep what was typed. */
export function keep(form) {
  if (!key(form) || !first.has(form)) return;
  const state = form.querySelector("[data-draft-state]");
  if (!isChanged(form)) {
    store.remove(key(form));
    if (state) state.textContent = "";
    return;
  }
  const kept = store.set(key(form), { at: Date.now(), version: form.querySelector("[name=version]")?.value, values: values(form) });
  if (state) state.textContent = kept ? t("draft_kept") : "";
}

function fill(form, pairs) {
  const names = new Set(pairs.map(([name]) => name));
  for (const field of form.elements) {
    if (!field.name || skip.test(field.name) || field.type === "file") continue;
    const mine = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = mine.includes(field.value);
    else if (field.tomselect) {
      mine.forEach((value) => field.tomselect.addOption({ value, text: value }));
      field.tomselect.setValue(field.multiple ? mine : mine[0] || "");
    } else if (field.multiple) for (const option of field.options) option.selected = mine.includes(option.value);
    else if (names.has(field.name) && field.type !== "hidden") field.value = mine.shift() ?? "";
    field.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

/** Offer what was kept earlier, if it differs from what the form shows. */
export function offer(form) {
  const kept = key(form) && store.get(key(form));
  const box = form.querySelector("[data-draft-offer]");
  // A form that came back with a complaint shows what was typed, and what is kept is no newer.
  if (!kept || !box || "wrong" in form.dataset) return;
  if (Date.now() - kept.at > months || same(kept.values, values(form))) return store.remove(key(form));
  box.querySelector("span").textContent = t("draft_found", { when: ago(kept.at) });
  box.hidden = false;
  box.querySelector("[data-draft-restore]").onclick = () => {
    fill(form, kept.values);
    // What others saved since then is shown by the server, and not written over.
    const version = form.querySelector("[name=version]");
    if (version && kept.version) version.value = kept.version;
    box.hidden = true;
    form.querySelector(":is(input:not([type=hidden], [type=file]), select, textarea)")?.focus();
  };
  box.querySelector("[data-draft-discard]").onclick = () => {
    store.remove(key(form));
    box.hidden = true;
  };
}
