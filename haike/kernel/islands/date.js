// A calendar under date and date-time fields, with the days a seller names most; fetched only where such a field is.
// The field itself stays text: one may type 1121, 11-21, 2025/11/21, 明天 or 明天 15:30.
import { icon, make, t } from "./page.js";

const locale = document.documentElement.lang;
const monthName = new Intl.DateTimeFormat(locale, { year: "numeric", month: "long" });
const dayName = new Intl.DateTimeFormat(locale, { weekday: "narrow" });
const fullName = new Intl.DateTimeFormat(locale, { dateStyle: "full" });
const two = (number) => String(number).padStart(2, "0");
const iso = (day) => `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`;
const plus = (day, days) => new Date(day.getFullYear(), day.getMonth(), day.getDate() + days);
const monday = (day) => plus(day, -((day.getDay() + 6) % 7));

const words = { 今天: 0, 明天: 1, 后天: 2, 大后天: 3, 昨天: -1, 前天: -2, today: 0, tomorrow: 1, yesterday: -1 };
const weekdays = "一二三四五六日";

/** The day and time that a person's way of writing means, or null: {day: Date, time: "15:30" or ""}. */
export function understand(text, now = new Date()) {
  const plain = text.normalize("NFKC").trim().toLowerCase();
  const clock = plain.match(/(?:^|[\s t]|天|日|[一二三四五六])(\d{1,2})[:点时](\d{0,2})/);
  const time = clock && clock[1] < 24 && (clock[2] || 0) < 60 ? `${two(clock[1])}:${two(clock[2] || 0)}` : "";
  const named = Object.keys(words).sort((a, b) => b.length - a.length).find((word) => plain.startsWith(word));
  if (named) return { day: plus(now, words[named]), time };
  const week = plain.match(/^(本|这|下|下下)?(?:周|星期)([一二三四五六日天])/);
  if (week) {
    const ahead = { 下: 7, 下下: 14 }[week[1]] || 0;
    return { day: plus(monday(now), ahead + weekdays.indexOf(week[2] === "天" ? "日" : week[2])), time };
  }
  const full = plain.match(/^(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})/);
  const short = full || plain.match(/^(\d{1,2})[-/.月](\d{1,2})/) || plain.match(/^(\d{2})(\d{2})$/);
  if (!short) return null;
  const [year, month, date] = full ? [+full[1], +full[2], +full[3]] : [now.getFullYear(), +short[1], +short[2]];
  const day = new Date(year, month - 1, date);
  return day.getMonth() === month - 1 && day.getDate() === date ? { day, time } : null;
}

class Calendar {
  constructor(input, withTime) {
    this.input = input;
    this.withTime = withTime;
    this.panel = make("div", { class: "calendar", role: "dialog", "aria-label": t("pick_dates") });
    this.panel.addEventListener("click", (event) => this.press(event));
    this.panel.addEventListener("keydown", (event) => this.key(event));
    // The field keeps the focus, except when one goes to the time.
    this.panel.addEventListener("pointerdown", (event) => event.target.matches("input") || event.preventDefault());
    this.panel.addEventListener("focusout", (event) => this.left(event));
  }

  get chosen() {
    return understand(this.input.value);
  }

  open() {
    if (this.panel.isConnected) return;
    const { day = new Date() } = this.chosen || {};
    this.month = new Date(day.getFullYear(), day.getMonth(), 1);
    (this.input.closest("dialog") || document.body).append(this.panel);
    this.draw();
    if (this.panel.showPopover) {
      this.panel.setAttribute("popover", "manual");
      this.panel.showPopover();
    }
    this.place();
    this.watch = () => this.place();
    addEventListener("scroll", this.watch, true);
    addEventListener("resize", this.watch);
  }

  close() {
    this.panel.remove();
    removeEventListener("scroll", this.watch, true);
    removeEventListener("resize", this.watch);
  }

  left(event) {
    if (event.relatedTarget !== this.input && !this.panel.contains(event.relatedTarget)) this.close();
  }

  place() {
    const at = this.input.getBoundingClientRect();
    const size = this.panel.getBoundingClientRect();
    const below = at.bottom + 4 + size.height <= innerHeight || at.top < size.height;
    this.panel.style.top = `${below ? at.bottom + 4 : at.top - size.height - 4}px`;
    this.panel.style.left = `${Math.max(8, Math.min(at.left, innerWidth - size.width - 8))}px`;
  }

  draw(focus) {
    const { day: chosen, time } = this.chosen || {};
    const today = iso(new Date());
    const first = monday(this.month);
    const step = (months, name, label) => make("button", { type: "button", class: "btn btn-quiet btn-s btn-icon", "data-months": months, "aria-label": t(label) }, name);
    const head = make("div", { class: "calendar-head" });
    head.append(
      step(-12, icon("chevrons-left"), "year_before"),
      step(-1, icon("chevron-left"), "month_before"),
      make("b", { "aria-live": "polite" }, monthName.format(this.month)),
      step(1, icon("chevron-right"), "month_after"),
      step(12, icon("chevrons-right"), "year_after"),
    );
    const days = make("div", { class: "calendar-days" });
    for (let i = 0; i < 7; i++) days.append(make("span", { "aria-hidden": "true" }, dayName.format(plus(first, i))));
    const target = focus || (chosen && iso(chosen)) || today;
    for (let i = 0; i < 42; i++) {
      const day = plus(first, i);
      const name = iso(day);
      const away = day.getMonth() !== this.month.getMonth();
      days.append(
        make(
          "button",
          {
            type: "button",
            "data-day": name,
            class: [away && "away", name === today && "today"].filter(Boolean).join(" ") || null,
            tabindex: name === target ? "0" : "-1",
            "aria-label": fullName.format(day),
            "aria-pressed": String(Boolean(chosen) && name === iso(chosen)),
          },
          String(day.getDate()),
        ),
      );
    }
    const foot = make("div", { class: "calendar-foot" });
    const now = new Date();
    for (const [word, day] of [["today", now], ["tomorrow", plus(now, 1)], ["day_after", plus(now, 2)], ["next_monday", plus(monday(now), 7)]]) {
      foot.append(make("button", { type: "button", class: "btn btn-quiet btn-s", "data-day": iso(day) }, t(word)));
    }
    if (this.withTime) {
      const field = make("input", { type: "time", step: "300", class: "form-control form-control-s", "aria-label": t("time"), value: time || "09:00" });
      field.addEventListener("input", () => this.take(iso(this.chosen?.day || new Date()), false));
      foot.append(field);
    }
    this.panel.replaceChildren(head, days, foot);
    if (focus) this.panel.querySelector(`.calendar-days [data-day="${focus}"]`)?.focus();
  }

  take(day, done = true) {
    const time = this.withTime ? ` ${this.panel.querySelector("input").value || "09:00"}` : "";
    this.input.value = day + time;
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
    if (!done) return;
    if (this.withTime) return this.draw();
    this.close();
    this.quiet = true;
    this.input.focus();
    this.quiet = false;
  }

  press(event) {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.day) return this.take(button.dataset.day);
    this.month = new Date(this.month.getFullYear(), this.month.getMonth() + Number(button.dataset.months), 1);
    this.draw();
  }

  key(event) {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.quiet = true;
      this.input.focus();
      this.quiet = false;
      this.close();
      return;
    }
    const here = event.target.closest(".calendar-days [data-day]");
    const days = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const months = { PageUp: -1, PageDown: 1 }[event.key];
    if (!here || !(days || months)) return;
    event.preventDefault();
    const [year, month, date] = here.dataset.day.split("-").map(Number);
    const day = days ? new Date(year, month - 1, date + days) : new Date(year, month - 1 + months, Math.min(date, 28));
    this.month = new Date(day.getFullYear(), day.getMonth(), 1);
    this.draw(iso(day));
  }
}

/** Give <input type="date"> or "datetime-local" this calendar; phones keep their own. Its value stays ISO. */
export default function date(input) {
  if (matchMedia("(pointer: coarse)").matches) return;
  const withTime = input.type === "datetime-local";
  const value = input.value.replace("T", " ").slice(0, 16);
  input.type = "text";
  input.autocomplete = "off";
  input.inputMode = "numeric";
  input.value = value;
  const calendar = new Calendar(input, withTime);
  input.addEventListener("focus", () => calendar.quiet || calendar.open());
  input.addEventListener("click", () => calendar.open());
  input.addEventListener("blur", (event) => calendar.left(event));
  input.addEventListener("input", () => calendar.panel.isConnected && calendar.chosen && calendar.draw());
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown") {
      event.preventDefault();
      calendar.open();
      calendar.panel.querySelector('.calendar-days [tabindex="0"]')?.focus();
    } else if (event.key === "Escape" && calendar.panel.isConnected) {
      event.preventDefault();
      event.stopPropagation();
      calendar.close();
    }
  });
  input.addEventListener("change", () => {
    const read = understand(input.value);
    if (read) input.value = iso(read.day) + (withTime ? ` ${read.time || "09:00"}` : "");
  });
}
