// The public map of activities: loaded when "Show map" is pressed, and repeats the list beside it.
// <button type="button" data-map-show="map">Show map</button>
// <div class="map" id="map" hidden data-js="…/leaflet.js" data-css="…/leaflet.css" data-tiles="" data-outline=""></div>
// Pins are the elements of the page with data-lat and data-lon: named by their first link, numbered by data-number
// or in their order. data-tiles is the address of a tile server; without one, pins stand on data-outline, a JSON
// list of [lat, lon], or on what they themselves enclose.

const made = new WeakMap();

function load(kind, attributes) {
  return new Promise((resolve, reject) => {
    const element = Object.assign(document.createElement(kind), attributes, { onload: resolve, onerror: reject });
    document.head.append(element);
  });
}

// One pin for each spot, with all that is found there: two activities in one hall are both to be reached.
function spots() {
  const found = new Map();
  document.querySelectorAll("[data-lat][data-lon]").forEach((element, index) => {
    const at = [Number(element.dataset.lat), Number(element.dataset.lon)];
    const spot = found.get(String(at)) ?? { at, numbers: [], links: [] };
    spot.numbers.push(Number(element.dataset.number) || index + 1);
    spot.links.push(element.querySelector("a"));
    found.set(String(at), spot);
  });
  return [...found.values()];
}

function pin(spot) {
  const names = spot.links.map((link) => link?.innerText ?? "");
  const label = spot.numbers.length > 2 ? `${spot.numbers[0]} +${spot.numbers.length - 1}` : spot.numbers.join(", ");
  const icon = L.divIcon({ className: spot.numbers.length > 1 ? "pin pin--several" : "pin", html: label, iconSize: [spot.numbers.length > 1 ? 48 : 28, 28] });
  const marker = L.marker(spot.at, {
    icon, title: names.join(", "), alt: spot.numbers.map((number, nth) => `${number}: ${names[nth]}`).join(", "),
  });
  const list = document.createElement("ul");
  spot.links.forEach((to, nth) => {
    const link = document.createElement("a");
    link.href = to?.href ?? "#";
    link.textContent = names[nth];
    list.appendChild(document.createElement("li")).append(link);
  });
  return marker.bindPopup(list);
}

function draw(map, box) {
  map.eachLayer((layer) => { if (layer instanceof L.FeatureGroup) layer.remove(); });
  const pins = L.featureGroup(spots().map(pin));
  const outline = JSON.parse(box.dataset.outline || "null") ?? (box.dataset.tiles ? [] : around(spots().map(({ at }) => at)));
  const group = L.featureGroup(outline.length ? [L.polygon(outline, { color: "#5a676a", weight: 2, fillColor: "#f7f2e8", fillOpacity: 1, interactive: false }), pins] : [pins]);
  group.addTo(map);
  if (group.getBounds().isValid()) map.fitBounds(group.getBounds().pad(0.1), { maxZoom: 15, animate: false });
}

// What encloses the points, a little larger (convex hull by Andrew's monotone chain).
function around(points) {
  const sorted = [...points].sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const turn = (o, a, b) => (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0]);
  const half = (list) => list.reduce((hull, next) => {
    while (hull.length > 1 && turn(hull.at(-2), hull.at(-1), next) <= 0) hull.pop();
    return [...hull, next];
  }, []);
  const hull = [...half(sorted).slice(0, -1), ...half(sorted.reverse()).slice(0, -1)];
  const middle = [0, 1].map((axis) => points.reduce((sum, at) => sum + at[axis], 0) / points.length);
  return hull.map((at) => at.map((value, axis) => value + (value - middle[axis]) * 0.15 + Math.sign(value - middle[axis]) * 0.002));
}

async function show(box) {
  if (!window.L) {
    await Promise.all([
      load("link", { rel: "stylesheet", href: box.dataset.css }),
      load("script", { src: box.dataset.js }),
    ]);
  }
  box.hidden = false;
  document.body.classList.add("mapped");
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, { scrollWheelZoom: false, attributionControl: Boolean(box.dataset.tiles), fadeAnimation: !calm, zoomAnimation: !calm });
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, {
      maxZoom: 19, attribution: "© OpenStreetMap contributors", referrerPolicy: "strict-origin-when-cross-origin",
    }).addTo(map);
  }
  draw(map, box);
  made.set(box, map);
}

addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-map-show]");
  if (!button) return;
  const box = document.getElementById(button.dataset.mapShow);
  try {
    if (!made.has(box)) await show(box);
    button.hidden = true;
  } catch {
    button.textContent = "The map could not be loaded. Try again";
  }
});

// The list was filtered: the pins follow it.
document.body.addEventListener("htmx:afterSettle", () => {
  document.querySelectorAll(".map").forEach((box) => { if (made.has(box)) draw(made.get(box), box); });
});
