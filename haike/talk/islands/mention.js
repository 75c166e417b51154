// "@" in a comment opens a list of colleagues, found by name or pinyin; who cannot see the record is shown as such.
import { forget } from "../../kernel/islands/drafts.js";
import { make } from "../../kernel/islands/page.js";

let numbers = 0;

export default function mention(form) {
  const area = form.querySelector("textarea");
  const list = make("ul", { class: "mention-list", role: "listbox", id: `mention-${++numbers}`, hidden: true, "aria-label": area.getAttribute("aria-label") });
  area.after(list);
  area.setAttribute("aria-autocomplete", "list");
  area.setAttribute("aria-controls", list.id);
  let at = -1;
  let asked = 0;
  let here = 0;

  function close() {
    list.hidden = true;
    list.replaceChildren();
    area.removeAttribute("aria-activedescendant");
    at = -1;
    asked++;
  }

  function mark(place) {
    here = (place + list.children.length) % list.children.length;
    [...list.children].forEach((item, index) => item.setAttribute("aria-selected", String(index === here)));
    area.setAttribute("aria-activedescendant", list.children[here].id);
    list.children[here].scrollIntoView({ block: "nearest" });
  }

  function choose(item) {
    const name = item.dataset.name;
    area.setRangeText(`@${name} `, at, area.selectionStart, "end");
    form.append(make("input", { type: "hidden", name: "mention", value: item.dataset.key }));
    close();
    area.focus();
    area.dispatchEvent(new Event("input", { bubbles: true }));
  }

  async function look() {
    const typed = area.value.slice(0, area.selectionStart).match(/(?:^|[^A-Za-z0-9])[@＠]([^\s@＠,，。.!！?？:：]{0,20})$/);
    if (!typed) return close();
    at = area.selectionStart - typed[1].length - 1;
    const mine = ++asked;
    const answer = await fetch(`${form.dataset.mentionUrl}?q=${encodeURIComponent(typed[1])}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (mine !== asked || !answer?.ok) return;
    const { items } = await answer.json();
    if (mine !== asked) return;
    list.replaceChildren(
      ...items.map((item, index) =>
        make("li", { role: "option", id: `${list.id}-${index}`, class: item.sees ? null : "blind", "aria-disabled": item.sees ? null : "true", "data-key": item.id, "data-name": item.label }, make("span", {}, item.label), make("small", {}, item.hint)),
      ),
    );
    list.hidden = !items.length;
    if (items.length) mark(0);
  }

  // The new box that takes the place of this one must not offer what has just been sent.
  form.addEventListener("htmx:after:request", (event) => event.detail.ctx.response?.status === 200 && forget(form));
  area.addEventListener("input", (event) => event.isComposing || look());
  area.addEventListener("compositionend", look);
  area.addEventListener("blur", () => setTimeout(close, 150));
  list.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    const item = event.target.closest("li");
    if (item && !item.classList.contains("blind")) choose(item);
  });
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const item = list.children[here];
    if (event.key === "ArrowDown") mark(here + 1);
    else if (event.key === "ArrowUp") mark(here - 1);
    else if (event.key === "Escape") close();
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") {
      if (!item.classList.contains("blind")) choose(item);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
}
