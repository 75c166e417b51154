// The drawer from the right and the dialog in the middle. Links open in them by data-drawer and data-dialog;
// without scripts the same links open as pages.
import htmx from "htmx.org";
import { ask } from "./ask.js";
import { forget, unsaved } from "./drafts.js";
import { make, on, t } from "./page.js";
import { refresh, tell } from "./requests.js";
import { toastNext } from "./toasts.js";

const hosts = { drawer: document.getElementById("drawer"), dialog: document.getElementById("dialog"), over: document.getElementById("over") };

function loading() {
  const box = make("div", { class: "loading" });
  for (let i = 0; i < 8; i++) box.append(make("span", { class: "skeleton" }));
  return box;
}

/** Open `url` in the drawer or dialog. `values` makes it a POST. */
export function open(kind, url, { values, wide } = {}) {
  // A form opened from a form lies over it; the one below keeps what was typed.
  if (hosts[kind].open && kind === "drawer") kind = "over";
  const host = hosts[kind];
  const body = host.firstElementChild;
  body.replaceChildren(loading());
  host.classList.toggle("dialog-wide", Boolean(wide));
  if (!host.open) host.showModal();
  return htmx.ajax(values ? "POST" : "GET", url, { source: body, target: body, swap: "innerHTML", values });
}

function empty(host) {
  host.querySelector(":scope > div").replaceChildren();
}

/** Close after asking about text that was typed and not saved. Resolves to true when closed. */
export async function close(host, { sure = false } = {}) {
  if (!host?.open) return true;
  const changed = unsaved(host);
  if (!sure && changed.length) {
    const leave = await ask({ title: t("unsaved_title"), text: t("unsaved_text"), yes: t("unsaved_leave"), no: t("unsaved_stay"), danger: true });
    if (!leave) return false;
    changed.forEach(forget);
  }
  host.close();
  return true;
}

for (const host of Object.values(hosts)) {
  if (!host) continue;
  host.addEventListener("cancel", (event) => {
    if (event.target !== host) return;
    event.preventDefault();
    close(host);
  });
  // The event comes a moment after the closing; by then the next form may stand in the drawer.
  host.addEventListener("close", () => host.open || empty(host));
  // A press on the backdrop is a press on the dialog itself, outside its box.
  host.addEventListener("pointerdown", (event) => {
    if (event.target !== host) return;
    const box = host.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside) close(host);
  });
}

on("click", "[data-drawer], [data-dialog]", (event, link) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
  if (!hosts.drawer || link.matches("[aria-disabled=true]")) return;
  event.preventDefault();
  const kind = link.hasAttribute("data-drawer") ? "drawer" : "dialog";
  link.closest("details.menu")?.removeAttribute("open");
  document.getElementById("palette")?.close();
  open(kind, link.getAttribute("href") || link.dataset.url, { wide: link.dataset.dialog === "wide" });
});

on("click", "[data-close]", (event, button) => {
  const host = button.closest("dialog");
  if (!host) return;
  event.preventDefault();
  close(host);
});

// The server says with the header HX-Trigger: {"saved": {...}} that a form did its work.
document.addEventListener("saved", (event) => {
  const facts = event.detail;
  const form = event.target.closest?.("form[data-form]");
  if (form) forget(form);
  const host = event.target.closest?.("dialog") || [hosts.over, hosts.dialog, hosts.drawer].find((each) => each?.open);
  const url = facts.go || facts.url || form?.querySelector("a[data-close]")?.href;
  if (!host && form && url && !facts.again) {
    toastNext({ ...facts, url: null });
    location.assign(url);
    return;
  }
  if (host && !facts.again) close(host, { sure: true });
  if (facts.go && host !== hosts.over) {
    // The notice, and with it the way back, stands on the page that comes.
    if (facts.message) toastNext({ ...facts, url: null, go: null });
    location.assign(facts.go);
    return;
  }
  tell(facts);
  if (host !== hosts.over) refresh();
});

// Plain forms that must be asked about first, and forms whose answer is only a notice.
on("submit", "form[data-confirm]", (event, form) => {
  if (form.dataset.sure) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask({ text: form.dataset.confirm, danger: form.hasAttribute("data-danger") }).then((yes) => {
    if (!yes) return;
    form.dataset.sure = "1";
    form.requestSubmit(event.submitter);
    delete form.dataset.sure;
  });
}, true);

on("submit", "form[data-send]", (event, form) => {
  if (event.defaultPrevented) return;
  event.preventDefault();
  const values = Object.fromEntries(new FormData(form, event.submitter));
  htmx.ajax("POST", form.getAttribute("action"), { source: form, target: form, swap: "none", values });
});

on("click", "a[data-confirm]", (event, link) => {
  event.preventDefault();
  ask({ text: link.dataset.confirm, danger: link.hasAttribute("data-danger") }).then((yes) => yes && location.assign(link.href));
});
