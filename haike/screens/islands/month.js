// A calendar by keys: arrows walk from day to day, Enter opens the first record, Page Up and Page Down turn the month.
const STEP = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 };

export default function month(root) {
  const days = () => [...root.querySelectorAll("[data-day]")];

  /** One day is reached by Tab: the one it is, or the first. */
  function dress() {
    const all = days();
    if (all.some((day) => day.tabIndex === 0)) return;
    const first = all.find((day) => day.classList.contains("dates-now")) ?? all[0];
    if (first) first.tabIndex = 0;
  }

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const turn = { PageUp: -1, PageDown: 1 }[event.key];
    if (turn) {
      event.preventDefault();
      root.querySelector(`[data-month="${turn}"]`)?.click();
      return;
    }
    const here = event.target.closest("[data-day]");
    if (!here) return;
    if (event.key === "Enter" && event.target === here) {
      here.querySelector("li a")?.click();
      return;
    }
    const step = STEP[event.key];
    if (!step) return;
    event.preventDefault();
    const all = days();
    const next = all[all.indexOf(here) + step];
    if (!next) return;
    for (const day of all) day.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
  });
  new MutationObserver(dress).observe(root, { childList: true });
  dress();
}
