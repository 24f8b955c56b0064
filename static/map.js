// The public map of activities, which repeats the list: search.js loads it when "Show map" is pressed.
// <div class="map" id="map" data-module="…/map.js" data-js="…/leaflet.js" data-css="…/leaflet.css" data-hits="/activities/map.json"
//   data-land="/activities/map/land.json" data-tiles=""></div><p id="map-said"></p>
// data-hits answers the page's own query with all that is found: {hits: [{n, at, name, url, when, where, more}], said, here}.
// data-land is GeoJSON (directory/geography/base_map.py); data-tiles the address of a tile server, instead of it.

const CLOSE = 38; // pixels between pins that are drawn as one
const PULLED = 24; // pixels that a finger pulls the sheet before it goes up or down
const phone = matchMedia("(max-width: 48em)");
const LAND = { land: "#eceedd", water: "#d7e6f0", shore: "#1f5a8a", built: ["", "#e9e0c6", "#decda6", "#d6c49c"] };
let drawn = null; // the map, its pins, and the box it is in

function load(kind, attributes) {
  return new Promise((resolve, reject) => {
    document.head.append(Object.assign(document.createElement(kind), attributes, { onload: resolve, onerror: reject }));
  });
}

async function fetchJson(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(answer.status);
  return answer.json();
}

function element(kind, text, className = "") {
  return Object.assign(document.createElement(kind), { textContent: text, className });
}

// --- Beneath the pins: coast, built-up land, names ----------------------------------------------------

function drawLand(map, layer) {
  const flat = { renderer: L.canvas({ padding: 0.5 }), interactive: false };
  const turned = (ring) => ring.map(([lon, lat]) => [lat, lon]);
  const add = (shape) => shape.addTo(map);
  add(L.rectangle(drawn.extent, { ...flat, stroke: false, fillColor: LAND.water, fillOpacity: 1 }));
  for (const { properties: is, geometry } of layer.features) {
    if (is.kind === "name") drawn.names.push(drawName(map, is, turned([geometry.coordinates])[0]));
    else if (is.kind === "built") {
      const look = { ...flat, radius: is.metres * (0.28 + 0.05 * is.density), stroke: false, fillColor: LAND.built[is.density], fillOpacity: 1 };
      turned(geometry.coordinates).forEach((at) => add(L.circle(at, look)));
    } else {
      const ring = geometry.coordinates[0];
      add(L.polygon(turned(ring), { ...flat, stroke: false, fillColor: LAND[is.kind], fillOpacity: 1, smoothFactor: 0.5 }));
      add(L.polyline(shoreLines(ring, layer.bbox).map(turned), { ...flat, color: LAND.shore, weight: 1.5, smoothFactor: 0.5 }));
    }
  }
}

// The ring without what runs along the edge of the map, where it was only cut.
function shoreLines(ring, [west, south, east, north]) {
  const cut = (a, b) => [[0, west], [0, east], [1, south], [1, north]].some(([axis, edge]) => Math.abs(a[axis] - edge) < 1e-4 && Math.abs(b[axis] - edge) < 1e-4);
  const lines = [[]];
  ring.forEach((at, nth) => {
    if (nth && cut(ring[nth - 1], at)) lines.push([]);
    lines.at(-1).push(at);
  });
  return lines;
}

function drawName(map, { name, given, sea }, at) {
  const icon = L.divIcon({ className: given ? "name name--small" : "name", html: element("span", name), iconSize: [0, 0] });
  return { sea, given, marker: L.marker(at, { icon, pane: "names", interactive: false, keyboard: false }).addTo(map) };
}

// Each name where no pin, no button and no other name is, and whole: on the sea, else at its place, below or above. The
// larger towns come first; what finds no room waits until the map is nearer.
function placeNames() {
  const { map, names, pins } = drawn;
  const seen = L.bounds(map.containerPointToLayerPoint([0, 0]), map.containerPointToLayerPoint(map.getSize()));
  const taken = pins.getLayers().map((pin) => {
    const { x, y } = map.latLngToLayerPoint(pin.getLatLng());
    return { x, y: y - (pin.options.icon.options.iconAnchor?.[1] ?? 20) + 20, wide: 20, tall: 22 };
  });
  taken.push(...measureControls(map));
  for (const { sea, given, marker } of names) {
    const span = marker.getElement().firstChild;
    span.hidden = false;
    const middle = map.latLngToLayerPoint(marker.getLatLng());
    const [wide, tall] = [span.offsetWidth / 2 + 4, span.offsetHeight / 2];
    const ways = [...(sea ? [34, 48, 64].map((by) => [sea[0] * (sea[1] ? by / 2 : by / 2 + wide), sea[1] * by]) : []), [0, 0], [0, 36], [0, -36], [wide + 22, 0], [-wide - 22, 0]];
    const free = ([right, down]) => !taken.some((one) => Math.abs(one.x - middle.x - right) < one.wide + wide && Math.abs(one.y - middle.y - down) < one.tall + tall);
    const inside = ([right, down]) => [Math.min(Math.max(right, seen.min.x + wide - middle.x), seen.max.x - wide - middle.x), down];
    const whole = ([, down]) => middle.y + down - tall > seen.min.y && middle.y + down + tall < seen.max.y;
    const way = seen.contains(middle) && ways.map(inside).find((by) => whole(by) && free(by));
    span.hidden = !way;
    if (!way) continue;
    marker.setIcon(Object.assign(marker.options.icon, { options: { ...marker.options.icon.options, iconAnchor: [-way[0], -way[1]] } }));
    taken.push({ x: middle.x + way[0], y: middle.y + way[1], wide, tall });
  }
}

// What lies over the map: zoom, scale, sheet, and the button to what is beyond.
function measureControls(map) {
  const frame = map.getContainer().getBoundingClientRect();
  return [...map.getContainer().querySelectorAll(".leaflet-control, .sheet, .map__beyond:not([hidden])")].map((control) => {
    const { left, top, width, height } = control.getBoundingClientRect();
    const at = map.containerPointToLayerPoint([left - frame.left + width / 2, top - frame.top + height / 2]);
    return { x: at.x, y: at.y, wide: width / 2, tall: height / 2 };
  });
}

// --- The pins: what stands close together is one, with how many ---------------------------------------

function groupHits(map, hits) {
  const groups = [];
  for (const hit of hits) {
    const { x, y } = map.project(hit.at);
    const near = groups.find((group) => Math.abs(group.x - x) < CLOSE && Math.abs(group.y - y) < CLOSE);
    if (near) near.hits.push(hit);
    else groups.push({ x, y, hits: [hit] });
  }
  return groups;
}

function drawPins() {
  const { map, pins, hits } = drawn;
  pins.clearLayers();
  for (const group of groupHits(map, hits)) pins.addLayer(group.hits.length > 1 ? drawSeveral(map, group.hits) : drawOne(group.hits[0]));
}

function lookAround() {
  countOutside();
  placeNames();
}

const mark = (hits) => (phone.matches && hits.includes(drawn.sheet.shown) ? " pin--shown" : "");

function drawOne(hit) {
  const icon = L.divIcon({ className: `pin${mark([hit])}`, html: element("span", hit.n), iconSize: [32, 40], iconAnchor: [16, 40], popupAnchor: [0, -36] });
  const marker = L.marker(hit.at, { icon, title: hit.name, alt: `${hit.n}: ${hit.name}` });
  return phone.matches ? marker.on("click", () => drawn.sheet.show(hit)) : marker.bindPopup(() => describe(hit));
}

function drawSeveral(map, hits) {
  const icon = L.divIcon({ className: `pin pin--several${mark(hits)}`, html: element("span", hits.length), iconSize: [40, 40], popupAnchor: [0, -18] });
  const around = L.latLngBounds(hits.map(({ at }) => at));
  const names = hits.slice(0, 3).map(({ name }) => name).join(", ");
  const marker = L.marker(around.getCenter(), { icon, title: `${hits.length} close together: ${names}${hits.length > 3 ? " …" : ""}`, alt: `${hits.length} activities close together: ${names}`, riseOnHover: true });
  const apart = () => map.getZoom() < map.getMaxZoom() && map.project(around.getNorthWest()).distanceTo(map.project(around.getSouthEast())) > 1;
  marker.on("click", () => {
    if (apart()) map.fitBounds(around.pad(0.3), { maxZoom: map.getZoom() + 3 });
    else if (phone.matches) drawn.sheet.list(hits);
    else marker.unbindPopup().bindPopup(() => listAll(hits), { maxHeight: 260 }).openPopup();
  });
  return marker;
}

function describe(hit) {
  const box = document.createElement("div");
  const link = Object.assign(element("a", hit.name, "map__title"), { href: hit.url });
  box.append(link, element("strong", hit.when), element("span", hit.where), element("span", hit.more, "small"));
  return box;
}

function listAll(hits) {
  const list = element("ol", "", "map__list");
  for (const hit of hits) list.appendChild(Object.assign(document.createElement("li"), { value: hit.n })).append(describe(hit));
  return list;
}

// --- On a phone, a sheet over the foot of the map: what a pin stands for; pressed or pulled up, the list of all -----

function addSheet(box) {
  const [sheet, one, all] = ["sheet", "sheet__one", "sheet__all"].map((name) => element("div", "", name));
  const handle = Object.assign(element("button", "", "sheet__handle"), { type: "button" });
  const next = Object.assign(element("button", "Next on the map", "linklike"), { type: "button" });
  one.setAttribute("aria-live", "polite");
  sheet.append(handle, one, all);
  L.DomEvent.disableClickPropagation(sheet).disableScrollPropagation(sheet);
  box.append(sheet);
  const put = (up, hits = drawn.hits) => {
    [one.hidden, all.hidden] = [up, !up];
    sheet.classList.toggle("sheet--up", up);
    handle.setAttribute("aria-expanded", up);
    handle.textContent = up ? "Back to the map" : `List of ${hits.length === 1 ? "1 activity" : `${hits.length} activities`}`;
    all.replaceChildren(...(up ? [listAll(hits)] : []));
  };
  const show = (hit) => {
    state.shown = hit;
    sheet.hidden = !hit;
    put(false);
    const see = Object.assign(element("a", "See it", "govuk-button"), { href: hit?.url });
    const deeds = element("div", "", "sheet__deeds");
    deeds.append(see, ...(drawn.hits.length > 1 ? [next] : []));
    one.replaceChildren(...(hit ? [describe(hit), deeds] : []));
    drawPins();
    if (!hit) return [0, 0];
    return sheet.offsetWidth < box.offsetWidth * 0.7 ? [sheet.offsetWidth, 0] : [0, sheet.offsetHeight];
  };
  const state = { shown: null, show, list: (hits) => put(true, hits) };
  next.addEventListener("click", () => {
    show(drawn.hits[(drawn.hits.indexOf(state.shown) + 1) % drawn.hits.length]);
    next.focus();
    drawn.map.panInside(state.shown.at, { paddingTopLeft: [60, 60], paddingBottomRight: [40, sheet.offsetHeight + 30] });
    lookAround();
  });
  let from = 0, pulled = 0;
  handle.addEventListener("pointerdown", (event) => { [from, pulled] = [event.clientY, 0]; handle.setPointerCapture(event.pointerId); });
  handle.addEventListener("pointerup", (event) => {
    pulled = event.clientY - from;
    if (Math.abs(pulled) > PULLED) put(pulled < 0);
  });
  handle.addEventListener("keydown", () => { pulled = 0; });
  handle.addEventListener("click", () => { if (Math.abs(pulled) <= PULLED) put(all.hidden); });
  sheet.addEventListener("keydown", (event) => { if (event.key === "Escape" && one.hidden) { put(false); handle.focus(); } });
  return state;
}

// --- What the map shows, and what lies beyond it ------------------------------------------------------

function countOutside() {
  const { map, hits, beyond } = drawn;
  const view = map.getBounds();
  const outside = hits.filter(({ at }) => !view.contains(at)).length;
  beyond.hidden = !outside;
  beyond.textContent = outside === 1 ? "1 more beyond this map: show it" : `${outside} more beyond this map: show all`;
}

// The map ends where it is drawn, unless what was found lies beyond, or is wider than that.
function fitHits(points, inside) {
  const { map, extent, sheet, hits } = drawn;
  const bounds = L.latLngBounds(points).pad(0.08);
  const room = sheet.show(phone.matches ? hits[0] : null); // what the sheet covers, from the right and from below
  map.setMaxBounds(null).setMinZoom(5);
  if (bounds.isValid()) map.fitBounds(bounds, { maxZoom: 14, animate: false, paddingBottomRight: room });
  if (inside && extent) map.setMinZoom(Math.min(map.getBoundsZoom(extent, true), map.getZoom())).setMaxBounds(extent);
  lookAround();
}

async function refresh() {
  const { map, box, pins, around } = drawn;
  const asked = location.search;
  const { hits, said, here } = await fetchJson(box.dataset.hits + asked);
  if (asked !== location.search) return; // the search has changed meanwhile: its own answer comes
  drawn.hits = hits;
  document.getElementById("map-said").textContent = said;
  around.clearLayers();
  if (here) {
    L.circle(here, { radius: 1609, color: "#0f6469", weight: 2, dashArray: "5 5", fillOpacity: 0.08, interactive: false }).addTo(around);
    L.circleMarker(here, { radius: 8, color: "#6b2d5c", weight: 4, fillColor: "#fff", fillOpacity: 1, interactive: false }).addTo(around);
  }
  const inside = hits.filter(({ at }) => !drawn.extent || drawn.extent.contains(at));
  fitHits([...(inside.length ? inside : hits).map(({ at }) => at), ...(here ? [here] : [])], Boolean(inside.length));
}

// In miles however near: Leaflet's own goes over to feet.
function addScale(map) {
  const scale = L.control.scale({ metric: false, position: phone.matches ? "topright" : "bottomleft" });
  scale._updateImperial = function (metres) {
    const miles = [50, 20, 10, 5, 2, 1, 0.5, 0.25, 0.1, 0.05].find((size) => size * 1609.344 <= metres) ?? 0.02;
    this._updateScale(this._iScale, ({ 1: "1 mile", 0.5: "½ mile", 0.25: "¼ mile" })[miles] ?? `${miles} miles`, (miles * 1609.344) / metres);
  };
  scale.addTo(map);
}

async function draw(box) {
  if (!window.L) await Promise.all([...box.dataset.css.split(" ").map((href) => load("link", { rel: "stylesheet", href })), load("script", { src: box.dataset.js })]);
  const land = box.dataset.tiles ? null : await fetchJson(box.dataset.land).catch(() => null);
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const map = L.map(box, { scrollWheelZoom: false, attributionControl: Boolean(box.dataset.tiles), fadeAnimation: !calm, zoomAnimation: !calm, maxZoom: box.dataset.tiles ? 19 : 16, minZoom: 5, zoomSnap: box.dataset.tiles ? 1 : 0.25 });
  map.createPane("names").style.zIndex = 450;
  addScale(map);
  const beyond = Object.assign(element("button", "", "map__beyond"), { type: "button", hidden: true });
  box.append(beyond);
  drawn = { box, map, beyond, hits: [], names: [], around: L.layerGroup().addTo(map), pins: L.layerGroup().addTo(map), extent: null };
  drawn.sheet = addSheet(box);
  beyond.addEventListener("click", (event) => { event.stopPropagation(); fitHits(drawn.hits.map(({ at }) => at), false); });
  if (box.dataset.tiles) {
    L.tileLayer(box.dataset.tiles, { maxZoom: 19, attribution: "© OpenStreetMap contributors", referrerPolicy: "strict-origin-when-cross-origin" }).addTo(map);
  }
  map.setView([54, -2], 6).on("zoomend", drawPins).on("moveend", lookAround);
  if (land?.bbox) {
    const [west, south, east, north] = land.bbox;
    drawn.extent = L.latLngBounds([south, west], [north, east]);
    drawLand(map, land);
  }
  await refresh();
  phone.addEventListener("change", refresh);
}

export async function show(box) {
  if (drawn) {
    drawn.map.invalidateSize();
    await refresh();
  } else await draw(box);
}

// The list was filtered: the pins follow it.
document.body.addEventListener("htmx:pushedIntoHistory", () => { if (drawn?.box.offsetParent) refresh(); });
document.body.addEventListener("htmx:replacedInHistory", () => { if (drawn?.box.offsetParent) refresh(); });

// On paper the picture is the one on the screen, made smaller if the page is narrower.
addEventListener("beforeprint", () => {
  if (!drawn) return;
  const { offsetWidth, offsetHeight } = drawn.box;
  Object.assign(drawn.box.style, { width: `${offsetWidth}px`, height: `${offsetHeight}px`, zoom: Math.min(1, 600 / offsetWidth) });
});
addEventListener("afterprint", () => { if (drawn) Object.assign(drawn.box.style, { width: "", height: "", zoom: "" }); });
