// Menu, theme, offline notice, keyboard help.
import { on, store, t, token, typing } from "./page.js";
import { toast } from "./toasts.js";

const root = document.documentElement;

on("click", "[data-menu-toggle]", () => {
  const narrow = root.dataset.menu !== "narrow";
  if (narrow) root.dataset.menu = "narrow";
  else delete root.dataset.menu;
  try {
    localStorage.setItem("haike.menu", narrow ? "narrow" : "");
  } catch {
    // The choice lasts as long as the page.
  }
});

on("click", "[data-rail]", () => (root.dataset.rail = root.dataset.rail === "open" ? "" : "open"));
document.addEventListener("click", (event) => {
  if (root.dataset.rail === "open" && !event.target.closest("#menu-rail, [data-rail]")) root.dataset.rail = "";
});

// Appearance is kept by the server; the page changes at once. A new language needs a new page.
on("submit", "form[data-display]", async (event, form) => {
  const { name, value } = event.submitter;
  if (name !== "language") event.preventDefault();
  if (name === "theme") {
    root.dataset.themeChoice = value;
    document.dispatchEvent(new CustomEvent("haike:paint"));
  }
  if (name === "scheme") root.dataset.scheme = value;
  for (const button of form.querySelectorAll(`button[name="${name}"]`)) button.setAttribute("aria-pressed", String(button === event.submitter));
  if (name === "language") return;
  const answer = await fetch(form.getAttribute("action"), { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" }, body: new URLSearchParams({ [name]: value }) }).catch(() => null);
  if (!answer?.ok) toast({ text: t("failed_network"), kind: "bad" });
});

const offline = document.getElementById("offline");
function watch() {
  offline?.classList.toggle("shown", !navigator.onLine);
}
addEventListener("offline", watch);
addEventListener("online", () => {
  watch();
  toast({ text: t("online") });
});
watch();

on("click", "[data-keys]", () => document.getElementById("keys").showModal());

document.addEventListener("keydown", (event) => {
  if (event.key === "?" && !typing(event) && !event.ctrlKey && !event.metaKey && !document.querySelector("dialog[open]")) {
    event.preventDefault();
    document.getElementById("keys")?.showModal();
  }
});

on("pointerdown", "dialog#keys, dialog#palette", (event, dialog) => {
  if (event.target === dialog && !within(event, dialog)) dialog.close();
});

function within(event, dialog) {
  const box = dialog.getBoundingClientRect();
  return event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
}

// On a shared computer the next person must not see what this one had half written.
on("submit", 'form[action*="signout"]', () => {
  for (const key of Object.keys(localStorage)) if (/^haike\.draft\./.test(key)) store.remove(key);
});
