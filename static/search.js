// On a phone the filters cover the list: "Show 12 activities" closes them and leads to what was found.
addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-close]");
  if (!button) return;
  document.getElementById(button.dataset.close).open = false;
  document.getElementById("results").scrollIntoView();
});

// Addresses to share: what was left empty is not in them.
document.body.addEventListener("htmx:configRequest", (event) => {
  for (const [name, value] of [...event.detail.formData]) if (value === "") event.detail.formData.delete(name);
});

// The map is loaded when it is asked for: <button data-map-show="map">Show map</button>
addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-map-show]");
  if (!button) return;
  const box = document.getElementById(button.dataset.mapShow);
  const shown = document.body.classList.toggle("mapped");
  box.parentElement.hidden = !shown;
  button.textContent = shown ? "Hide the map" : "Show map";
  if (!shown) return;
  try {
    await (await import(box.dataset.module)).show(box);
    box.scrollIntoView({ block: "nearest" });
  } catch {
    document.body.classList.remove("mapped");
    box.parentElement.hidden = true;
    button.textContent = "The map could not be loaded. Try again";
  }
});
