{% autoescape off %}// Keeps the page that says that there is no network, and its looks. Pages with data are never kept.
const name = {{ name }};
const page = {{ page }};
const kept = {{ kept }};

self.addEventListener("install", (event) => {
  const asked = kept.map((url) => new Request(url, { credentials: "omit" }));
  event.waitUntil(caches.open(name).then((cache) => cache.addAll(asked)).then(() => self.skipWaiting()));
});

async function begin() {
  for (const other of await caches.keys()) if (other.startsWith("haike-") && other !== name) await caches.delete(other);
  await self.clients.claim();
}

self.addEventListener("activate", (event) => event.waitUntil(begin()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  // A form that could not be sent stays with the browser, which still has what was typed.
  if (request.method !== "GET") return;
  const { origin, pathname } = new URL(request.url);
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match(page)));
  else if (origin === self.location.origin && pathname !== page && kept.includes(pathname)) event.respondWith(fetch(request).catch(() => caches.match(request)));
});
{% endautoescape %}
