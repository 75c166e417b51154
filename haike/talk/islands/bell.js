// The bell: how many notices are unread, a pop-up for what comes while one works, the count in the title of the tab.
// News come by an event stream. One tab of the browser holds it for all, for browsers open few connections to a
// server; where tabs cannot agree on one, the tab one looks at holds its own. Without a stream the page asks each minute.
import { t } from "../../kernel/islands/page.js";
import { toast } from "../../kernel/islands/toasts.js";

const MINUTE = 60000;
const AWAY = 30000;

/** Two short soft tones. Browsers allow them only once somebody has pressed something on the page. */
function chime() {
  const audio = new AudioContext();
  const volume = new GainNode(audio, { gain: 0.05 });
  volume.connect(audio.destination);
  [660, 880].forEach((frequency, index) => {
    const tone = new OscillatorNode(audio, { frequency });
    tone.connect(volume);
    tone.start(audio.currentTime + index * 0.12);
    tone.stop(audio.currentTime + index * 0.12 + 0.1);
  });
  setTimeout(() => audio.close(), 500);
}

export default function bell(link) {
  const number = link.querySelector("[data-count]");
  const others = "BroadcastChannel" in window ? new BroadcastChannel("haike-notices") : null;
  let last = Number(link.dataset.last);
  let stream = null;
  let asked = Date.now();
  let fresh = Date.now();

  function count(text) {
    if (number.textContent !== text) number.textContent = text;
    const title = document.title.replace(/^\(\d+\+?\) /, "");
    document.title = text ? `(${text}) ${title}` : title;
  }

  function tell(news) {
    fresh = Date.now();
    count(news.text);
    const items = news.items.filter((item) => item.id > last);
    last = Math.max(last, news.last);
    // A tab that nobody looks at only counts; the pop-up comes where one works.
    if (document.visibilityState !== "visible") return;
    if (items.length && "sound" in link.dataset) chime();
    for (const item of items.reverse()) toast({ text: item.text, kind: "notice", url: item.url, label: t("open") });
  }

  function share(news) {
    others?.postMessage({ user: document.documentElement.dataset.user, news });
    tell(news);
  }

  async function ask() {
    asked = Date.now();
    const answer = await fetch(`${link.dataset.news}?after=${last}`, { headers: { Accept: "application/json" } }).catch(() => null);
    if (answer?.ok) tell(await answer.json());
  }

  function listen(ended = () => {}) {
    stream = new EventSource(`${link.dataset.stream}?after=${last}`);
    stream.addEventListener("notices", (event) => share(JSON.parse(event.data)));
    stream.addEventListener("error", () => {
      // A stream that only broke off is opened again by the browser itself.
      if (stream?.readyState !== EventSource.CLOSED) return;
      stream = null;
      setTimeout(ended, MINUTE);
    });
  }

  count(number.textContent);
  document.addEventListener("notices", (event) => tell(event.detail));
  if (others) others.onmessage = ({ data }) => data.user === document.documentElement.dataset.user && tell(data.news);

  const visible = () => document.visibilityState === "visible";
  if (others && navigator.locks) {
    // Held until the tab is closed or its stream is refused; then another one takes over.
    const lead = () => navigator.locks.request(`haike-notices-${document.documentElement.dataset.user}`, () => new Promise(listen)).then(lead);
    lead();
  } else {
    let leaving;
    const turn = () => {
      clearTimeout(leaving);
      if (visible() && !stream) listen();
      else if (!visible()) leaving = setTimeout(() => (stream = stream?.close() ?? null), AWAY);
    };
    document.addEventListener("visibilitychange", turn);
    turn();
  }

  // Where no stream brings anything, neither here nor in another tab, the page asks.
  const due = () => visible() && !stream && Date.now() - Math.max(asked, fresh) >= MINUTE && ask();
  setInterval(due, 5000);
  document.addEventListener("visibilitychange", due);
}
