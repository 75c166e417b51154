// A tree of departments or categories: drag one onto another. Without scripts the same is done by the form behind "move".
import { refresh } from "../../kernel/islands/requests.js";
import { t, token } from "../../kernel/islands/page.js";
import { toast } from "../../kernel/islands/toasts.js";

export default function tree(host) {
  let held = null;
  const lineOf = (event) => event.target.closest?.(".tree-line");
  const key = (line) => line.closest("[data-tree-node]").dataset.treeNode;
  const clear = () => host.querySelectorAll(".over").forEach((each) => each.classList.remove("over"));

  host.addEventListener("dragstart", (event) => {
    held = lineOf(event);
    if (held) event.dataTransfer.setData("text/plain", key(held));
  });
  host.addEventListener("dragover", (event) => {
    const line = lineOf(event);
    if (!held || !line || held.closest("[data-tree-node]").contains(line)) return;
    event.preventDefault();
    clear();
    line.classList.add("over");
  });
  host.addEventListener("dragleave", clear);
  host.addEventListener("dragend", () => {
    clear();
    held = null;
  });
  host.addEventListener("drop", async (event) => {
    const line = lineOf(event);
    clear();
    if (!held || !line) return;
    event.preventDefault();
    const answer = await fetch(`${host.dataset.tree || "/departments/"}${key(held)}/move`, {
      method: "POST",
      headers: { "X-CSRFToken": token(), "HX-Request": "true", "X-Drag": "1" },
      body: new URLSearchParams({ parent: key(line) }),
    }).catch(() => null);
    if (!answer) return toast({ text: t("failed_network"), kind: "bad" });
    if (answer.ok) return refresh();
    const told = new DOMParser().parseFromString(await answer.text(), "text/html").body.textContent.trim();
    toast({ text: told || t("failed_server"), kind: "bad" });
  });
}
