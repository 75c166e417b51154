// Small widgets that need no library: money, telephone, division, picture, order of columns.
import { icon, make, on, t, whenever } from "./page.js";
import { toast } from "./toasts.js";

// ---- money: thousands while one is elsewhere, plain figures while one types ------------------------------------------

function figures(text) {
  // Full-width figures and signs come from Chinese input methods.
  return text.normalize("NFKC").replace(/[,\s¥]/g, "").replace(/。/g, ".");
}

function thousands(text, places) {
  const plain = figures(text);
  if (!/^-?\d+(\.\d*)?$/.test(plain)) return text;
  const [whole, part = ""] = plain.split(".");
  return whole.replace(/\B(?=(\d{3})+$)/g, ",") + (places ? `.${part.padEnd(places, "0").slice(0, places)}` : "");
}

whenever("[data-money]", (input) => {
  const places = Number(input.dataset.money || 2);
  input.value = input.value && thousands(input.value, places);
  input.addEventListener("focus", () => {
    const plain = figures(input.value).replace(/\.0+$/, "");
    if (plain === input.value) return;
    input.value = plain;
    input.select();
  });
  input.addEventListener("blur", () => input.value && (input.value = thousands(input.value, places)));
});

// ---- telephone ---------------------------------------------------------------------------------------------------------

whenever("[data-phone]", (input) => {
  input.addEventListener("blur", () => {
    const text = input.value.normalize("NFKC").trim();
    const mobile = text.replace(/[\s-]/g, "").match(/^(\+86)?(1\d{2})(\d{4})(\d{4})$/);
    input.value = mobile ? `${mobile[2]} ${mobile[3]} ${mobile[4]}` : text;
    input.setCustomValidity(text && !/^[+\d][\d\s\-()#*转,;/、]{4,}$/.test(text) ? t("phone_bad") : "");
  });
});

// ---- province, city, district ---------------------------------------------------------------------------------------------

// The question that each list asked last; by arrow keys one passes several provinces before the first answer is there.
const asked = new WeakMap();

async function fill(select, url) {
  asked.set(select, url);
  select.replaceChildren(select.options[0]);
  // Open at once, so that one can go on to it with Tab while its places come.
  select.disabled = !url;
  if (!url) return;
  const answer = await fetch(url, { headers: { Accept: "application/json" } });
  if (!answer.ok) return;
  const { items } = await answer.json();
  if (asked.get(select) !== url) return;
  select.replaceChildren(select.options[0]);
  select.append(...items.map(({ code, name }) => make("option", { value: code }, name)));
  select.disabled = !items.length;
}

on("change", "[data-division] select", async (event, select) => {
  const box = select.closest("[data-division]");
  const all = [...box.querySelectorAll("select")];
  const place = all.indexOf(select);
  const value = box.querySelector("input[type=hidden]");
  value.value = select.value || all[place - 1]?.value || "";
  for (const later of all.slice(place + 1)) await fill(later, later === all[place + 1] && select.value ? `${box.dataset.division}?parent=${select.value}` : "");
  value.dispatchEvent(new Event("input", { bubbles: true }));
});

// ---- small things ---------------------------------------------------------------------------------------------------------

// Where the browser cannot let a field grow by itself.
if (!CSS.supports("field-sizing", "content")) {
  const grow = (area) => {
    area.style.height = "auto";
    area.style.height = `${Math.min(area.scrollHeight + 2, innerHeight * 0.6)}px`;
  };
  whenever("textarea[data-autogrow]", grow);
  on("input", "textarea[data-autogrow]", (event, area) => grow(area));
}

// ---- picture ----------------------------------------------------------------------------------------------------------------

whenever("[data-picture]", (box) => {
  const input = box.querySelector("input[type=file]");
  const view = box.querySelector(".picture-view");
  const drop = box.querySelector("[data-picture-remove]");
  const flag = box.querySelector("input[data-picture-clear]");
  const show = () => {
    const [file] = input.files;
    if (!file) return;
    const most = Number(box.dataset.picture || 5);
    if (!/^image\/(jpeg|png|webp|gif)$/.test(file.type)) return refuse(t("not_a_picture"));
    if (file.size > most * 1048576) return refuse(t("too_big", { size: most }));
    view.replaceChildren(make("img", { src: URL.createObjectURL(file), alt: "" }));
    if (flag) flag.value = "";
    if (drop) drop.hidden = false;
  };
  const refuse = (text) => {
    input.value = "";
    toast({ text, kind: "bad" });
  };
  input.addEventListener("change", show);
  view.addEventListener("dragover", (event) => {
    event.preventDefault();
    view.classList.add("over");
  });
  view.addEventListener("dragleave", () => view.classList.remove("over"));
  view.addEventListener("drop", (event) => {
    event.preventDefault();
    view.classList.remove("over");
    input.files = event.dataTransfer.files;
    show();
  });
  drop?.addEventListener("click", () => {
    input.value = "";
    if (flag) flag.value = "1";
    view.replaceChildren(icon("photo-plus"));
    drop.hidden = true;
  });
});

// ---- order of columns: drag the grip, or arrow keys on it ----------------------------------------------------------------------

function moveBy(item, step) {
  const list = item.parentNode;
  const other = step < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!other) return;
  if (step < 0) other.before(item);
  else other.after(item);
  const all = [...list.children];
  item.querySelector("[data-grip]").focus();
  item.querySelector("[data-grip]").setAttribute("aria-description", t("moved_to", { text: item.textContent.trim(), place: all.indexOf(item) + 1, count: all.length }));
}

on("keydown", "[data-grip]", (event, grip) => {
  const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
  if (!step) return;
  event.preventDefault();
  moveBy(grip.closest(".order-item"), step);
});

on("pointerdown", "[data-grip]", (event, grip) => {
  event.preventDefault();
  const item = grip.closest(".order-item");
  item.classList.add("dragging");
  const move = (moved) => {
    for (const other of item.parentNode.children) {
      if (other === item) continue;
      const box = other.getBoundingClientRect();
      if (moved.clientY < box.top || moved.clientY > box.bottom) continue;
      if (moved.clientY < box.top + box.height / 2) other.before(item);
      else other.after(item);
      break;
    }
  };
  // At the document: an element that is moved in the page loses the pointer.
  document.addEventListener("pointermove", move);
  document.addEventListener("pointerup", () => {
    item.classList.remove("dragging");
    document.removeEventListener("pointermove", move);
  }, { once: true });
});
