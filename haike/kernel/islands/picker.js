// A select that searches: references to other records (data-picker-url), long or multiple choices.
// Fetched only where one is used.
import TomSelect from "tom-select/dist/esm/tom-select.js";
import ClearButton from "tom-select/dist/esm/plugins/clear_button/plugin.js";
import RemoveButton from "tom-select/dist/esm/plugins/remove_button/plugin.js";
import { open } from "./overlays.js";
import { icon, t } from "./page.js";

TomSelect.define("clear_button", ClearButton);
TomSelect.define("remove_button", RemoveButton);

function line(data, escape) {
  const picture = data.picture ? `<img class="thumb" src="${escape(data.picture)}" alt=""> ` : "";
  return `<div>${picture}<span class="cut">${escape(data.text)}</span>${data.hint ? `<small>${escape(data.hint)}</small>` : ""}</div>`;
}

/** Turn <select data-island="picker"> into a field one can search in. */
export default function picker(select) {
  const { pickerUrl: url, createUrl, placeholder } = select.dataset;
  const label = document.querySelector(`label[for="${select.id}"]`);
  const focused = document.activeElement === select;
  // The first field of a form has the focus without being asked for: its list would cover the fields below.
  let quiet = focused;
  const field = new TomSelect(select, {
    plugins: select.multiple ? ["remove_button"] : select.required ? [] : ["clear_button"],
    placeholder: placeholder || t("choose"),
    hidePlaceholder: true,
    maxOptions: 200,
    maxItems: select.multiple ? null : 1,
    allowEmptyOption: false,
    closeAfterSelect: !select.multiple,
    openOnFocus: false,
    searchField: url ? [] : ["text", "hint", "keys"],
    score: url ? () => () => 1 : undefined,
    // Search also by pinyin: options carry it in data-keys, remote lists are searched by the server.
    preload: false,
    loadThrottle: 120,
    shouldLoad: () => true,
    load: url
      ? async (q, done) => {
          const found = await fetch(`${url}${url.includes("?") ? "&" : "?"}q=${encodeURIComponent(q.replace(/'/g, ""))}`, { headers: { Accept: "application/json" } })
            .then((answer) => (answer.ok ? answer.json() : { items: [] }))
            .catch(() => ({ items: [] }));
          field.clearOptions((option) => field.items.includes(option.value));
          done(found.items.map(({ id, label: text, hint, picture }) => ({ value: String(id), text, hint, picture })));
        }
      : undefined,
    create: createUrl
      ? (text, done) => {
          open("drawer", `${createUrl}${createUrl.includes("?") ? "&" : "?"}name=${encodeURIComponent(text)}`);
          document.addEventListener("saved", (event) => done(event.detail.id ? { value: String(event.detail.id), text: event.detail.label || text } : null), { once: true });
        }
      : false,
    createOnBlur: false,
    render: {
      option: line,
      item: line,
      option_create: ({ input }, escape) => `<div class="create">${escape(t("create", { text: input }))}</div>`,
      no_results: () => `<div class="no-results">${t("nothing_found")}</div>`,
      loading: () => `<div class="no-results">${t("searching")}</div>`,
      not_loading: () => null,
    },
    // What was typed for one choice is not the beginning of the next.
    onItemAdd: () => select.multiple && field.inputValue() && field.setTextboxValue(""),
    onDropdownOpen() {
      if (url && !this.lastQuery && Object.keys(this.options).length <= this.items.length) this.load("");
    },
    onFocus() {
      if (url && !this.loading && !quiet) this.load(this.inputValue());
    },
  });
  const clear = field.control.parentNode.querySelector(".clear-button");
  if (clear) {
    clear.replaceChildren(icon("x"));
    clear.title = t("clear");
  }
  if (select.getAttribute("aria-invalid")) field.control_input.setAttribute("aria-invalid", "true");
  if (select.getAttribute("aria-describedby")) field.control_input.setAttribute("aria-describedby", select.getAttribute("aria-describedby"));
  const name = select.getAttribute("aria-label") || label?.textContent || "";
  for (const each of [select, field.control_input]) each.setAttribute("aria-label", name);
  // One was there before this came.
  if (focused) {
    field.focus();
    field.control.addEventListener("click", () => quiet && !field.isOpen && field.load(field.inputValue()));
    field.on("blur", () => (quiet = false));
  }
}
