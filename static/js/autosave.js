/* Saves the page while it is typed: quietly, a moment after the last key, and again when the network comes back.
   Without it, each button of the page saves just as well. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-autosave]"), said = document.getElementById("saved");
  if (!form || !said) return;
  // The form's own address is the page's: form.action names its buttons.
  const address = location.pathname, PAUSE = 2500, LONGEST = 60000;
  let timer = 0, wait = PAUSE, sending = false, dirty = false, leaving = false, told = "";

  const body = () => {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    data.set("action", "autosave");
    return new URLSearchParams(data);
  };
  const say = (text, wrong) => {
    const box = said.closest(".banner");
    box.hidden = false;
    box.classList.toggle("ok", !wrong);
    box.classList.toggle("warn", wrong);
    // The same words are not announced twice.
    if (told !== text) said.textContent = told = text;
  };
  const later = pause => { clearTimeout(timer); timer = setTimeout(save, pause); };

  async function save() {
    if (!dirty || sending || leaving) return;
    sending = true;
    dirty = false;
    try {
      // A page that is being left asks to be waited for, which browsers grant to 64 kB only.
      const keepalive = document.visibilityState === "hidden";
      const answer = await fetch(address, { method: "POST", body: body(), keepalive, headers: { Accept: "application/json" } });
      if (answer.status === 409) return location.assign((await answer.json()).conflict);
      if (answer.status === 401 || answer.status === 403) return say(said.dataset.ended, true);
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      const found = await answer.json();
      form.elements.namedItem("revision").value = found.revision;
      wait = PAUSE;
      say(found.said, false);
    } catch {
      dirty = true;
      wait = Math.min(wait * 2, LONGEST);
      say(said.dataset.failed, true);
      later(wait);
    } finally {
      sending = false;
      if (dirty && wait === PAUSE) later(PAUSE);
    }
  }
  form.addEventListener("input", event => { if (event.target.type !== "file") { dirty = true; later(wait); } });
  form.addEventListener("submit", () => { leaving = true; clearTimeout(timer); });
  addEventListener("online", () => { wait = PAUSE; later(0); });
  addEventListener("pageshow", () => { leaving = false; });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") save(); });
})();
