// The table of reminders and the ways by which they come: the box above a column ticks all boxes of it. Without
// scripts the box is not shown.
export default function ways(table) {
  for (const all of table.querySelectorAll("[data-tick-all]")) {
    const boxes = [...table.querySelectorAll(`tbody input[value="${all.dataset.tickAll}"]:not([disabled])`)];
    const draw = () => {
      const ticked = boxes.filter((box) => box.checked).length;
      all.checked = ticked > 0 && ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    };
    all.hidden = false;
    all.addEventListener("change", () => boxes.forEach((box) => (box.checked = all.checked)));
    table.addEventListener("change", draw);
    draw();
  }
}
