/* Makes the search control of long lists quicker: an ARIA 1.2 combobox that asks the server. Without it, the page works the same, one sending later. */
(function () {
  "use strict";
  const PAUSE = 200;

  function start(box, number) {
    const input = box.querySelector("input:not([type=radio]):not([type=hidden])");
    const form = input.form;
    const name = input.name.replace(/-text$/, "");
    const many = box.dataset.many;
    const list = document.createElement("ul");
    const live = document.createElement("p");
    let hidden = null, timer = 0, asked = 0, results = [], active = -1;

    list.id = input.id + "-list-" + number;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.dataset.list);
    list.hidden = true;
    live.className = "sr";
    live.setAttribute("aria-live", "polite");
    input.after(list, live);
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-expanded", "false");
    input.setAttribute("aria-controls", list.id);

    const kept = many ? null : box.querySelector(".offers input:checked");
    if (kept && !kept.value.startsWith("!")) {
      keep(kept.value);
      forgetOffers();
    }

    function keep(value) {
      if (!hidden) {
        hidden = document.createElement("input");
        hidden.type = "hidden";
        hidden.name = name;
        box.append(hidden);
      }
      hidden.value = value;
    }

    function forget() {
      if (hidden) hidden.remove();
      hidden = null;
    }

    function forgetOffers() {
      const offers = box.querySelector(".offers");
      if (offers) offers.remove();
    }

    function close() {
      list.hidden = true;
      active = -1;
      input.setAttribute("aria-expanded", "false");
      input.removeAttribute("aria-activedescendant");
    }

    function show(found) {
      results = found;
      active = -1;
      input.removeAttribute("aria-activedescendant");
      list.replaceChildren(...found.map(function (entry, place) {
        const option = document.createElement("li");
        option.id = list.id + "-" + place;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        option.append(entry.label);
        if (entry.hint) {
          const hint = document.createElement("span");
          hint.className = "hint";
          hint.textContent = entry.hint;
          option.append(" ", hint);
        }
        // The pointer must not take the focus away before the click is done.
        option.addEventListener("pointerdown", function (event) { if (event.pointerType === "mouse") event.preventDefault(); });
        option.addEventListener("click", function () { choose(place); });
        return option;
      }));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(found.length > 0));
      const words = box.dataset;
      // An input that only takes help is not told that there is none.
      live.textContent = words.fills ? (found.length ? words.list : "") : !found.length ? words.none : found.length === 1 ? words.one : words.several.replace("{count}", found.length);
    }

    function move(step) {
      if (list.hidden) return ask();
      const options = list.children;
      if (active >= 0) options[active].setAttribute("aria-selected", "false");
      active = (active + step + (active < 0 && step < 0 ? 1 : 0) + options.length) % options.length;
      options[active].setAttribute("aria-selected", "true");
      options[active].scrollIntoView({ block: "nearest" });
      input.setAttribute("aria-activedescendant", options[active].id);
    }

    function choose(place) {
      const entry = results[place];
      forgetOffers();
      close();
      window.clearTimeout(timer);
      asked += 1;
      if (entry.parts) return fill(entry);
      if (many) return add(entry);
      input.value = entry.label;
      keep(entry.value);
      live.textContent = entry.label;
      input.focus();
      form.dispatchEvent(new CustomEvent("combobox:chosen", { detail: { name: name, value: entry.value } }));
    }

    function fill(entry) {
      Object.keys(entry.parts).forEach(function (part) {
        const other = form.elements[box.dataset.fills + "-" + part];
        if (other) other.value = entry.parts[part];
      });
      live.textContent = entry.label;
      input.focus();
    }

    function add(entry) {
      let kept = box.previousElementSibling;
      if (!kept || !kept.classList.contains("kept")) {
        kept = document.createElement("div");
        kept.className = "kept";
        box.before(kept);
      }
      const known = Array.from(kept.querySelectorAll("input")).find(function (one) { return one.value === entry.value; });
      if (known) known.checked = true;
      else {
        const row = document.createElement("div"), tick = document.createElement("input"), label = document.createElement("label");
        row.className = "choice";
        tick.type = "checkbox";
        tick.name = many;
        tick.value = entry.value;
        tick.checked = true;
        tick.id = label.htmlFor = input.id + "-a" + kept.children.length;
        label.textContent = entry.label;
        row.append(tick, label);
        kept.append(row);
      }
      input.value = "";
      input.required = false;
      live.textContent = entry.label;
      input.focus();
    }

    function parentValue() {
      const parent = box.dataset.parent;
      const control = parent && form.elements[parent];
      return control ? control.value || "" : "";
    }

    function ask() {
      const text = input.value.trim(), mine = ++asked;
      if (!text) { live.textContent = ""; return close(); }
      const query = new URLSearchParams({ q: text });
      if (parentValue()) query.set("parent", parentValue());
      fetch(box.dataset.combobox + "?" + query, { headers: { Accept: "application/json" }, credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.json() : { results: [] }; })
        .then(function (answer) {
          // An answer to what is no longer typed, or for a person who went on, changes nothing.
          if (mine === asked && document.activeElement === input) show(answer.results);
        })
        .catch(function () { if (mine === asked) close(); });
    }

    input.addEventListener("input", function () {
      forget();
      forgetOffers();
      window.clearTimeout(timer);
      timer = window.setTimeout(ask, PAUSE);
    });
    input.addEventListener("keydown", function (event) {
      if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        event.preventDefault();
        move(event.key === "ArrowDown" ? 1 : -1);
      } else if (event.key === "Enter" && !list.hidden && active >= 0) {
        event.preventDefault();
        choose(active);
      } else if (event.key === "Escape" && !list.hidden) {
        event.preventDefault();
        close();
      } else if (event.key === "Tab") close();
    });
    input.addEventListener("blur", function () { window.setTimeout(function () { if (document.activeElement !== input) close(); }, 150); });
  }

  document.querySelectorAll("[data-combobox]").forEach(start);
})();
