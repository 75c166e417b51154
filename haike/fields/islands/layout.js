// The designer of layouts: cards are dragged between lists. The order of the cards in the page is what the form sends;
// buttons and keyboard go through the server, which answers with the page rearranged.
import { forget } from "../../kernel/islands/drafts.js";

let acted = false;

export default (form) => {
  // The button that was pressed may have gone with its section.
  if (acted && document.activeElement === document.body) form.querySelector("#lay-section-add").focus({ preventScroll: true });
  // A preview that was just asked for stands below all that is arranged.
  const opened = document.querySelector("[data-lay-opened]");
  if (opened) requestAnimationFrame(() => opened.scrollIntoView());
  form.addEventListener("submit", () => (acted = true));
  form.addEventListener("saved", () => forget(form));
  form.addEventListener("pointerdown", (event) => {
    const card = event.target.closest(".lay-card");
    if (!card || event.button || event.target.closest("button, input, select, label")) return;
    if (event.pointerType !== "mouse" && !event.target.closest("[data-lay-grip]")) return;
    event.preventDefault();
    const from = card.parentNode;
    const next = card.nextElementSibling;
    const own = "layOwn" in from.dataset; // tabs and panels stay in their list
    let over = null;
    let opening; // the folded section above which the card stays a moment opens
    let folded = null; // the list of one that is still folded takes the card when it is let go, so that nothing jumps before
    card.classList.add("dragging");
    const move = (moved) => {
      if (moved.clientY < 60) window.scrollBy(0, -16);
      if (moved.clientY > window.innerHeight - 60) window.scrollBy(0, 16);
      const under = document.elementFromPoint(moved.clientX, moved.clientY);
      const place = under?.closest("[data-lay-section], .lay-unused, .lay-tabs");
      const list = place?.querySelector("[data-lay-list]");
      const fold = place?.querySelector(".lay-fold :checked");
      if (place !== over) {
        over = place;
        clearTimeout(opening);
        if (fold) opening = setTimeout(() => (fold.checked = false), 500);
      }
      folded = null;
      if (!list || !form.contains(list) || (list !== from && (own || "layOwn" in list.dataset))) return;
      if (fold && list !== from) return void (folded = list);
      const after = [...list.children].find((other) => {
        if (other === card) return false;
        const box = other.getBoundingClientRect();
        return moved.clientY < box.top + box.height / 2;
      });
      if (after) after.before(card);
      else list.append(card);
    };
    const end = () => {
      clearTimeout(opening);
      folded?.append(card);
      card.classList.remove("dragging");
      document.removeEventListener("pointermove", move);
      document.removeEventListener("pointerup", end);
      document.removeEventListener("pointercancel", end);
      // The server says what it thinks of it: a field that must stay goes back, the buttons follow the section.
      if (card.parentNode !== from) {
        const list = card.parentNode.dataset.layList;
        if (!list) from.insertBefore(card, next); // one that must stay keeps its place
        const act = document.createElement("input");
        Object.assign(act, { type: "hidden", name: "act", value: `${list ? "dropped" : "hide"}:${card.dataset.layCard}` });
        form.append(act);
        form.requestSubmit();
      }
    };
    // At the document: an element that is moved in the page loses the pointer.
    document.addEventListener("pointermove", move);
    document.addEventListener("pointerup", end);
    document.addEventListener("pointercancel", end);
  });
};
