// How an own field will look, while it is being described. The form may be swapped in whole at any time, so this
// listens at the form that it stands in, and not by an attribute that a swap may find without one.
import { token } from "../../kernel/islands/page.js";

const REST = 300;

export default function ownPreview(box) {
  const form = box.closest("form");
  const shown = box.querySelector(".own-preview-box");
  let timer, asked = 0;

  async function draw() {
    const mine = ++asked;
    const body = new FormData(form);
    try {
      const answer = await fetch(box.dataset.url, { method: "POST", body, headers: { "X-CSRFToken": token() } });
      const text = await answer.text();
      if (answer.ok && mine === asked && box.isConnected) shown.innerHTML = text;
    } catch {
      // Without a network the preview stays as it was; the form itself says so when it is sent.
    }
  }

  for (const kind of ["input", "change"])
    form.addEventListener(kind, () => {
      clearTimeout(timer);
      timer = setTimeout(draw, REST);
    });
}
