// Makes Haike installable; without a network the service worker shows a page that says so (haike/site/offline.py).
addEventListener("load", () => {
  // Absent without HTTPS. A browser that refuses, in a private window for one, does without.
  navigator.serviceWorker?.register("/service-worker.js").catch(() => {});
});
