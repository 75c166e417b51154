// A choice that shows its page at once; the button beside it is for those without scripts.
export default function choose(select) {
  select.form.querySelector("button").hidden = true;
  select.addEventListener("change", () => select.form.requestSubmit());
}
