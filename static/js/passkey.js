/* Makes a passkey, or has one answer: form[data-passkey] is "create" or "get", its options are a JSON block or an address.
   What needs a passkey is hidden until this script says that the browser knows them; the other ways in are always there. */
(() => {
  "use strict";
  // A passkey is tied to a name: an address in figures has none.
  const named = !/^[\d.]+$|:/.test(location.hostname);
  if (!window.PublicKeyCredential || !named) return;

  const bytes = text => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), char => char.charCodeAt(0));
  const text = buffer => buffer && btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const known = list => (list || []).map(one => ({ ...one, id: bytes(one.id) }));

  const options = async form => {
    if (!form.dataset.options) return JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
    const answer = await fetch(form.dataset.options, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    return (await answer.json()).request_options.publicKey;
  };
  const create = async found => navigator.credentials.create({ publicKey: {
    ...found, challenge: bytes(found.challenge), user: { ...found.user, id: bytes(found.user.id) }, excludeCredentials: known(found.excludeCredentials),
  } });
  const get = async found => navigator.credentials.get({ publicKey: {
    ...found, challenge: bytes(found.challenge), allowCredentials: known(found.allowCredentials),
  } });
  // The JSON of the W3C (RegistrationResponseJSON, AuthenticationResponseJSON), which not every browser writes itself.
  const written = key => {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (key.response[name]) response[name] = text(key.response[name]);
    }
    return JSON.stringify({
      id: key.id, rawId: text(key.rawId), type: key.type, response,
      authenticatorAttachment: key.authenticatorAttachment, clientExtensionResults: key.getClientExtensionResults(),
    });
  };

  document.querySelectorAll("form[data-passkey]").forEach(form => {
    const said = form.querySelector("[data-passkey-said]");
    let busy = false;
    form.addEventListener("submit", async event => {
      event.preventDefault();
      if (busy) return;
      busy = true;
      said.textContent = "";
      try {
        const key = await (form.dataset.passkey === "create" ? create : get)(await options(form));
        form.elements.namedItem("credential").value = written(key);
        form.submit();
      } catch (error) {
        said.textContent = said.dataset[error.name === "InvalidStateError" ? "known" : "passkeySaid"];
      } finally {
        busy = false;
      }
    });
  });
  document.querySelectorAll("[data-passkey-with]").forEach(part => { part.hidden = false; });
  document.querySelectorAll("[data-passkey-without]").forEach(part => { part.hidden = true; });
})();
