// The page without a network: as soon as there is one again, it opens what was asked for.
const open = () => location.replace(location.href);
addEventListener("online", open);
// The event is missed while a page loads, and a server that was away makes none.
setInterval(() => fetch("/healthz", { cache: "no-store" }).then(open, () => {}), 3000);
