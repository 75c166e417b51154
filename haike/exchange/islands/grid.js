// The grid for many records: rows pasted from Excel fill the cells, arrows and Enter move about.

/** Lines of cells from the text that a spreadsheet puts on the clipboard. */
export function cells(text) {
  const rows = [[]];
  let at = 0;
  while (at <= text.length) {
    let match = /^"((?:[^"]|"")*)"(?=\t|\r?\n|$)/.exec(text.slice(at));
    let cell;
    if (match) cell = match[1].replaceAll('""', '"').replace(/\s*\n\s*/g, " ");
    else {
      match = /^[^\t\n]*/.exec(text.slice(at));
      cell = match[0].replace(/\r$/, "");
    }
    rows.at(-1).push(cell.trim());
    at += match[0].length;
    if (text[at] === "\r") at++;
    if (text[at] === "\n") rows.push([]);
    at++;
  }
  return rows.filter((row) => row.some(Boolean));
}

export default function grid(form) {
  const body = form.querySelector(".sheet tbody");
  const lines = () => [...body.querySelectorAll("tr:not(.sheet-message)")];
  const inputs = (line) => [...line.querySelectorAll(".sheet-cell")];

  function add() {
    const last = lines().at(-1);
    const line = last.cloneNode(true);
    for (const input of inputs(line)) {
      input.value = "";
      input.removeAttribute("aria-invalid");
    }
    line.querySelectorAll(".form-error").forEach((error) => error.remove());
    for (const cell of line.querySelectorAll("td")) {
      cell.classList.remove("sheet-bad", "sheet-new");
      cell.removeAttribute("title");
    }
    for (const input of line.querySelectorAll("input[type=hidden]")) input.value = "";
    line.removeAttribute("data-key");
    line.querySelector(".sheet-number").firstChild.data = lines().length + 1;
    body.append(line);
    return line;
  }

  form.addEventListener("paste", (event) => {
    const start = event.target.closest(".sheet-cell");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!start || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const column = inputs(start.closest("tr")).indexOf(start);
    const fresh = !start.closest("[data-key]") && !inputs(start.closest("tr")).some((input) => input.value);
    if ("edits" in form.dataset && column === 0 && fresh) {
      // The server knows headings, and the records that are there already.
      const field = form.querySelector("[name=pasted]");
      field.value = text;
      form.requestSubmit(form.querySelector("[name=do][value=paste]"));
      return;
    }
    let place = lines().indexOf(start.closest("tr"));
    for (const row of cells(text)) {
      if (place >= Number(form.dataset.most)) break;
      const line = lines()[place++] || add();
      row.forEach((value, shift) => {
        const input = inputs(line)[column + shift];
        if (input) input.value = value;
      });
    }
    start.focus();
  });

  form.addEventListener("keydown", (event) => {
    const input = event.target.closest(".sheet-cell");
    if (!input || event.isComposing || event.ctrlKey || event.metaKey) return;
    const step = { ArrowDown: 1, Enter: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const line = input.closest("tr");
    const next = lines()[lines().indexOf(line) + step] || (event.key === "Enter" ? add() : null);
    if (next) inputs(next)[inputs(line).indexOf(input)].focus();
  });
}
