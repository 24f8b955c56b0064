// On a phone the filters cover the list: "Show 12 activities" closes them and leads to what was found.
addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-close]");
  if (!button) return;
  document.getElementById(button.dataset.close).open = false;
  document.getElementById("results").scrollIntoView();
});
