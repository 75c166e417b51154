// The lines of a pick-list in the form of an own field: one more by button or Enter, up and down. Without scripts the
// same buttons send the form and it comes back with the lines moved. Dragging is that of every ordered list.
export default (box) => {
  const list = box.querySelector("[data-order]");

  function more(after) {
    const row = list.lastElementChild.cloneNode(true);
    row.querySelectorAll("input, select").forEach((field) => {
      field.value = "";
      field.removeAttribute("id");
    });
    after.after(row);
    row.querySelector("[name=options]").focus();
  }

  box.querySelector("[data-option-add]").addEventListener("click", (event) => {
    event.preventDefault();
    more(list.lastElementChild);
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("[data-option-move]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest(".order-item");
    const up = button.dataset.optionMove < 0;
    const other = up ? row.previousElementSibling : row.nextElementSibling;
    if (!other) return;
    if (up) other.before(row);
    else other.after(row);
    button.focus();
    list.dispatchEvent(new Event("change", { bubbles: true }));
  });

  // Enter goes on to the next line, as in any list one writes down.
  list.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || event.ctrlKey || event.metaKey || event.target.name !== "options") return;
    event.preventDefault();
    const row = event.target.closest(".order-item");
    const next = row.nextElementSibling?.querySelector("[name=options]");
    if (next && !next.value) next.focus();
    else more(row);
  });
};
