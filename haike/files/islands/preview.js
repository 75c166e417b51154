// The preview: arrow keys lead to the files before and after; where the browser has no PDF viewer, a button opens it.
document.addEventListener("keydown", (event) => {
  if (event.target.closest?.("input, textarea, select, .preview-table") || event.ctrlKey || event.metaKey || event.altKey) return;
  const wanted = { ArrowLeft: "[data-before]", ArrowRight: "[data-after]" }[event.key];
  const link = wanted && document.querySelector(`.preview ${wanted}`);
  if (!link) return;
  event.preventDefault();
  link.click();
});

export default function preview(box) {
  const frame = box.querySelector("iframe");
  if (!frame || navigator.pdfViewerEnabled !== false) return;
  frame.remove();
  box.querySelector("[data-no-viewer]").hidden = false;
}
