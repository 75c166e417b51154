// What every other script needs: words, icons, storage, times, and a way to run when something comes into the page.

const element = document.getElementById("haike-words");
const words = element ? JSON.parse(element.textContent) : {};

/** The word for `key` in the reader's language, with %(name)s filled in. */
export function t(key, values = {}) {
  return (words[key] ?? key).replace(/%\((\w+)\)s/g, (_, name) => values[name] ?? "");
}

/** One icon of the sprite, as a node. The name is written out at the call: icon("check"). */
export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}

/** A new element: make("button", {class: "btn", type: "button"}, icon("x"), "text"). */
export function make(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Local storage that never throws (private windows, full disk). */
export const store = {
  get(key) {
    try {
      return JSON.parse(localStorage.getItem(key));
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(key, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  remove(key) {
    try {
      localStorage.removeItem(key);
    } catch {
      // Nothing was kept, so nothing is left behind.
    }
  },
};

export const user = document.documentElement.dataset.user || "";

/** "3 min ago" for a time in milliseconds. */
export function ago(time) {
  const minutes = Math.floor((Date.now() - time) / 60000);
  if (minutes < 1) return t("just_now");
  if (minutes < 60) return t("minutes_ago", { count: minutes });
  if (minutes < 1440) return t("hours_ago", { count: Math.floor(minutes / 60) });
  return t("days_ago", { count: Math.floor(minutes / 1440) });
}

/** The token Django wants with every write. The cookie is newer than the page after a sign-in in place. */
export function token() {
  const cookie = document.cookie.match(/(?:^|; )haike_csrf=([^;]+)/);
  return cookie ? cookie[1] : document.querySelector('meta[name="csrf-token"]')?.content || "";
}

/** Call `run` for each element that matches, now and whenever htmx brings a new one. */
export function whenever(selector, run) {
  const seen = new WeakSet();
  const visit = (root) => {
    const found = [...(root.querySelectorAll?.(selector) ?? [])];
    if (root.matches?.(selector)) found.unshift(root);
    for (const each of found) {
      if (seen.has(each)) continue;
      seen.add(each);
      run(each);
    }
  };
  visit(document);
  document.addEventListener("htmx:after:process", (event) => visit(event.target));
}

/** Listen at the document for events of elements that match. */
export function on(type, selector, run, options) {
  document.addEventListener(
    type,
    (event) => {
      const match = event.target.closest?.(selector);
      if (match) run(event, match);
    },
    options,
  );
}

/** Whether a key press belongs to a field one types in. */
export function typing(event) {
  const node = event.target;
  return node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName) && !["checkbox", "radio", "button"].includes(node.type);
}
