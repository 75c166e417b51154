// The product tree beside a search, in a dialog over the editor of lines: arrows, Enter puts a product in and stays.
import { icon, make } from "../../kernel/islands/page.js";

const json = (url) => fetch(url, { headers: { Accept: "application/json" } }).then((answer) => answer.json().then((found) => (answer.ok ? found : { message: found.message || "" }))).catch(() => null);

/** Open it. `query()` gives the document as asked so far, `put(product)` and `putLines(lines)` fill the editor,
 * `create(url, name)` makes a product. */
export async function openShelf(root, words, { query, put, putLines, create }) {
  const found = await json("/lines/shelf");
  if (!found) return;
  const search = make("input", { class: "form-control", type: "search", placeholder: words.search_products, "aria-label": words.search_products, autocomplete: "off" });
  const side = make("div", { class: "shelf-tree", role: "listbox", "aria-label": words.categories, tabindex: "0" });
  const list = make("ul", { class: "shelf-found", role: "listbox", "aria-label": words.products, tabindex: "-1" });
  const said = make("span", { class: "hint grow", role: "status" });
  const end = make("button", { class: "btn btn-primary", type: "button" }, words.done);
  const x = make("button", { class: "btn btn-quiet btn-icon", type: "button", "aria-label": words.close }, icon("x"));
  const fresh = make("button", { class: "btn", type: "button" }, icon("plus"), words.new_product);
  fresh.hidden = !found.create_url;
  const box = make("dialog", { class: "shelf", "aria-label": words.tree },
    make("div", { class: "dialog-head" }, make("h2", {}, words.tree), x),
    make("div", { class: "shelf-head" }, search), make("div", { class: "shelf-body" }, side, list),
    make("div", { class: "dialog-foot" }, said, fresh, end));
  const nodes = [
    { key: "", name: words.all, depth: 0 },
    ...(found.packages.length ? [{ key: "packages", name: words.packages, depth: 0 }] : []),
    ...found.categories.map(({ id, name, depth }) => ({ key: String(id), name, depth })),
  ];
  let key = "";
  let times = 0;
  let asked = 0;
  let timer;

  const active = (within) => within.querySelector(".active");
  function mark(within, item) {
    active(within)?.classList.remove("active");
    active(within)?.setAttribute("aria-selected", "false");
    item?.classList.add("active");
    item?.setAttribute("aria-selected", "true");
    item?.scrollIntoView({ block: "nearest" });
  }
  function step(within, by) {
    const items = [...within.children].filter((item) => item.take || item.node);
    if (!items.length) return;
    const at = items.indexOf(active(within));
    mark(within, items[Math.min(Math.max(at + by, 0), items.length - 1)]);
    if (within === side) choose(active(side).node);
  }
  function row(name, hint, price, take, picture) {
    const item = make("li", { role: "option" }, ...(picture ? [make("img", { class: "thumb", src: picture, alt: "" })] : []), make("span", { class: "cut" }, name), make("small", {}, hint), make("b", {}, price));
    item.take = take;
    item.addEventListener("click", () => (mark(list, item), use(item)));
    return item;
  }
  async function use(item) {
    const no = await item.take();
    said.classList.toggle("bad", Boolean(no));
    said.textContent = no || words.added.replace("%(count)s", String(++times)).replace("%(name)s", item.querySelector(".cut").textContent);
  }
  async function fill() {
    const mine = ++asked;
    const typed = search.value.trim();
    let rows;
    if (key === "packages") {
      rows = found.packages.filter(({ name, hint }) => `${name} ${hint}`.toLowerCase().includes(typed.toLowerCase())).map(({ id, name, hint, price }) =>
        row(name, hint, price, async () => {
          const asking = query();
          asking.set("package", id);
          const got = await json(`/lines/package?${asking}`);
          if (!got?.lines) return got?.message || words.failed;
          return putLines(got.lines);
        }));
    } else {
      const asking = query();
      asking.set("q", typed);
      if (key) asking.set("category", key);
      const got = await json(`/lines/products?${asking}`);
      if (mine !== asked) return;
      rows = (got?.items || []).map((product) => row(product.name, [product.number, product.spec].filter(Boolean).join(" · "), product.list_price || "", () => put(product), product.picture));
    }
    list.replaceChildren(...(rows.length ? rows : [make("li", { class: "muted" }, words.none_here)]));
    mark(list, rows[0]);
  }
  function choose(node) {
    key = node.key;
    fill();
  }

  side.replaceChildren(...nodes.map((node) => {
    const item = make("div", { class: "shelf-node", role: "option", style: `padding-inline-start:${8 + node.depth * 14}px` }, node.name);
    item.node = node;
    item.addEventListener("click", () => (mark(side, item), choose(node)));
    return item;
  }));
  mark(side, side.firstElementChild);
  search.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(fill, 120);
  });
  box.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const within = document.activeElement === side ? side : list;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(within, event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && event.target.tagName !== "BUTTON") {
      event.preventDefault();
      if (within === side) search.focus();
      else if (active(list)?.take) use(active(list));
    }
  });
  const away = () => box.close();
  x.addEventListener("click", away);
  end.addEventListener("click", away);
  fresh.addEventListener("click", () => {
    away();
    create(key && key !== "packages" ? `${found.create_url}?category=${key}` : found.create_url, search.value.trim());
  });
  box.addEventListener("close", () => box.remove());
  // Nothing of it is part of the form around it.
  for (const kind of ["input", "change"]) box.addEventListener(kind, (event) => event.stopPropagation());
  root.append(box);
  box.showModal();
  search.focus();
  fill();
}
