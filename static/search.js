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
