/* Offers the person's own position where a question takes coordinates. Nothing is read before the button is pressed. */
(function () {
  "use strict";
  if (!navigator.geolocation) return;
  document.querySelectorAll("[data-position]").forEach(function (part) {
    const field = part.querySelector("input, textarea"), button = document.createElement("button"), live = document.createElement("p");
    button.type = "button";
    button.className = "btn btn--second";
    button.textContent = part.dataset.position;
    live.setAttribute("aria-live", "polite");
    button.addEventListener("click", function () {
      live.textContent = "";
      navigator.geolocation.getCurrentPosition(function (found) {
        const point = found.coords.latitude.toFixed(6) + " " + found.coords.longitude.toFixed(6);
        field.value = field.tagName === "TEXTAREA" && field.value.trim() ? field.value.trimEnd() + "\n" + point : point;
        live.textContent = point;
      }, function () { live.textContent = part.dataset.refused; }, { enableHighAccuracy: true, timeout: 15000 });
    });
    part.append(button, live);
  });
})();
