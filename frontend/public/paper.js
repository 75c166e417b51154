// The page of a paper for those outside: the printer's dialog, and telling once that the page is being looked at.
const print = document.querySelector("[data-print]");
print.hidden = false;
print.addEventListener("click", () => window.print());

// A page that is only loaded ahead or lies in the background is not looked at.
function tell() {
  if (document.visibilityState !== "visible") return;
  document.removeEventListener("visibilitychange", tell);
  fetch(document.body.dataset.seen, { method: "POST", keepalive: true });
}
document.addEventListener("visibilitychange", tell);
tell();
