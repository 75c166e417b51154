// htmx as Haike uses it: token, confirmation by our own dialog, answers that are not swapped, what the server tells.
import htmx from "htmx.org";
import { ask } from "./ask.js";
import { unsaved } from "./drafts.js";
import { t, token } from "./page.js";
import { toast } from "./toasts.js";

htmx.config.history = "reload";
htmx.config.noSwap = [204, 304, 401, 403, 404, 429, "5xx"];

document.addEventListener("htmx:config:request", (event) => {
  event.detail.ctx.request.headers["X-CSRFToken"] = token();
});

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = event.detail;
  event.preventDefault();
  ask({ text: ctx.confirm, danger: ctx.sourceElement.hasAttribute("data-danger") }).then((yes) => (yes ? issueRequest() : dropRequest()));
});

// A refusal that belongs to no form is a notice; the page stays as it is.
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (!ctx.response || ctx.response.status < 400) return;
  const told = sentenceOf(ctx.text);
  if (!told) return;
  event.preventDefault();
  if (ctx.response.status < 403 || ctx.response.status > 404) toast({ text: told, kind: "warn" });
  const host = ctx.target?.closest?.("dialog");
  if (host?.querySelector(".loading")) host.close();
});

/** The sentence of an error page or of a refusal. */
function sentenceOf(html) {
  return html && new DOMParser().parseFromString(html, "text/html").querySelector("#error p, #refused p")?.textContent.trim();
}

const sentences = { 403: "failed_forbidden", 404: "failed_gone", 429: "failed_many" };

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const status = ctx.response.status;
  if (status === 401 || status === 409 || status === 422 || status === 400) return;
  // The server's own sentence is better than ours; error pages carry it in #error.
  toast({ text: sentenceOf(ctx.text) || t(sentences[status] || "failed_server"), kind: "bad" });
});

document.addEventListener("htmx:error", (event) => {
  if (event.detail.error instanceof TypeError || event.detail.ctx?.request?.signal?.reason === "timeout") toast({ text: t("failed_network"), kind: "bad" });
});

// A refresh leaves alone what somebody is filling in, and the sections he opened or closed.
const touched = new WeakSet();
document.addEventListener("input", (event) => event.target.form && touched.add(event.target.form));
htmx.registerExtension("keep", {
  htmx_before_morph_node(element, { oldNode, newNode }) {
    if (oldNode.tagName === "DETAILS" && newNode.tagName === "DETAILS") newNode.open = oldNode.open;
    if (oldNode.tagName !== "FORM") return true;
    return !(touched.has(oldNode) || oldNode.contains(document.activeElement) || oldNode.querySelector(".ts-wrapper"));
  },
});

/** Fetch again what shows records, so that the page tells what was just saved. */
export function refresh() {
  for (const element of document.querySelectorAll("[data-refresh]")) {
    const morph = element.dataset.refresh === "morph";
    // Where a field stands open, the page follows when it has been saved; what would be replaced waits for its text.
    if (element.querySelector("[data-field-form]") || (!morph && unsaved(element).length)) continue;
    htmx.ajax("GET", location.pathname + location.search, { source: element, target: element, swap: morph ? "innerMorph" : "innerHTML" });
  }
}

async function undo(url) {
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRFToken": token(), "HX-Request": "true" } });
  // Something stands in the way, or it takes long: the page of the undo tells.
  const told = JSON.parse(answer.headers.get("HX-Trigger") || "{}").saved;
  if (answer.ok && told?.go) return location.assign(told.go);
  if (answer.ok) toast({ text: t("undone") });
  else toast({ text: t("failed_server"), kind: "bad" });
  refresh();
}

/** Show what the server says was done: {message, url, label, undo, kind}. */
export function tell(facts) {
  const text = facts.message || facts.text || facts.value;
  if (text) toast({ text, kind: facts.kind, url: facts.url, label: facts.url && facts.id ? t("open") : facts.label, undo: facts.undo && (() => undo(facts.undo)) });
}

document.addEventListener("toast", (event) => tell(event.detail));
document.addEventListener("refresh", () => refresh());
