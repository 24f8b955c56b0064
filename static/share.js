// Share the page by whatever the phone offers, or copy its address. Without this the address stands there to be copied.
addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-share]");
  if (!button) return;
  const url = document.querySelector(button.dataset.share).textContent.trim();
  const words = button.querySelector("span");
  try {
    if (navigator.share) {
      await navigator.share({ title: button.dataset.title, url });
    } else {
      await navigator.clipboard.writeText(url);
      words.textContent = "Address copied";
      document.getElementById("status").textContent = "Address copied";
    }
  } catch (error) {
    if (error.name === "AbortError") return; // closed without sharing
    getSelection().selectAllChildren(document.querySelector(button.dataset.share));
    words.textContent = "Address selected: copy it";
  }
});
