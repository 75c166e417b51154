// Date and date-time fields with a calendar; phones keep their own. Fetched only where one is used.
import AirDatepicker from "air-datepicker";
import en from "air-datepicker/locale/en.js";
import zh from "air-datepicker/locale/zh.js";
import css from "air-datepicker/air-datepicker.css?text";
import own from "./date.css?text";

let dressed = false;

function dress() {
  if (dressed) return;
  dressed = true;
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css + own);
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
}


/** Turn <input type="date|datetime-local" data-island="date"> into a field with a calendar; its value stays ISO. */
export default function date(input) {
  if (matchMedia("(pointer: coarse)").matches) return;
  dress();
  const withTime = input.type === "datetime-local";
  const value = input.value;
  input.type = "text";
  input.inputMode = "numeric";
  input.autocomplete = "off";
  input.placeholder ||= withTime ? "2025-11-21 14:30" : "2025-11-21";
  const start = value ? new Date(withTime ? value : `${value}T00:00`) : null;
  const chinese = document.documentElement.lang.startsWith("zh");
  const language = (chinese ? zh : en).default || (chinese ? zh : en);
  const calendar = new AirDatepicker(input, {
    locale: { ...language, firstDay: 1, dateFormat: "yyyy-MM-dd", timeFormat: "HH:mm" },
    container: input.closest("dialog") || document.body,
    timepicker: withTime,
    minutesStep: 5,
    selectedDates: start && !isNaN(start) ? [start] : [],
    buttons: ["today", "clear"],
    autoClose: !withTime,
    isMobile: false,
    keyboardNav: true,
    onSelect: () => input.dispatchEvent(new Event("input", { bubbles: true })),
  });
  // One may also type 1121, 11-21, 20251121 or 明天.
  input.addEventListener("change", () => {
    const read = understand(input.value, withTime);
    if (read) calendar.selectDate(read, { silent: true });
    else if (!input.value) calendar.clear({ silent: true });
  });
}

const wordsOfDays = { 今天: 0, 明天: 1, 后天: 2, 大后天: 3, 昨天: -1, today: 0, tomorrow: 1, yesterday: -1, 下周: 7 };

/** The moment that a person's way of writing a date means, or null. */
export function understand(text, withTime) {
  const now = new Date();
  const plain = text.normalize("NFKC").trim().toLowerCase();
  const [day, time = ""] = plain.split(/[ t]+/);
  const clock = time.match(/^(\d{1,2})[::点](\d{0,2})/);
  const set = (year, month, date) => {
    const made = new Date(year, month - 1, date, withTime ? Number(clock?.[1] ?? 9) : 0, withTime ? Number(clock?.[2] || 0) : 0);
    return made.getMonth() === month - 1 && made.getDate() === Number(date) ? made : null;
  };
  if (day in wordsOfDays) {
    const then = new Date(now.getFullYear(), now.getMonth(), now.getDate() + wordsOfDays[day]);
    return set(then.getFullYear(), then.getMonth() + 1, then.getDate());
  }
  const parts = day.match(/^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?$/);
  if (parts) return set(+parts[1], +parts[2], +parts[3]);
  const short = day.match(/^(\d{1,2})[-/.月](\d{1,2})日?$/) || day.match(/^(\d{2})(\d{2})$/);
  return short ? set(now.getFullYear(), +short[1], +short[2]) : null;
}

