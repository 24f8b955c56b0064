// What the pages do beyond HTML and htmx. Nothing here is needed to finish a journey.

const body = document.body;
document.documentElement.classList.add("js");

// --- Design System components, only on pages that have one -------------------------------------------
const components = "[data-module^=govuk-]";

async function startComponents(scope) {
  if (!scope.querySelector(components) && !scope.matches?.(components)) return;
  body.classList.add("js-enabled", "govuk-frontend-supported");
  const govuk = await import(body.dataset.govuk);
  govuk.initAll({ scope });
}
startComponents(document.documentElement);

// --- Announcements: one live region outside everything that htmx swaps -------------------------------
const status = document.getElementById("status");

function announce(words) {
  status.textContent = "";
  setTimeout(() => { status.textContent = words; }, 100); // a screen reader hears a change, not a repetition
}

// --- Lost connection: say so, keep what is typed -----------------------------------------------------
const connection = document.getElementById("connection");

function connectionLost() {
  connection.textContent = "You are not connected. What you have typed is still here: try again when you have a signal.";
}
addEventListener("offline", connectionLost);
addEventListener("online", () => { connection.textContent = ""; });

body.addEventListener("htmx:sendError", connectionLost);
body.addEventListener("htmx:timeout", connectionLost);
body.addEventListener("htmx:responseError", (event) => {
  const code = event.detail.xhr.status;
  const number = (event.detail.xhr.getResponseHeader("X-Request-ID") || "").replace(/-/g, "").replace(/.{4}(?=.)/g, "$& ");
  connection.textContent = code === 401
    ? "You have been signed out. What you have typed is kept: sign in, and it comes back."
    : code === 403
      ? "This was not sent. Copy what you have typed, then load the page again."
      : `Something went wrong and nothing was changed. Try again in a minute. If you ring us about this, give us this reference: ${number}`;
});
body.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) connection.textContent = "";
});

// --- After htmx has put something in: components, focus, announcement --------------------------------
body.addEventListener("htmx:afterSettle", (event) => {
  const part = event.detail.elt;
  startComponents(part);
  const news = part.matches("[data-announce]") ? part : part.querySelector("[data-announce]");
  if (news) announce(news.dataset.announce);
  part.querySelector("[data-focus]")?.focus();
});

// --- A form is sent once; after ten seconds, or a step back, it may be sent again ---------------------
const sent = new WeakMap();

addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post" || event.defaultPrevented) return;
  if (!navigator.onLine) { // the browser would leave the page, and what was typed with it
    event.preventDefault();
    connectionLost();
    return;
  }
  if (Date.now() - (sent.get(form) ?? 0) < 10_000) {
    event.preventDefault();
    return;
  }
  sent.set(form, Date.now());
  event.submitter?.setAttribute("aria-disabled", "true");
  setTimeout(() => release(form), 10_000);
});

function release(form) {
  sent.delete(form);
  form.querySelectorAll("[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
}
addEventListener("pageshow", () => document.querySelectorAll("form").forEach(release));
body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt.closest?.("form");
  if (form) release(form);
});

// --- Back, and sent again: the same key as before, so that the server gives the first answer again ---
// A page that one goes back to is drawn anew, with a new key. The browser's entry of the page remembers the key that was
// sent, and a number made of what was in the form: whoever typed something else since sends something new.
const keyed = (path) => [...document.forms].filter((form) => form.elements.key?.type === "hidden" && pathOf(form) === path);
const pathOf = (form) => new URL(form.getAttribute("hx-post") ?? form.getAttribute("action") ?? "", location).pathname;
const untouched = new WeakMap();

function contentOf(form) {
  let sum = 0;
  for (const { name, type, value, checked } of form.elements) {
    if (!name || ["hidden", "submit", "button"].includes(type)) continue;
    for (const letter of `${name}=${/checkbox|radio/.test(type) ? checked && value : value};`) sum = (Math.imul(sum, 31) + letter.codePointAt(0)) | 0;
  }
  return sum;
}
for (const path of Object.keys(history.state?.sent ?? {})) keyed(path).forEach((form) => untouched.set(form, contentOf(form)));

addEventListener("submit", ({ target: form }) => {
  const path = pathOf(form);
  const key = form.elements.key;
  if (form.getAttribute("method") !== "post" || keyed(path).length !== 1 || keyed(path)[0] !== form) return;
  const before = history.state?.sent?.[path];
  const content = contentOf(form);
  if (before && [before.content, untouched.get(form)].includes(content)) key.value = before.key;
  history.replaceState({ ...history.state, sent: { ...history.state?.sent, [path]: { key: key.value, content } } }, "");
}, true);

// What was answered in this page itself is no step back: the same once more, as a second call without an answer, is new.
body.addEventListener("htmx:afterRequest", ({ detail: { xhr, requestConfig: { elt } } }) => { // the form, swapped out by now
  const sentFrom = elt.matches("form") && pathOf(elt);
  const next = new URL(xhr.getResponseHeader("HX-Redirect") ?? "", location);
  if (xhr.status < 200 || xhr.status >= 400 || next.pathname !== location.pathname || !history.state?.sent?.[sentFrom]) return;
  history.replaceState({ ...history.state, sent: { ...history.state.sent, [sentFrom]: undefined } }, "");
});

// --- Signed out: what is typed goes to the server, which gives it back to the same person after sign-in ----
// Nothing of it is stored in the browser. The token in the page says whose it is; see agencies/actions/unsent.py.
const typed = new Map(); // form with words that were not sent → its name for the server

addEventListener("input", ({ target: { form } }) => {
  if (body.dataset.keep && form?.getAttribute("method") === "post" && !typed.has(form)) typed.set(form, crypto.randomUUID?.() ?? `${Date.now()}-${Math.random()}`);
});
body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) typed.delete(event.detail.requestConfig.elt); });

async function keepForm([form, name]) {
  const data = new FormData(form);
  for (const [field, value] of [...data]) if (value instanceof File) data.delete(field);
  const action = new URL(form.getAttribute("hx-post") ?? form.getAttribute("action") ?? "", location);
  data.set("unsent_form", name);
  data.set("unsent_page", location.pathname + location.search);
  data.set("unsent_action", action.pathname + action.search);
  const answer = await post(body.dataset.keep, data);
  if (answer.status !== 401 && answer.status !== 403) throw new Error(answer.status);
  return answer.headers.get("HX-Redirect") ?? "/"; // sign-in, and from there back to the form; 403: another's by now
}

async function leave() {
  try {
    const doors = await Promise.all([...typed].filter(([form]) => form.isConnected).map(keepForm));
    location.replace(doors.length === 1 ? doors[0] : location.pathname + location.search); // never sends a form again
  } catch {
    document.getElementById("session-warning").close();
    body.classList.add("signed-out"); // nobody else is to read the page, and what was typed stays in it
    connection.textContent = "You have been signed out, and there is no connection. What you have typed is kept in this page: leave it open, and it comes back when you have a signal.";
    setTimeout(leave, 5000);
  }
}

// --- Drafts: <form data-draft="/accounts/draft/" data-draft-key="note:…"> with a .saved line inside ---
// The server keeps the words two seconds after the last key; nothing of them is stored in the browser.
const waiting = new WeakMap();

addEventListener("input", (event) => {
  const form = event.target.closest?.("form[data-draft]");
  if (!form) return;
  clearTimeout(waiting.get(form));
  waiting.set(form, setTimeout(() => keepDraft(form), 2000));
});

// Once the words are sent, no draft of them may follow; if sending failed, the draft is kept after all.
body.addEventListener("htmx:beforeRequest", (event) => clearTimeout(waiting.get(event.detail.elt)));
body.addEventListener("htmx:afterRequest", (event) => {
  const form = event.detail.elt;
  if (!event.detail.successful && form.dataset?.draft) waiting.set(form, setTimeout(() => keepDraft(form), 2000));
});

async function keepDraft(form) {
  const data = new FormData(form);
  data.set("draft_key", form.dataset.draftKey);
  const line = form.querySelector(".saved");
  try {
    const answer = await post(form.dataset.draft, data);
    if (answer.status === 401 || answer.status === 403) return await sayWhereWordsAre(form, line); // 403: another is signed in
    if (!answer.ok) throw new Error(answer.status);
    if (line) line.textContent = `Draft saved at ${new Date().toLocaleTimeString("en-GB", { hour: "numeric", minute: "2-digit" })}`;
  } catch {
    if (line) line.textContent = "Draft not saved yet. We will try again.";
    waiting.set(form, setTimeout(() => keepDraft(form), 15_000));
  }
}

async function sayWhereWordsAre(form, line) {
  const link = document.createElement("a");
  link.href = await keepForm([form, typed.get(form)]);
  link.textContent = "Sign in and go on";
  link.addEventListener("click", (event) => { event.preventDefault(); leave(); });
  line?.replaceChildren("You have been signed out. What you have typed is kept. ", link);
}

function post(url, data) {
  const headers = { ...JSON.parse(body.getAttribute("hx-headers") ?? "{}"), "HX-Request": "true" }; // 401, no redirect
  return fetch(url, { method: "POST", body: data, headers, credentials: "same-origin", redirect: "error" });
}

// --- Characters left of a limit: <div data-count="200"> around a box, its .count says the limit --------
// A screen reader hears it when one pauses; a line says it from half of the limit on.
const pauses = new WeakMap();

function countCharacters(event) {
  const group = event.target.closest?.("[data-count]");
  const limit = group?.querySelector(".count");
  if (!limit) return;
  const box = event.target;
  const left = group.dataset.count - [...box.value].length; // as the server counts, not in UTF-16
  if (!group.querySelector(".count__left")) {
    limit.insertAdjacentHTML("afterend",
      '<div class="govuk-hint count__left" aria-hidden="true"></div><div class="govuk-visually-hidden" aria-live="polite"></div>');
    limit.classList.add("govuk-visually-hidden");
  }
  const shown = group.querySelector(".count__left");
  const number = Math.abs(left);
  shown.textContent = `You have ${number} character${number === 1 ? "" : "s"} ${left < 0 ? "too many" : "remaining"}`;
  shown.hidden = limit.matches(".count--line") && left > group.dataset.count / 2;
  shown.classList.toggle("govuk-error-message", left < 0);
  shown.classList.toggle("govuk-hint", left >= 0);
  box.classList.toggle(box.matches("textarea") ? "govuk-textarea--error" : "govuk-input--error", left < 0 || box.ariaInvalid === "true");
  clearTimeout(pauses.get(box));
  pauses.set(box, setTimeout(() => { shown.nextElementSibling.textContent = shown.hidden ? "" : shown.textContent; }, 1000));
}
addEventListener("input", countCharacters);
addEventListener("focusin", countCharacters); // a text that came back too long

// --- Copy: <button data-copy="#element"> -------------------------------------------------------------
addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const source = document.querySelector(button.dataset.copy);
  try {
    await navigator.clipboard.writeText(button.matches("[data-copy-link]") ? source.href : source.value ?? source.innerText);
    announce("Copied");
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(source);
    announce("Selected. Copy it with your keyboard.");
  }
});

addEventListener("click", (event) => {
  if (event.target.closest?.("[data-print]")) print();
});

// --- Idle: warn before the session ends, and let it be kept ------------------------------------------
const warning = document.getElementById("session-warning");

if (warning) {
  const idle = warning.dataset.idleMinutes * 60_000;
  const warn = warning.dataset.warnMinutes * 60_000;
  let last = Date.now();
  const seen = () => { last = Date.now(); };
  addEventListener("input", () => { if (Date.now() - last > idle / 3) stay(); }); // typing is not being idle
  body.addEventListener("htmx:afterRequest", (event) => { if (event.detail.successful) seen(); });

  const watch = setInterval(() => {
    const left = idle - (Date.now() - last);
    if (left <= 0) {
      clearInterval(watch); // asked for again each second, a page that takes longer would never come
      leave();
    } else if (left <= warn) {
      const minutes = Math.ceil(left / 60_000);
      const words = left > 60_000 ? `${minutes} minutes` : `${Math.ceil(left / 1000)} seconds`;
      warning.querySelector("[data-time-left]").textContent = words;
      if (!warning.open) warning.showModal();
    }
  }, 1000);

  const stay = async () => {
    try {
      const answer = await post(warning.dataset.extend, new FormData());
      if (!answer.ok) throw new Error(answer.status);
      seen();
      if (warning.open) warning.close();
    } catch {
      if (navigator.onLine) leave();
      else connectionLost();
    }
  };
  warning.querySelector("[data-extend-now]").addEventListener("click", stay);
  warning.addEventListener("cancel", stay);
}
