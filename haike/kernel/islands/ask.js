// The one question dialog; it takes the place of window.confirm.
import { t } from "./page.js";

const dialog = document.getElementById("ask");

/** Ask; resolves to true when the answer is yes. */
export function ask({ title, text = "", yes, no, danger = false }) {
  if (!dialog) return Promise.resolve(true);
  const [heading, words, button] = ["ask-title", "ask-text", "ask-yes"].map((id) => document.getElementById(id));
  heading.dataset.usual ??= heading.textContent;
  heading.textContent = title || heading.dataset.usual;
  words.textContent = text;
  words.hidden = !text;
  button.textContent = yes || t("confirm");
  dialog.querySelector('button[value=""]').textContent = no || t("cancel");
  button.classList.toggle("btn-danger-solid", danger);
  button.classList.toggle("btn-primary", !danger);
  dialog.returnValue = "";
  dialog.showModal();
  (danger ? dialog.querySelector('button[value=""]') : button).focus();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true }));
}
