// Pictures of a product: those that were chosen go up at once.
export default function gallery(form) {
  form.classList.add("gallery-live");
  form.querySelector("[type=file]").addEventListener("change", (event) => {
    if (event.target.files.length) form.requestSubmit();
  });
}
