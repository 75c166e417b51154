// The box for a follow-up: ready sentences go into the text, the day shows only when another day is chosen.
import { forget } from "../../kernel/islands/drafts.js";

export default function followUp(form) {
  // The empty box that takes the place of this one must not offer what has just been saved.
  form.addEventListener("htmx:after:request", (event) => event.detail.ctx.response?.status === 200 && forget(form));
  const text = form.querySelector("[name=content]");
  const phrase = form.querySelector("[data-phrase]");
  const next = form.querySelector("[data-next]");
  const day = form.querySelector("[data-next-day]");

  phrase?.addEventListener("change", () => {
    if (!phrase.value) return;
    text.value = [text.value.trimEnd(), phrase.value].filter(Boolean).join("\n");
    phrase.value = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    text.focus();
  });

  if (next && day) {
    const show = () => (day.hidden = next.value !== "date");
    next.addEventListener("change", () => {
      show();
      if (!day.hidden) day.querySelector("input")?.focus();
    });
    show();
  }
}
