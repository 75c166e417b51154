// The page without a network: as soon as there is one again, it opens what was asked for.
addEventListener("online", () => location.replace(location.href));
