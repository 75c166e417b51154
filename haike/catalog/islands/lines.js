// The editor of lines: products by any piece of the name, what follows seen at each key, Excel, all by keyboard.
// Without it the same table is a plain form (haike/catalog/lines/widget.py).
import { isChanged, offer, watch } from "../../kernel/islands/drafts.js";
import { icon, make, token } from "../../kernel/islands/page.js";
import { cells as pasted } from "../../exchange/islands/grid.js";
import { reckoned, settled, turned, whole } from "./arithmetic.js";
import { openSheet } from "./sheet.js";
import { openShelf } from "./shelf.js";
import { open as openOver } from "../../kernel/islands/overlays.js";
import css from "./lines.css?text";

const NUMBERS = ["quantity", "list_price", "discount", "price", "amount", "tax_rate"];
const SENT = ["product", "name", "unit", ...NUMBERS, "gift", "remark", "fixed"];
const LINE = { key: "", product: "", name: "", unit: "", quantity: "1", list_price: "0", discount: "100", price: "0", amount: "0", tax_rate: "0", gift: false, remark: "", fixed: "price" };
const full = { "。": ".", "．": ".", "，": "", ",": "", "％": "", "%": "" };

/** A number as typed, full width and with thousands too; null when it is none. */
export function number(text) {
  const plain = [...text.trim()].map((sign) => full[sign] ?? (sign >= "０" && sign <= "９" ? String.fromCharCode(sign.charCodeAt(0) - 65248) : sign)).join("").replace(/^[¥￥$€£]/, "");
  return /^\d{1,12}(\.\d{0,6})?$|^\.\d{1,6}$/.test(plain) ? plain : null;
}

const wrong = (name, text) => {
  const found = number(text);
  return found === null || (name === "quantity" && !Number(found));
};
const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);
const grouped = (text) => text.replace(/^\d+/, (head) => head.replace(/\B(?=(\d{3})+$)/g, ","));

export default function lines(root) {
  if (!document.getElementById("lines-style")) document.head.append(make("style", { id: "lines-style" }, css));
  const form = root.closest("form");
  const body = root.querySelector("tbody");
  const words = JSON.parse(root.dataset.words);
  const given = JSON.parse(root.dataset.rule);
  const most = Number(root.dataset.most);
  const state = new WeakMap();
  const rows = () => [...body.children];
  const cell = (row, name) => row.querySelector(`[data-cell="${name}"]`);
  const field = (name) => form?.elements[name];
  const currency = () => field("currency")?.value || "CNY";
  const rule = () => ({ ...given, places: given.places[currency()] ?? 2, taxed: field("taxed") ? field("taxed").checked : given.taxed });
  const query = () => new URLSearchParams({ customer: field("customer")?.value || "", currency: currency(), taxed: rule().taxed ? "1" : "" });

  // ---- from inputs to lines and back --------------------------------------------------------------------------------

  /** A line whose numbers can be reckoned with: what is none stays beside it as typed, and the server says why not. */
  function sane(line) {
    const odd = Object.fromEntries(NUMBERS.filter((name) => wrong(name, String(line[name]))).map((name) => [name, String(line[name])]));
    return { ...line, ...Object.fromEntries(Object.keys(odd).map((name) => [name, LINE[name]])), odd };
  }

  const typed = (line, name) => line.odd?.[name] ?? line[name];

  function read(row) {
    const line = { ...LINE };
    for (const name of ["key", ...SENT]) {
      const value = cell(row, name)?.value ?? "";
      if (value) line[name] = name === "gift" ? value === "1" : value;
    }
    return sane(line);
  }

  function show(row, except) {
    const line = state.get(row);
    for (const name of ["key", ...SENT]) {
      const input = cell(row, name);
      if (!input || input === except) continue;
      const value = name === "gift" ? (line.gift ? "1" : "") : NUMBERS.includes(name) ? line.odd?.[name] ?? trimmed(String(line[name])) : String(line[name] ?? "");
      if (input.value !== value) input.value = value;
      if (NUMBERS.includes(name)) input.toggleAttribute("aria-invalid", name in (line.odd || {}));
    }
    row.classList.toggle("l-gift-line", Boolean(line.gift));
  }

  const filled = (row) => Boolean(state.get(row).name.trim() || state.get(row).product);

  const sent = make("textarea", { name: root.dataset.name, hidden: true });
  root.prepend(sent);

  function sums() {
    const some = rows().filter(filled);
    const now = rule();
    const hand = field("by_hand") ? number(field("by_hand").value || "") : null;
    const found = reckoned(some.map((row) => state.get(row)), now, number(field("discount")?.value || "") ?? "100", hand);
    sent.value = JSON.stringify(some.map((row) => {
      const line = state.get(row);
      return Object.fromEntries(["key", ...SENT].map((name) => [name, name === "key" || name === "product" ? (line[name] ? Number(line[name]) : null) : typed(line, name)]));
    }));
    follow(some.length ? found?.total : undefined);
    const out = root.querySelector("[data-sums]");
    if (!found) return out.replaceChildren(make("span", { class: "bad" }, words.nothing_to_spread));
    some.forEach((row, place) => {
      const input = cell(row, "amount");
      const amount = found.shares[place].amount;
      if (input !== document.activeElement && !state.get(row).odd?.amount && Number(input.value) !== Number(amount)) input.value = trimmed(amount);
    });
    rows().forEach((row, place) => (row.querySelector(".l-place").textContent = place + 1));
    if (hand !== null && field("discount") && field("discount") !== document.activeElement) field("discount").value = trimmed(found.discount);
    const sign = given.signs[currency()] || "";
    out.replaceChildren(
      ...["before", "net", "tax", "total"].map((name) => make("span", { class: `l-sum l-sum-${name}` }, make("small", {}, words[name]), ` ${sign}${grouped(found[name])}`)),
      ...(hand !== null && Number(found.before) !== Number(found.total) ? [make("span", { class: "warn" }, words.by_hand)] : []),
    );
  }

  // What the lines come to stands in a field of the form, where one can only type while there are none.
  function follow(total) {
    const input = field(root.dataset.into);
    if (!input) return;
    const bound = total !== undefined;
    if (bound && Number(number(input.value)) !== Number(total)) input.value = trimmed(total);
    input.readOnly = bound;
    input.title = bound ? words.follows : "";
  }

  function changed(quiet) {
    sums();
    if (!quiet) sent.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function turn(row, name, value, except) {
    state.set(row, turned(state.get(row), name, value, rule()));
    show(row, except);
    changed();
  }

  // ---- rows ---------------------------------------------------------------------------------------------------------

  const pattern = rows().at(-1).cloneNode(true);

  function dress(row, line) {
    row.classList.remove("l-blank");
    row.querySelectorAll("[name]").forEach((input) => input.removeAttribute("name"));
    row.querySelector(".l-number").append(make("span", { class: "l-place" }));
    const remove = make("button", { class: "btn btn-quiet btn-icon btn-s", type: "button", "aria-label": words.remove, title: words.remove, tabindex: "-1" }, icon("x"));
    remove.addEventListener("click", () => drop(row));
    row.querySelector(".l-remove").append(remove);
    state.set(row, line || read(row));
    show(row);
    return row;
  }

  function refuse(sentence) {
    const hint = root.querySelector("[data-hint]");
    hint.textContent = sentence;
    hint.classList.add("bad");
  }

  function add(line, after) {
    if (rows().length >= most) return rows().at(-1);
    const row = dress(pattern.cloneNode(true), line || { ...LINE });
    if (after) after.after(row);
    else body.append(row);
    return row;
  }

  function drop(row) {
    const near = row.nextElementSibling || row.previousElementSibling;
    row.remove();
    if (!rows().length) add();
    changed();
    cell(near?.isConnected ? near : rows()[0], "name").focus();
  }

  function start(text) {
    if (text === undefined) rows().forEach((row) => (row.classList.contains("l-blank") && !cell(row, "name").value ? row.remove() : dress(row)));
    else {
      body.replaceChildren();
      JSON.parse(text || "[]").forEach((line) => add(sane({ ...LINE, ...line, key: line.key || "", product: line.product || "" })));
    }
    if (!rows().length || filled(rows().at(-1))) add();
    sums();
  }

  // ---- products -----------------------------------------------------------------------------------------------------

  const list = make("ul", { class: "lines-found", role: "listbox", id: `${root.id}-found`, hidden: true });
  root.append(list);
  let asked = 0;
  let open = null;
  let creating;

  function close() {
    list.hidden = true;
    open?.removeAttribute("aria-expanded");
    open = null;
  }

  function mark(step) {
    const items = [...list.children].filter((item) => item.product);
    if (!items.length) return;
    const at = items.findIndex((item) => item.classList.contains("active"));
    items[at]?.classList.remove("active");
    const next = items[(at + step + items.length) % items.length];
    next.classList.add("active");
    next.scrollIntoView({ block: "nearest" });
  }

  async function search(input) {
    const mine = ++asked;
    const words_ = input.value.trim();
    const asking = query();
    asking.set("q", words_);
    const found = await fetch(`/lines/products?${asking}`, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : { items: [] })).catch(() => ({ items: [] }));
    if (mine !== asked || document.activeElement !== input) return;
    list.replaceChildren(
      ...found.items.map((product) => {
        const item = make("li", { role: "option" }, ...(product.picture ? [make("img", { class: "thumb", src: product.picture, alt: "" })] : []), make("span", { class: "cut" }, product.name), make("small", {}, [product.number, product.spec].filter(Boolean).join(" · ")), make("b", {}, product.list_price ? grouped(trimmed(product.list_price)) : ""));
        item.product = product;
        item.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(input, product);
        });
        return item;
      }),
      ...(found.items.length || !words_ ? [] : [make("li", { class: "muted" }, words.nothing)]),
    );
    creating ??= fetch("/lines/shelf").then((answer) => answer.json()).then((shelf_) => shelf_.create_url).catch(() => "");
    const makes = words_ && (await creating);
    if (mine !== asked || document.activeElement !== input) return;
    if (makes && !found.items.some(({ name }) => name === words_)) {
      const item = make("li", { role: "option" }, icon("plus"), make("span", { class: "cut" }, words.make_product.replace("%(name)s", words_)));
      item.product = { create: makes };
      item.addEventListener("mousedown", (event) => {
        event.preventDefault();
        choose(input, item.product);
      });
      list.append(item);
    }
    const box = input.getBoundingClientRect();
    const frame = root.getBoundingClientRect();
    list.style.left = `${box.left - frame.left}px`;
    list.style.top = `${box.bottom - frame.top}px`;
    list.hidden = !list.children.length;
    if (!list.hidden) list.scrollIntoView({ block: "nearest" });
    open = input;
    input.setAttribute("aria-expanded", "true");
    if (found.items.length && words_) mark(1);
  }

  function offered(line, product) {
    const base = { ...line, product: product.id, name: product.name, unit: product.unit, tax_rate: product.tax_rate, list_price: product.list_price || "0", discount: "100", price: product.list_price || "0", fixed: product.list_price ? "discount" : "price" };
    return settled(base, rule());
  }

  // A new product comes into the line from which it was made.
  function create(url, name, row) {
    const asked_ = name ? `${url}${url.includes("?") ? "&" : "?"}name=${encodeURIComponent(name)}` : url;
    openOver("drawer", asked_);
    const told = async (event) => {
      const asking = query();
      asking.set("product", event.detail.id || "");
      const found = event.detail.id ? await fetch(`/lines/products?${asking}`, { headers: { Accept: "application/json" } }).then((answer) => answer.json()).catch(() => null) : null;
      if (found?.items.length) choose(cell(row?.isConnected ? row : free(), "name"), found.items[0]);
    };
    document.addEventListener("saved", told, { once: true });
    // Who closes the drawer without a product makes none later by saving something else.
    const host = [...document.querySelectorAll("dialog[open]")].at(-1);
    host?.addEventListener("close", () => setTimeout(() => document.removeEventListener("saved", told), 500), { once: true });
  }

  /** The first row that is still empty. */
  function free() {
    return rows().find((row) => !filled(row)) || add();
  }

  function put(product) {
    if (rows().filter(filled).length >= most) return words.most;
    const row = free();
    state.set(row, offered(state.get(row), product));
    show(row);
    if (filled(body.lastElementChild)) add();
    changed();
    return "";
  }

  function putLines(some) {
    if (rows().filter(filled).length + some.length > most) return words.most;
    for (const line of some) {
      const row = free();
      state.set(row, settled({ ...LINE, ...line, product: line.product || "" }, rule()));
      show(row);
    }
    if (filled(body.lastElementChild)) add();
    changed();
    return "";
  }

  function choose(input, product) {
    const row = input.closest("tr");
    close();
    if (product.create) return create(product.create, cell(row, "name").value.trim(), row);
    state.set(row, offered(state.get(row), product));
    cell(row, "name").removeAttribute("aria-invalid");
    show(row);
    changed();
    cell(row, "quantity").focus();
    cell(row, "quantity").select();
  }

  // A larger quantity may reach a better price; one that somebody has typed stays.
  async function reoffer(row) {
    const line = state.get(row);
    if (!line.product || line.fixed !== "discount") return;
    const asking = query();
    for (const [name, value] of [["product", line.product], ["quantity", line.quantity], ["unit", line.unit]]) asking.set(name, value);
    const found = await fetch(`/lines/products?${asking}`, { headers: { Accept: "application/json" } }).then((answer) => (answer.ok ? answer.json() : null)).catch(() => null);
    const price = found?.items[0]?.list_price;
    const now = state.get(row);
    if (!price || now.fixed !== "discount" || now.quantity !== line.quantity || whole(price, 4) === whole(now.list_price, 4)) return;
    turn(row, "list_price", price, document.activeElement);
  }

  async function history(row) {
    const box = root.querySelector("[data-history]");
    const { product } = state.get(row) || {};
    if (!product || box.dataset.of === `${product}|${query()}`) return void (box.hidden = !product);
    box.dataset.of = `${product}|${query()}`;
    const asking = query();
    asking.set("product", product);
    const answer = await fetch(`/lines/history?${asking}`).catch(() => null);
    if (!answer?.ok) return void (box.hidden = true);
    box.innerHTML = await answer.text();
    box.hidden = false;
  }

  // ---- hands ---------------------------------------------------------------------------------------------------------

  let timer;
  root.addEventListener("input", (event) => {
    const input = event.target.closest("[data-cell]");
    const row = input?.closest("tr");
    if (!row) return;
    const name = input.dataset.cell;
    if (NUMBERS.includes(name)) {
      const line = state.get(row);
      const { [name]: _, ...odd } = line.odd || {};
      const bad = wrong(name, input.value);
      // A cell that was emptied holds what it held; one with what is no number goes to the server as it is.
      state.set(row, { ...line, odd: bad && input.value.trim() ? { ...odd, [name]: input.value.trim() } : odd });
      input.toggleAttribute("aria-invalid", bad);
      if (bad) changed();
      else turn(row, name, number(input.value), input);
    } else if (name === "gift") turn(row, "gift", input.value === "1", input);
    else {
      state.get(row)[name] = input.value;
      if (name === "name") {
        input.removeAttribute("aria-invalid");
        state.get(row).product = "";
        cell(row, "product").value = "";
        clearTimeout(timer);
        timer = setTimeout(() => search(input), 120);
      }
      changed();
    }
    if (row === body.lastElementChild && filled(row)) add();
  });

  root.addEventListener("change", (event) => {
    const input = event.target.closest("[data-cell]");
    if (!input) return;
    if (["quantity", "unit"].includes(input.dataset.cell)) reoffer(input.closest("tr"));
    if (NUMBERS.includes(input.dataset.cell)) show(input.closest("tr"), null);
  });

  root.addEventListener("focusin", (event) => event.target.closest("[data-cell]") && history(event.target.closest("tr")));
  root.addEventListener("focusout", (event) => event.target === open && close());

  root.addEventListener("keydown", (event) => {
    const input = event.target.closest("[data-cell]");
    if (!input || event.isComposing) return;
    const row = input.closest("tr");
    const stop = (run) => {
      event.preventDefault();
      event.stopPropagation();
      run?.();
    };
    if ((event.ctrlKey || event.metaKey) && (event.key === "Delete" || event.key === "Backspace")) return stop(() => drop(row));
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const chosen = open === input && list.querySelector(".active")?.product;
    if (event.key === "F2" && input.dataset.cell === "name") return stop(() => search(input));
    if (event.key === "F4") return stop(shelf);
    if (event.key === "Escape" && open) return stop(close);
    if (open === input && (event.key === "ArrowDown" || event.key === "ArrowUp")) return stop(() => mark(event.key === "ArrowDown" ? 1 : -1));
    if (event.key === "Enter" && chosen) return stop(() => choose(input, chosen));
    if (input.tagName === "SELECT" && event.key !== "Enter") return;
    if (event.key === "Enter") {
      stop(() => {
        close();
        const next = row.nextElementSibling || add();
        cell(next, "name").focus();
        cell(next, "name").select();
      });
    } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      const next = event.key === "ArrowDown" ? row.nextElementSibling : row.previousElementSibling;
      stop(() => {
        if (!next) return;
        cell(next, input.dataset.cell).focus();
        cell(next, input.dataset.cell).select?.();
      });
    }
  });

  root.addEventListener("paste", async (event) => {
    const input = event.target.closest("[data-cell]");
    const text = event.clipboardData?.getData("text/plain") ?? "";
    if (!input || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    const asking = Object.fromEntries(query());
    const answer = await fetch("/lines/match", { method: "POST", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }, body: JSON.stringify({ ...asking, rows: pasted(text).slice(0, most) }) }).catch(() => null);
    if (!answer?.ok) return;
    let row = input.closest("tr");
    let unsure;
    const found = (await answer.json()).lines;
    // All or nothing: rows that find no place are not left out in silence.
    if (rows().filter(filled).length + found.length > most || pasted(text).length > most) return refuse(words.most);
    for (const { several, ...line } of found) {
      const whole_ = settled(sane({ ...LINE, ...line, product: line.product || "" }), rule());
      if (filled(row)) row = add(whole_, row);
      else {
        state.set(row, whole_);
        show(row);
      }
      cell(row, "name").toggleAttribute("aria-invalid", Boolean(several));
      if (several) unsure ??= cell(row, "name");
    }
    if (filled(body.lastElementChild)) add();
    changed();
    (unsure || cell(row, "quantity")).focus();
    if (unsure) search(unsure);
  });

  const shelf = () => openShelf(root, words, { query, put, putLines, create });
  root.querySelector("[data-shelf]").addEventListener("click", shelf);
  root.querySelector("[data-sheet]").addEventListener("click", () => openSheet(root, words, { query, putLines }));
  root.querySelector("[data-add]").addEventListener("click", () => cell(filled(body.lastElementChild) ? add() : body.lastElementChild, "name").focus());
  root.querySelectorAll("[data-add], [data-shelf], [data-sheet], [data-hint]").forEach((part) => (part.hidden = false));

  form?.addEventListener("input", (event) => {
    const { name } = event.target;
    if (name === "discount" && field("by_hand")) field("by_hand").value = "";
    if (name === "discount" || name === "by_hand") sums();
  });
  form?.addEventListener("change", (event) => {
    if (!["currency", "taxed"].includes(event.target.name)) return;
    rows().forEach((row) => {
      state.set(row, settled(state.get(row), rule()));
      show(row);
    });
    changed();
  });
  // A draft that is taken back fills the hidden field.
  sent.addEventListener("change", () => start(sent.value));

  const untouched = form && !isChanged(form);
  start();
  // What was the cells of a table is one field now; nobody has typed anything for that.
  if (untouched) {
    watch(form);
    offer(form);
  } else if (form && "wrong" in form.dataset) {
    // What was sent a moment ago stands here; there is nothing to offer again.
    const box = form.querySelector("[data-draft-offer]");
    if (box) box.hidden = true;
  }
}
