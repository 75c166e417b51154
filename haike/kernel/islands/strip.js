// The strip of open records. The browser keeps it, so a page view costs the server nothing.
import { icon, make, on, store, t, user, whenever } from "./page.js";

const strip = document.getElementById("strip");
const key = `haike.open.${user}`;
const most = 12;
const icons = () => document.body.dataset.icons;

function picture(name) {
  const svg = icon("");
  svg.firstChild.setAttribute("href", `${icons()}#${name}`);
  return svg;
}

function draw() {
  if (!strip) return;
  const open = store.get(key) || [];
  document.documentElement.toggleAttribute("data-strip", open.length > 0);
  strip.replaceChildren(
    ...open.map((tab) => {
      const active = tab.url === location.pathname;
      const link = make("a", { href: tab.url, title: tab.title, "aria-current": active ? "page" : null }, picture(tab.icon), make("span", { class: "cut" }, tab.title));
      const close = make("button", { type: "button", "aria-label": t("close_tab", { text: tab.title }) }, icon("x"));
      close.firstChild.classList.add("icon-s");
      return make("span", { class: `strip-tab${active ? " active" : ""}`, "data-url": tab.url }, link, close);
    }),
  );
}

function shut(url) {
  const open = store.get(key) || [];
  const place = open.findIndex((tab) => tab.url === url);
  if (place < 0) return;
  open.splice(place, 1);
  store.set(key, open);
  if (url !== location.pathname) return draw();
  const next = open[place] || open[place - 1];
  location.assign(next ? next.url : url.replace(/[^/]+\/$/, ""));
}

on("click", ".strip-tab > button", (event, button) => shut(button.parentNode.dataset.url));
on("auxclick", ".strip-tab", (event, tab) => {
  if (event.button !== 1) return;
  event.preventDefault();
  shut(tab.dataset.url);
});

whenever("[data-open-record]", ({ dataset }) => {
  const open = store.get(key) || [];
  const facts = { url: dataset.openRecord, title: dataset.title, icon: dataset.icon };
  const known = open.findIndex((tab) => tab.url === facts.url);
  if (known >= 0) open[known] = facts;
  else open.push(facts);
  store.set(key, open.slice(-most));
});
draw();
addEventListener("storage", (event) => event.key === key && draw());
