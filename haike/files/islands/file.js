// A field that holds a file: its name shows as soon as it is chosen or dropped, too large a one is refused at once.
import { icon, make, t } from "../../kernel/islands/page.js";
import { toast } from "../../kernel/islands/toasts.js";

export default function file(box) {
  const input = box.querySelector("input[type=file]");
  const name = box.querySelector("[data-file-name]");
  const drop = box.querySelector("[data-picture-remove]");
  const flag = box.querySelector("[data-picture-clear]");
  const nothing = box.dataset.nothing;
  const say = (text) => {
    name.classList.toggle("faint", !text);
    name.replaceChildren(icon("paperclip"), make("bdi", { class: "cut" }, text || nothing));
    drop.hidden = !text;
  };
  input.addEventListener("change", () => {
    const [chosen] = input.files;
    if (!chosen) return;
    if (chosen.size > Number(box.dataset.most) * 1048576) {
      input.value = "";
      toast({ text: t("too_big", { size: box.dataset.most }), kind: "bad" });
      return;
    }
    flag.value = "";
    say(chosen.name);
  });
  drop.addEventListener("click", () => {
    input.value = "";
    flag.value = "1";
    say("");
    input.focus();
  });
  box.addEventListener("dragover", (event) => {
    event.preventDefault();
    box.classList.add("over");
  });
  box.addEventListener("dragleave", () => box.classList.remove("over"));
  box.addEventListener("drop", (event) => {
    event.preventDefault();
    box.classList.remove("over");
    input.files = event.dataTransfer.files;
    input.dispatchEvent(new Event("change", { bubbles: true }));
  });
}
