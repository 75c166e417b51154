// The strip of open records; the server keeps it.
import { on, token } from "./page.js";

async function shut(tab) {
  const button = tab.querySelector("[data-close-tab]");
  const next = tab.nextElementSibling || tab.previousElementSibling;
  const active = tab.classList.contains("active");
  const here = tab.querySelector("a").getAttribute("href");
  tab.remove();
  if (!next) delete document.documentElement.dataset.strip;
  await fetch(button.dataset.closeTab, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, keepalive: true }).catch(() => null);
  if (active) location.assign(next ? next.querySelector("a").href : here.replace(/[^/]+\/$/, ""));
}

on("click", "[data-close-tab]", (event, button) => shut(button.closest(".strip-tab")));
on("auxclick", ".strip-tab", (event, tab) => {
  if (event.button !== 1) return;
  event.preventDefault();
  shut(tab);
});
