// The map of customers: Leaflet with whichever tile service the company chose, or none.
//
// Haike keeps places in GCJ-02, the coordinates of Chinese maps. A browser tells its own in WGS-84, and some tile
// services draw in that; gcoord turns one into the other.
import gcoord from "gcoord";
import L from "leaflet";
import css from "leaflet/dist/leaflet.css?text";
import { make, store, user } from "../../kernel/islands/page.js";

const CHINA = [73.5, 18.2, 134.8, 53.6];
const KEPT = `route-${user}`;
const MOST_NAMES = 40;

export default function map(element) {
  if (!document.getElementById("leaflet")) document.head.append(make("style", { id: "leaflet" }, css));
  const told = element.dataset;
  const page = element.closest(".map-page");
  const [legend, said, route, nearby] = ["legend", "said", "route", "nearby"].map((name) => page.querySelector(`[data-${name}]`));
  const earthly = told.tiles && told.system === "wgs84";
  const shown = ([x, y]) => (earthly ? gcoord.transform([x, y], gcoord.GCJ02, gcoord.WGS84) : [x, y]).slice().reverse();
  const kept = ({ lat, lng }) => (earthly ? gcoord.transform([lng, lat], gcoord.WGS84, gcoord.GCJ02) : [lng, lat]);

  const sheet = L.map(element, { zoomControl: false, attributionControl: Boolean(told.tiles), minZoom: 3, maxZoom: 18, worldCopyJump: true });
  L.control.zoom({ zoomInTitle: told.wordsIn, zoomOutTitle: told.wordsOut }).addTo(sheet);
  L.control.scale({ imperial: false }).addTo(sheet);
  if (told.tiles) {
    sheet.attributionControl.setPrefix(false);
    L.tileLayer(told.tiles, { subdomains: told.servers.split(","), attribution: make("i", {}, told.credit).innerHTML, maxZoom: 18 }).addTo(sheet);
  }
  const pins = L.layerGroup().addTo(sheet);
  const squares = L.layerGroup().addTo(sheet);
  const way = L.layerGroup().addTo(sheet);
  const me = L.layerGroup().addTo(sheet);
  let here = null;

  const [west, south, east, north] = told.extent ? told.extent.split(",").map(Number) : CHINA;
  const at = /^#(\d+)\/(-?[\d.]+)\/(-?[\d.]+)$/.exec(location.hash);
  if (at) sheet.setView([at[2], at[3]], Number(at[1]));
  else sheet.fitBounds([shown([west, south]), shown([east, north])], { padding: [40, 40], maxZoom: 14 });

  let asked = 0;
  async function draw() {
    const center = sheet.getCenter();
    history.replaceState(history.state, "", `#${sheet.getZoom()}/${center.lat.toFixed(5)}/${center.lng.toFixed(5)}`);
    const bounds = sheet.getBounds();
    const [from, to] = [kept(bounds.getSouthWest()), kept(bounds.getNorthEast())];
    const box = [Math.max(from[0], -180), Math.max(from[1], -90), Math.min(to[0], 180), Math.min(to[1], 90)];
    const turn = ++asked;
    const answer = await fetch(`${told.pins}&zoom=${sheet.getZoom()}&box=${box.map((number) => number.toFixed(6))}`);
    if (turn !== asked || !answer.headers.get("Content-Type")?.includes("json")) return;
    const found = await answer.json();
    if (turn !== asked) return;
    const { pins: places = [], squares: heaps = [] } = found;
    said.textContent = found.message || (places.length + heaps.length ? "" : told.wordsNone);
    const named = places.length <= MOST_NAMES;
    const signs = new Map(places.map((pin) => [JSON.stringify([pin, named]), pin]));
    // A pin that stays keeps its element: whoever is on it with the keyboard, or about to click, is not thrown off it.
    pins.eachLayer((marker) => signs.delete(marker.sign) || pins.removeLayer(marker));
    for (const [sign, pin] of signs) {
      const icon = L.divIcon({ className: `pin tag-${pin.colour}`, iconSize: [16, 16] });
      const marker = L.marker(shown(pin.place), { icon, title: pin.name, alt: pin.name });
      marker.sign = sign;
      if (named) marker.bindTooltip(make("span", {}, pin.name), { permanent: true, direction: "right", className: "pin-label" });
      marker.on("click keypress", () => tell(pin.id, marker)).addTo(pins);
    }
    squares.clearLayers();
    for (const square of heaps) {
      const size = 30 + Math.min(26, 5 * Math.log10(square.number) ** 1.4);
      const name = `${told.wordsCount} ${square.number}`;
      const text = square.number > 9999 ? `${Math.round(square.number / 1000)}k` : square.number;
      const icon = L.divIcon({ className: "pin-square", iconSize: [size, size], html: make("b", {}, String(text)) });
      L.marker(shown(square.place), { icon, title: name, alt: name }).addTo(squares).on("click keypress", (event) => sheet.setView(event.target.getLatLng(), sheet.getZoom() + 2));
    }
    legend.replaceChildren(...(found.legend || []).map((line) => make("li", { class: `tag-dot tag tag-${line.colour}` }, line.label)));
  }

  async function tell(id, marker) {
    const answer = await fetch(`${told.pinUrl}${id}`);
    if (!answer.ok) return;
    const box = make("div");
    box.innerHTML = await answer.text();
    window.htmx?.process(box);
    sheet.openPopup(L.popup({ minWidth: 240, maxWidth: 300 }).setLatLng(marker.getLatLng()).setContent(box));
  }

  async function lead(query) {
    const from = here ? `&from=${here.map((number) => number.toFixed(6))}` : "";
    const answer = await fetch(`${told.routeUrl}?${query}${from}`);
    if (!answer.ok) return;
    route.innerHTML = await answer.text();
    const stops = stopsOf(route);
    store.set(KEPT, ids());
    way.clearLayers();
    const whole = here ? [shown(here), ...stops] : stops;
    if (whole.length > 1) L.polyline(whole, { className: "way" }).addTo(way);
    stops.forEach((place, number) => L.marker(place, { icon: L.divIcon({ className: "pin-stop", iconSize: [22, 22], html: make("b", {}, String(number + 1)) }), interactive: false, zIndexOffset: 1000 }).addTo(way));
    return stops;
  }
  const stopsOf = (list) => [...list.querySelectorAll("[data-place]")].map((line) => shown(line.dataset.place.split(",").map(Number)));
  const ids = () => (route.querySelector("[data-ids]")?.dataset.ids || "").split(",").filter(Boolean);

  function locate() {
    return new Promise((tell) => {
      const middle = () => {
        said.textContent = told.wordsRefused;
        tell(kept(sheet.getCenter()));
      };
      if (!navigator.geolocation) middle();
      else
        navigator.geolocation.getCurrentPosition(
          ({ coords }) => tell(gcoord.transform([coords.longitude, coords.latitude], gcoord.WGS84, gcoord.GCJ02)),
          middle,
          { enableHighAccuracy: true, timeout: 10000, maximumAge: 60000 },
        );
    });
  }

  async function near() {
    here = await locate();
    me.clearLayers();
    L.marker(shown(here), { icon: L.divIcon({ className: "pin-me", iconSize: [18, 18] }), title: told.wordsMe, alt: told.wordsMe }).addTo(me);
    const answer = await fetch(`${told.nearUrl}${told.nearUrl.endsWith("?") ? "" : "&"}at=${here.map((number) => number.toFixed(6))}`);
    if (answer.ok) nearby.innerHTML = await answer.text();
    sheet.fitBounds([shown(here), ...stopsOf(nearby)], { padding: [40, 40], maxZoom: 15 });
    if (ids().length) lead(`ids=${ids()}`);
  }

  page.addEventListener("click", async (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.dataset.stop) {
      sheet.closePopup();
      lead(`ids=${[...new Set([...ids(), button.dataset.stop])]}`);
    } else if (button.dataset.leave) lead(`ids=${ids().filter((id) => id !== button.dataset.leave)}`);
    else if ("clear" in button.dataset) lead("ids=");
    else if ("near" in button.dataset) near();
    else if ("today" in button.dataset) {
      const stops = await lead("today=1");
      if (stops?.length) sheet.fitBounds(stops, { padding: [40, 40], maxZoom: 14 });
    }
  });
  page.addEventListener("change", (event) => {
    if ("submit" in event.target.dataset) event.target.form.requestSubmit();
  });
  let wait;
  sheet.on("moveend", () => {
    clearTimeout(wait);
    wait = setTimeout(draw, 120);
  });
  draw();
  const before = store.get(KEPT);
  if (new URLSearchParams(location.search).get("route") === "today") page.querySelector("[data-today]").click();
  else if (before?.length) lead(`ids=${before}`);
}
