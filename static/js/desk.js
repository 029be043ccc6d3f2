/* The keyboard of the desk, and the count of what is ticked. Without it, every key here is a link or a button of the page.
   A single key never acts in a field, never decides (it opens the page that asks), and can be turned off (WCAG 2.1.4). */
(() => {
  "use strict";
  const on = document.currentScript.dataset.keys === "on";
  const typing = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";
  const all = selector => [...document.querySelectorAll(selector)];
  let leader = 0;

  function press(key) {
    const found = document.querySelector(`[aria-keyshortcuts="${CSS.escape(key).replace(/\\ /g, " ")}"]`);
    if (!found) return false;
    if (found.matches("a, button")) found.click();
    else found.focus();
    return true;
  }

  function step(by) {
    const rows = all("table.list a.code");
    if (!rows.length) {
      document.querySelector(`main [rel=${by > 0 ? "next" : "prev"}]`)?.click();
      return true;
    }
    const here = document.activeElement.closest("tr")?.querySelector("a.code");
    const place = here ? rows.indexOf(here) + by : by > 0 ? 0 : rows.length - 1;
    rows[Math.max(0, Math.min(rows.length - 1, place))].focus();
    return true;
  }

  function tick() {
    const box = document.activeElement.closest("tr")?.querySelector("[name=d]");
    if (!box) return false;
    box.click();
    return true;
  }

  document.addEventListener("keydown", event => {
    const field = event.target.closest?.(typing);
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && field?.form) {
      event.preventDefault();
      // As its main button would: the words of the browser's own checks are left to the page.
      const button = field.form.querySelector("button.main") ?? field.form.querySelector("button[type=submit]");
      return field.form.requestSubmit(button);
    }
    if (!on || field || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const key = event.key, second = leader && event.timeStamp - leader < 1500;
    leader = 0;
    if (key === "g" && !second) {
      leader = event.timeStamp;
      return;
    }
    const done = second ? press(`g ${key}`) : key === "j" ? step(1) : key === "k" ? step(-1) : key === "x" ? tick() : press(key);
    if (done) event.preventDefault();
  });

  const said = document.querySelector("[data-count]"), form = document.getElementById("lot");
  if (said && form) {
    const tell = () => {
      const count = form.querySelectorAll("[name=d]:checked").length;
      said.textContent = count > 1 ? said.dataset.many.replace("2", count) : count ? said.dataset.one : "";
    };
    form.addEventListener("change", tell);
    // What the browser ticked again when she came back.
    tell();
  }
})();
