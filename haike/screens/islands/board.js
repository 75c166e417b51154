// A board: cards are dragged into lanes, or moved by keys. Without this file each card has a form for it.
import { open } from "../../kernel/islands/overlays.js";
import { t, token } from "../../kernel/islands/page.js";
import { tell } from "../../kernel/islands/requests.js";
import { toast } from "../../kernel/islands/toasts.js";

const STEP = { ArrowLeft: -1, ArrowRight: 1 };

export default function board(root) {
  const movable = root.hasAttribute("data-movable");
  const said = document.getElementById("board-said");
  let dragged = null;

  const lanes = () => [...root.querySelectorAll(".lane")];
  const cards = (lane) => [...lane.querySelectorAll(".board-card")];
  const watcher = new IntersectionObserver((seen) => {
    for (const each of seen) {
      if (!each.isIntersecting) continue;
      watcher.unobserve(each.target);
      each.target.click();
    }
  }, { rootMargin: "200px" });

  /** Make new cards focusable and let the links to more cards load by themselves. */
  function dress() {
    for (const card of root.querySelectorAll(".board-card:not([tabindex])")) {
      card.tabIndex = -1;
      card.draggable = movable;
    }
    const first = root.querySelector(".board-card");
    if (first && !root.querySelector('.board-card[tabindex="0"]')) first.tabIndex = 0;
    for (const more of root.querySelectorAll("[data-more]")) watcher.observe(more);
  }

  function focus(card) {
    if (!card) return;
    root.querySelectorAll('.board-card[tabindex="0"]').forEach((each) => (each.tabIndex = -1));
    card.tabIndex = 0;
    card.focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  async function move(card, lane) {
    const from = card.closest(".lane");
    if (!lane || lane === from) return;
    const place = card.nextElementSibling;
    const list = card.parentElement;
    const back = () => {
      list.insertBefore(card, place?.parentElement === list ? place : null);
      card.removeAttribute("aria-busy");
      focus(card);
    };
    lane.querySelector(".lane-cards").prepend(card);
    card.setAttribute("aria-busy", "true");
    focus(card);
    const body = new URLSearchParams({ id: card.dataset.id, version: card.dataset.version, lane: lane.dataset.lane });
    let answer;
    try {
      answer = await fetch(root.dataset.moveUrl + location.search, { method: "POST", body, headers: { "X-CSRFToken": token(), Accept: "application/json" } });
    } catch {
      back();
      toast({ text: t("failed_network"), kind: "bad" });
      return;
    }
    const told = await answer.json().catch(() => ({}));
    if (!answer.ok) {
      back();
      if (told.ask) open("drawer", told.ask);
      else toast({ text: told.text || t("failed_server"), kind: "warn" });
      said.textContent = told.text || "";
      return;
    }
    card.removeAttribute("aria-busy");
    card.dataset.version = told.version;
    for (const each of lanes()) {
      if (told.heads[each.dataset.lane] !== undefined) each.querySelector(".lane-figures").innerHTML = told.heads[each.dataset.lane];
    }
    said.textContent = told.message;
    tell({ message: told.message, undo: told.undo });
  }

  root.addEventListener("keydown", (event) => {
    const card = event.target.closest(".board-card");
    if (!card || event.target !== card || event.ctrlKey || event.metaKey || event.altKey) return;
    const lane = card.closest(".lane");
    const all = lanes();
    const at = all.indexOf(lane);
    if (event.key in STEP) {
      event.preventDefault();
      if (event.shiftKey) {
        if (movable) move(card, all[at + STEP[event.key]]);
        return;
      }
      // The next lane on this side that has cards.
      for (let i = at + STEP[event.key]; i >= 0 && i < all.length; i += STEP[event.key]) {
        const there = cards(all[i]);
        if (!there.length) continue;
        focus(there[Math.min(cards(lane).indexOf(card), there.length - 1)]);
        break;
      }
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      const there = cards(lane);
      focus(there[there.indexOf(card) + (event.key === "ArrowDown" ? 1 : -1)]);
    } else if (event.key === "Enter") {
      card.querySelector(".board-title").click();
    } else if (event.key === "m" && movable) {
      event.preventDefault();
      card.querySelector("[data-move]")?.click();
    }
  });

  root.addEventListener("dragstart", (event) => {
    const card = event.target.closest?.(".board-card");
    if (!card || !movable) return;
    dragged = card;
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", card.querySelector(".board-title").href);
    requestAnimationFrame(() => card.classList.add("dragged"));
  });
  const lit = (lane) => lanes().forEach((each) => each.classList.toggle("over", each === lane));
  root.addEventListener("dragover", (event) => {
    const lane = dragged && event.target.closest(".lane");
    if (!lane) return;
    event.preventDefault();
    lit(lane);
  });
  root.addEventListener("drop", (event) => {
    const lane = dragged && event.target.closest(".lane");
    if (!lane) return;
    event.preventDefault();
    move(dragged, lane);
  });
  root.addEventListener("dragend", () => {
    dragged?.classList.remove("dragged");
    dragged = null;
    lit(null);
  });
  new MutationObserver(dress).observe(root, { childList: true, subtree: true });
  dress();
}
