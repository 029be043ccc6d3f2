/* The words to insert become buttons that put themselves where one writes. Without it, they are typed or copied. */
(() => {
  "use strict";
  const list = document.getElementById("chips");
  let field = document.querySelector("#letter textarea");
  if (!list || !field) return;
  document.addEventListener("focusin", event => {
    if (event.target.matches("#letter textarea, #letter input[name^=heading]")) field = event.target;
  });
  for (const code of list.querySelectorAll("code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = code.textContent;
    button.addEventListener("click", () => {
      field.setRangeText(code.textContent, field.selectionStart, field.selectionEnd, "end");
      field.focus();
    });
    code.replaceWith(button);
  }
})();
