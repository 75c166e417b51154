// Runs before the first paint: light or dark, narrow menu, tree beside the list.
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
  root.dataset.side = localStorage.getItem("haike.side") || (innerWidth < 1600 ? "closed" : "open");
} catch {
  // A browser that keeps nothing shows the wide menu.
}
