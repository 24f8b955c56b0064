// Share the page by whatever the phone offers, or copy its link. Without this its address is the browser's to copy.
addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-share]");
  if (!button) return;
  const url = document.querySelector(button.dataset.share).href;
  const words = button.querySelector("span");
  try {
    if (navigator.share) {
      await navigator.share({ title: button.dataset.title, url });
    } else {
      await navigator.clipboard.writeText(url);
      words.textContent = "Link copied";
      document.getElementById("status").textContent = "Link copied";
    }
  } catch (error) {
    if (error.name === "AbortError") return; // closed without sharing
    words.textContent = "Copy it from the top of your browser";
  }
});
