// Lines out of an Excel file: what each column is, every row with what is wrong with it, then into the editor.
import { icon, make, token } from "../../kernel/islands/page.js";

/** Ask for a file and show it. `query()` gives the document as asked so far, `putLines(lines)` fills the editor. */
export function openSheet(root, words, { query, putLines }) {
  const file = make("input", { type: "file", class: "form-control", accept: ".xlsx,.xls,.ods,.csv,.txt", "aria-label": words.file });
  const said = make("p", { class: "hint", role: "status" }, words.file_hint);
  const place = make("div", { class: "table-scroll sheet-preview" });
  const take = make("button", { class: "btn btn-primary", type: "button", disabled: "" }, words.take_lines);
  const x = make("button", { class: "btn btn-quiet btn-icon", type: "button", "aria-label": words.close }, icon("x"));
  const box = make("dialog", { class: "shelf", "aria-label": words.file_title },
    make("div", { class: "dialog-head" }, make("h2", {}, words.file_title), x),
    make("div", { class: "dialog-body stack" }, file, said, place),
    make("div", { class: "dialog-foot" }, make("span", { class: "grow" }), take));
  let good = [];

  async function read(fields) {
    if (!file.files.length) return;
    const body = new FormData();
    for (const [name, value] of query()) body.set(name, value);
    body.set("file", file.files[0]);
    if (fields) body.set("fields", fields.join(","));
    take.disabled = true;
    const answer = await fetch("/lines/file", { method: "POST", headers: { "X-CSRFToken": token() }, body }).catch(() => null);
    const found = await answer?.json().catch(() => null);
    said.classList.toggle("bad", !answer?.ok);
    if (!answer?.ok || !found) {
      place.replaceChildren();
      said.textContent = found?.message || words.failed;
      return;
    }
    const bad = found.rows.filter((row) => row.fault).length;
    good = found.rows.filter((row) => row.line).map((row) => row.line);
    take.disabled = !good.length;
    said.textContent = (bad ? words.file_faults : words.file_good).replace("%(good)s", good.length).replace("%(bad)s", bad);
    const selects = found.titles.map((title, at) => {
      const select = make("select", { class: "form-select", "aria-label": title }, make("option", { value: "" }, words.not_used),
        ...found.choices.map(([name, label]) => make("option", { value: name, ...(name === found.fields[at] ? { selected: "" } : {}) }, label)));
      select.addEventListener("change", () => read(selects.map((each) => each.value)));
      return select;
    });
    place.replaceChildren(make("table", { class: "table" },
      make("thead", {}, make("tr", {}, make("th", {}, "#"), ...found.titles.map((title, at) => make("th", { scope: "col" }, make("span", {}, title), selects[at])), make("th", {}, ""))),
      make("tbody", {}, ...found.rows.map((row) => make("tr", {}, make("td", { class: "muted" }, row.place), ...row.cells.map((cell) => make("td", {}, cell)), make("td", { class: row.fault ? "bad" : "hint" }, row.fault || row.note))))));
  }

  file.addEventListener("change", () => read());
  take.addEventListener("click", () => {
    const no = putLines(good);
    if (!no) return box.close();
    said.classList.add("bad");
    said.textContent = no;
  });
  x.addEventListener("click", () => box.close());
  box.addEventListener("close", () => box.remove());
  box.addEventListener("keydown", (event) => event.stopPropagation());
  for (const kind of ["input", "change"]) box.addEventListener(kind, (event) => event.stopPropagation());
  root.append(box);
  box.showModal();
  file.focus();
}
