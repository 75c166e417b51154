// Runs before the first paint: light or dark, narrow menu, dense rows, strip of open records.
const root = document.documentElement;
const dark = matchMedia("(prefers-color-scheme: dark)");

function paint() {
  const choice = root.dataset.themeChoice;
  root.dataset.theme = choice === "dark" || (choice !== "light" && dark.matches) ? "dark" : "light";
}

paint();
dark.addEventListener("change", paint);
// The account menu changes the choice and then asks for a new coat.
document.addEventListener("haike:paint", paint);

try {
  if (localStorage.getItem("haike.menu") === "narrow") root.dataset.menu = "narrow";
  if (localStorage.getItem("haike.density") === "dense") root.dataset.density = "dense";
  const open = JSON.parse(localStorage.getItem(`haike.open.${root.dataset.user}`) || "[]");
  if (open.length) root.dataset.strip = "";
} catch {
  // A browser that keeps nothing shows the plain frame.
}
