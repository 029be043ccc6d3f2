/* Sends a file as soon as it is chosen, piece by piece, and goes on after a cut. Without it the native input does the work. */
(() => {
  "use strict";
  const form = document.querySelector("form[data-uploads]");
  const block = document.getElementById("upload-words");
  if (!form || !block) return;
  const words = JSON.parse(block.textContent);
  const PIECE = 512 * 1024;
  const WAITS = [1, 2, 4, 8, 15, 30, 30, 30, 60, 60]; // seconds before each new try
  const POLLS = 40;
  const places = new Map(); // by the name of an input: its live region, what is leaving and what waits
  let held = null; // the button pressed while files were leaving

  const fill = (text, name, percent = "") => text.replace("{name}", () => name).replace("{percent}", () => percent);
  const sleep = seconds => new Promise(done => {
    const end = () => { clearTimeout(timer); window.removeEventListener("online", end); done(); };
    const timer = setTimeout(end, seconds * 1000);
    window.addEventListener("online", end);
  });
  const inputOf = path => form.querySelector(`input[type="file"][name="${path}"]`);
  const busy = () => [...places.values()].some(place => place.sending || place.queue.length);
  function identifier() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
    return bytes.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
  }

  /* ---- The network: one request, whose failure is told from a refusal ------------------------------------------------ */
  class Lost extends Error {}
  function ask(path, fields, { progress, started } = {}) {
    return new Promise((done, failed) => {
      const request = new XMLHttpRequest();
      request.open(fields ? "POST" : "GET", form.dataset.uploads + path + "/");
      request.timeout = 120000;
      request.responseType = "json";
      request.onload = () => {
        if (request.status >= 500) failed(new Lost());
        else done({ status: request.status, data: request.response || {} });
      };
      request.onerror = request.ontimeout = () => failed(new Lost());
      request.onabort = () => done({ status: 0, data: {} });
      if (progress) request.upload.onprogress = event => progress(event.loaded);
      if (started) started(request);
      if (!fields) { request.send(); return; }
      const body = new FormData();
      body.append("csrfmiddlewaretoken", form.querySelector("[name=csrfmiddlewaretoken]").value);
      for (const [name, value] of Object.entries(fields)) body.append(name, value);
      request.send(body);
    });
  }

  /* ---- The page ------------------------------------------------------------------------------------------------------ */
  function say(place, text) {
    if (place.status.textContent !== text) place.status.textContent = text;
  }
  function draw(place, html) {
    const field = inputOf(place.path).closest("fieldset");
    const inside = field.contains(document.activeElement);
    field.outerHTML = html;
    if (inside) inputOf(place.path).focus();
  }
  function wrong(place) {
    const found = inputOf(place.path).closest("fieldset").querySelector(".error");
    return found ? found.textContent : "";
  }
  function prepare(input) {
    const box = document.createElement("div");
    box.className = "uploading";
    const status = document.createElement("p");
    status.setAttribute("role", "status");
    box.append(status);
    input.closest("fieldset").after(box);
    places.set(input.name, { path: input.name, box, status, queue: [], sending: null });
  }
  function meter(place, file) {
    const bar = document.createElement("progress");
    bar.max = 100;
    bar.value = 0;
    bar.id = `up-${place.path}`;
    const label = document.createElement("label");
    label.htmlFor = bar.id;
    label.className = "sr";
    label.textContent = `${words.progress} – ${file.name}`;
    const stop = document.createElement("button");
    stop.type = "button";
    stop.className = "btn btn--quiet";
    stop.textContent = words.cancel;
    const more = document.createElement("span");
    more.className = "sr";
    more.textContent = ` ${file.name}`;
    stop.append(more);
    place.box.append(label, bar, stop);
    return {
      stop,
      move(sent) {
        bar.value = file.size ? Math.round(100 * Math.min(sent, file.size) / file.size) : 100;
        // Heard four times, not a hundred.
        say(place, fill(words.sending, file.name, String(Math.floor(bar.value / 25) * 25)));
      },
      end() {
        const focused = document.activeElement === stop;
        label.remove();
        bar.remove();
        stop.remove();
        if (focused) inputOf(place.path).focus();
      },
    };
  }

  /* ---- One file: pieces in order, each tried again until it is there ------------------------------------------------- */
  async function send(place, file) {
    const job = { upload: identifier(), cancelled: false, request: null };
    place.sending = job;
    const gauge = meter(place, file);
    gauge.stop.addEventListener("click", () => { job.cancelled = true; if (job.request) job.request.abort(); });
    gauge.move(0);
    try {
      const answer = await pieces(place, file, job, gauge);
      gauge.end();
      if (job.cancelled) {
        await ask(place.path, { upload: job.upload, cancel: "1" }).catch(() => null);
        say(place, fill(words.cancelled, file.name));
        return;
      }
      if (answer.data.location) { window.location.assign(answer.data.location); return; }
      if (answer.data.html) draw(place, answer.data.html);
      if (answer.data.done) {
        say(place, fill(answer.data.pending ? words.checking : words.joined, file.name));
        if (answer.data.pending) watch(place, file.name);
      } else {
        held = null;
        say(place, answer.data.words ? `${fill(words.refused, file.name)} ${answer.data.words}` : fill(words.failed, file.name));
      }
    } catch (error) {
      gauge.end();
      held = null;
      say(place, fill(words.failed, file.name));
      if (!(error instanceof Lost)) throw error;
    } finally {
      place.sending = null;
    }
  }
  async function pieces(place, file, job, gauge) {
    let offset = 0, tries = 0, astray = 0;
    while (!job.cancelled) {
      const piece = file.slice(offset, offset + PIECE);
      let answer;
      try {
        answer = await ask(
          place.path,
          { upload: job.upload, offset, total: file.size, name: file.name, piece },
          { progress: sent => gauge.move(offset + Math.min(sent, piece.size)), started: request => { job.request = request; } },
        );
        tries = 0;
      } catch (error) {
        if (!(error instanceof Lost) || tries >= WAITS.length) throw error;
        say(place, words.waiting);
        await sleep(WAITS[tries]);
        tries += 1;
        continue;
      }
      if (job.cancelled) break;
      const { status, data } = answer;
      const known = Number.isInteger(data.offset);
      if (status === 409 && known) {
        // The server knows better how much has arrived: the answer to an earlier piece was lost.
        astray += 1;
        if (astray > 20) throw new Lost();
      } else if (status !== 200 || !known) return answer;
      offset = data.offset;
      gauge.move(offset);
    }
    return { status: 0, data: {} };
  }
  async function watch(place, name) {
    for (let turn = 0; turn < POLLS; turn += 1) {
      await sleep(Math.min(2 + turn, 15));
      if (place.sending) continue;
      const answer = await ask(place.path).catch(() => null);
      if (!answer || answer.status !== 200 || !answer.data.html) continue;
      if (answer.data.pending) continue;
      draw(place, answer.data.html);
      say(place, wrong(place) || fill(words.joined, name));
      return;
    }
  }
  async function run(place) {
    while (!place.sending && place.queue.length) await send(place, place.queue.shift());
    if (held && !busy()) {
      const button = held;
      held = null;
      form.requestSubmit(button);
    }
  }

  /* ---- What the person does ------------------------------------------------------------------------------------------ */
  form.querySelectorAll('input[type="file"][name]').forEach(prepare);
  form.addEventListener("change", event => {
    const input = event.target;
    const place = input.type === "file" && places.get(input.name);
    if (!place || !input.files.length) return;
    place.queue.push(...input.files);
    input.value = "";
    run(place);
  });
  form.addEventListener("click", async event => {
    const button = event.target.closest('button[name="remove"]');
    const input = button && button.closest("fieldset").querySelector('input[type="file"]');
    const place = input && places.get(input.name);
    if (!place) return;
    event.preventDefault();
    const answer = await ask(place.path, { remove: button.value }).catch(() => null);
    if (!answer || !answer.data.html) {
      // The plain button does it, with the whole page.
      places.delete(place.path);
      button.click();
      return;
    }
    draw(place, answer.data.html);
    inputOf(place.path).focus();
    say(place, words.removed);
  });
  form.addEventListener("submit", event => {
    if (!busy()) return;
    event.preventDefault();
    held = event.submitter;
    for (const place of places.values()) if (place.sending) say(place, words.hold);
  });
  window.addEventListener("beforeunload", event => { if (busy()) event.preventDefault(); });
})();
