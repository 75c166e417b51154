// The bell: how many notices are unread, a pop-up for what comes while one works, the count in the title of the tab.
import { toast } from "../../kernel/islands/toasts.js";
import { t } from "../../kernel/islands/page.js";

const MINUTE = 60000;

export default function bell(link) {
  const number = link.querySelector("[data-count]");
  let last = Number(link.dataset.last);

  function count(text) {
    if (number.textContent !== text) number.textContent = text;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = text ? `(${text}) ${title}` : title;
  }

  function tell(news) {
    count(news.text);
    const fresh = news.last > last;
    last = Math.max(last, news.last);
    // A tab that nobody looks at only counts; the pop-up comes where one works.
    if (!fresh || document.visibilityState !== "visible") return;
    for (const item of news.items.slice().reverse()) toast({ text: item.text, kind: "notice", url: item.url, label: t("open") });
  }

  async function ask() {
    const answer = await fetch(`${link.dataset.news}?after=${last}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) tell(await answer.json());
  }

  count(number.textContent);
  document.addEventListener("notices", (event) => tell(event.detail));
  let asked = Date.now();
  const due = () => {
    if (document.visibilityState !== "visible" || Date.now() - asked < MINUTE) return;
    asked = Date.now();
    ask();
  };
  setInterval(due, 5000);
  document.addEventListener("visibilitychange", due);
}
