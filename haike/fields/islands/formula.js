// Writing a formula: a click on a field or a function puts it where the caret is.
export default (box) => {
  const area = box.querySelector("textarea");
  box.addEventListener("click", (event) => {
    const part = event.target.closest("[data-insert]");
    if (!part) return;
    area.setRangeText(part.dataset.insert, area.selectionStart, area.selectionEnd, "end");
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  });
};
