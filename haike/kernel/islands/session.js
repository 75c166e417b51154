// A session that ended while a page was open: sign in in place, then the request goes on where it stopped.
import htmx from "htmx.org";
import { t, token } from "./page.js";
import { toast } from "./toasts.js";

const dialog = document.getElementById("session");
const body = document.getElementById("session-body");
const address = document.body.dataset.signIn;
let waiting = [];

/** The sign-in form of a page, without the page around it. */
function formOf(html) {
  return new DOMParser().parseFromString(html, "text/html").querySelector("#sign-in");
}

function put(form) {
  body.replaceChildren(document.adoptNode(form));
  htmx.process(body);
  body.querySelector("input:not([type=hidden])")?.focus();
}

async function ask() {
  if (dialog.open) return;
  const answer = await fetch(`${address}?next=/manifest.webmanifest`, { headers: { Accept: "text/html" } });
  const form = formOf(await answer.text());
  if (!form) return location.reload();
  dialog.showModal();
  put(form);
}

dialog?.addEventListener("cancel", (event) => event.preventDefault());

body?.addEventListener("submit", async (event) => {
  event.preventDefault();
  event.stopPropagation();
  const form = event.target;
  const answer = await fetch(form.getAttribute("action") || address, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), headers: { Accept: "text/html" } });
  const type = answer.headers.get("content-type") || "";
  const again = type.includes("text/html") ? formOf(await answer.text()) : null;
  if (again) return put(again);
  if (!answer.ok) return toast({ text: t("failed_server"), kind: "bad" });
  // A sign-in gives a new token; forms that were open carry the old one.
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token();
  dialog.close();
  const go = waiting;
  waiting = [];
  for (const retry of go) retry();
});

document.addEventListener("htmx:after:request", (event) => {
  const { ctx } = event.detail;
  if (ctx.response.status !== 401 || !dialog) return;
  event.preventDefault();
  const { sourceElement, sourceEvent } = ctx;
  waiting.push(() => {
    if (sourceElement.tagName === "FORM" && sourceElement.isConnected) sourceElement.requestSubmit(sourceEvent?.submitter);
    else if (sourceEvent?.type) htmx.trigger(sourceElement, sourceEvent.type);
    else htmx.ajax(ctx.request.method, ctx.request.action, { source: sourceElement, target: ctx.target, swap: ctx.swap, values: ctx.values });
  });
  ask();
});
