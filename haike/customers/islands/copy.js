// A click copies data-copy; a link does what it links to besides.
import { t } from "../../kernel/islands/page.js";
import { toast } from "../../kernel/islands/toasts.js";

export default function copy(element) {
  element.addEventListener("click", async () => {
    const text = element.dataset.copy;
    await navigator.clipboard.writeText(text);
    toast({ text: t("copied", { text: text.split("\n")[0].slice(0, 40) }) });
  });
}
