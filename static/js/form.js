/* Shows and hides the questions of a page as it is filled, and keeps computed values up to date.
   The same language as procedures/definition/conditions.py and expressions.py; tests compare their verdicts.
   Without this script every question that may apply is shown with its condition in words, and the server decides. */
(() => {
  "use strict";
  const UNKNOWN = Symbol("an answer that only the server can read");
  const NEGATIVE = ["is_not", "not_in", "excludes", "empty"];

  const fold = text => text.toLowerCase().normalize("NFD").replace(/\p{Mn}/gu, "");
  const isNumber = value => typeof value === "number";
  const isMissing = value => value === null || value === undefined || value === "" || (Array.isArray(value) && !value.length);
  const known = value => { if (value === UNKNOWN) throw UNKNOWN; return value; };
  const plain = value => (value === null || !Number.isFinite(value) ? null : value === 0 ? 0 : value);

  function day(text) {
    const found = typeof text === "string" && /^(\d{4})-(\d\d)-(\d\d)(?!\d)/.exec(text);
    if (!found) return null;
    const [year, month, date] = found.slice(1).map(Number);
    return year >= 1 && month >= 1 && month <= 12 && date >= 1 && date <= lengthOf(year, month) ? [year, month, date] : null;
  }
  const lengthOf = (year, month) => [31, year % 4 || (!(year % 100) && year % 400) ? 28 : 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1];
  const iso = ([year, month, date]) => `${String(year).padStart(4, "0")}-${String(month).padStart(2, "0")}-${String(date).padStart(2, "0")}`;
  // Days since the year 1, by the proleptic Gregorian calendar: Date's own years below 100 mean 19xx.
  const ordinal = ([year, month, date]) => { const made = new Date(0); made.setUTCFullYear(year, month - 1, date); return Math.round(made.getTime() / 864e5); };
  const fromOrdinal = days => { const made = new Date(days * 864e5); return [made.getUTCFullYear(), made.getUTCMonth() + 1, made.getUTCDate()]; };

  function shifted(start, by) {
    const found = /^([+-]?)(\d{1,5})([dwmy])$/.exec(by);
    if (!found) return start;
    const count = Number(found[2]) * (found[1] === "-" ? -1 : 1);
    if ("dw".includes(found[3])) {
      const moved = fromOrdinal(ordinal(start) + count * (found[3] === "w" ? 7 : 1));
      return moved[0] >= 1 && moved[0] <= 9999 ? moved : null;
    }
    const months = start[0] * 12 + start[1] - 1 + count * (found[3] === "y" ? 12 : 1);
    const year = Math.floor(months / 12), month = months - year * 12 + 1;
    return year >= 1 && year <= 9999 ? [year, month, Math.min(start[2], lengthOf(year, month))] : null;
  }
  function relative(text, today) {
    const found = /^today(?:([+-]\d{1,4}[dwmy]))?$/.exec(text);
    if (!found) return null;
    return found[1] ? shifted(day(today), found[1]) : day(today);
  }

  function byCodePoint(one, other) {
    const a = Array.from(one), b = Array.from(other);
    for (let i = 0; i < Math.min(a.length, b.length); i++) {
      const gap = a[i].codePointAt(0) - b[i].codePointAt(0);
      if (gap) return gap;
    }
    return a.length - b.length;
  }
  function same(answer, value, today) {
    if (typeof answer === "boolean" || typeof value === "boolean") return answer === value;
    if (isNumber(answer) || isNumber(value)) return answer === value;
    if (typeof value === "string" && value.startsWith("today")) {
      const found = relative(value, today), own = day(answer);
      return Boolean(found && own) && iso(found) === iso(own);
    }
    return typeof answer === typeof value && typeof answer !== "object" && answer === value;
  }
  function order(answer, value, today) {
    if (isNumber(answer) && isNumber(value)) return answer - value;
    if (typeof answer !== "string" || typeof value !== "string") return null;
    const found = value.startsWith("today") ? relative(value, today) : null;
    return byCodePoint(answer, found ? iso(found) : value);
  }
  function holds(op, answer, value, today) {
    if (isMissing(answer)) return NEGATIVE.includes(op);
    const listed = list => Array.isArray(list) && list.some(one => same(one, value, today));
    switch (op) {
      case "answered": return true;
      case "empty": return false;
      case "is": return same(answer, value, today);
      case "is_not": return !same(answer, value, today);
      case "in": return [value].flat().some(one => same(answer, one, today));
      case "not_in": return ![value].flat().some(one => same(answer, one, today));
      case "includes": return listed(answer);
      case "excludes": return !listed(answer);
      case "contains":
      case "starts_with":
        if (typeof answer !== "string" || typeof value !== "string") return false;
        return op === "contains" ? fold(answer).includes(fold(value)) : fold(answer).startsWith(fold(value));
    }
    const gap = order(answer, value, today);
    if (gap === null) return false;
    return { at_least: gap >= 0, at_most: gap <= 0, more_than: gap > 0, less_than: gap < 0 }[op];
  }
  const part = (answer, name) => (answer && typeof answer === "object" && !Array.isArray(answer) ? answer[name] ?? null : null);

  function applies(condition, answers, today) {
    if (!condition) return true;
    if ("all" in condition) return condition.all.every(one => applies(one, answers, today));
    if ("any" in condition) return condition.any.some(one => applies(one, answers, today));
    if ("not" in condition) return !applies(condition.not, answers, today);
    if ("left" in condition) {
      const left = evaluate(condition.left, answers, today);
      const right = condition.right ? evaluate(condition.right, answers, today) : null;
      if (!["answered", "empty"].includes(condition.op) && right === null) return NEGATIVE.includes(condition.op);
      return holds(condition.op, left, right, today);
    }
    const answer = known(answers[condition.field] ?? null);
    return holds(condition.op, condition.part ? part(answer, condition.part) : answer, condition.value, today);
  }

  function rows(group, where, answers, today) {
    const found = known(answers[group] ?? null);
    return (Array.isArray(found) ? found : []).map(row => ({ ...answers, ...row })).filter(scope => applies(where, scope, today));
  }
  function folded(name, values) {
    const numbers = values.filter(isNumber);
    if (!numbers.length) return name === "sum" ? 0 : null;
    if (name === "sum") return plain(numbers.reduce((total, one) => total + one, 0));
    return name === "least" ? Math.min(...numbers) : Math.max(...numbers);
  }
  function rounded(value, places) {
    const scale = 10 ** places, made = Math.floor(Math.abs(value) * scale + 0.5) / scale;
    return value < 0 ? -made : made;
  }
  function asText(value) {
    if (!isNumber(value)) return typeof value === "string" ? value : "";
    if (Math.abs(value) >= 1e15) return "";
    return Number.isInteger(value) ? String(plain(value)) : rounded(value, 6).toFixed(6).replace(/\.?0+$/, "");
  }
  function ofDays(name, [one, other]) {
    const first = day(one);
    if (!first) return null;
    if (name === "year") return first[0];
    const second = day(other);
    if (!second) return null;
    if (name === "days_between") return ordinal(second) - ordinal(first);
    const early = second[1] < first[1] || (second[1] === first[1] && second[2] < first[2]);
    const years = second[0] - first[0] - (early ? 1 : 0);
    return years >= 0 ? years : null;
  }
  function arithmetic(name, args) {
    if (!args.every(isNumber)) return null;
    const [first, ...rest] = args;
    if (name === "round") return rounded(first, Math.trunc(rest[0] || 0));
    if (name === "floor") return Math.floor(first);
    return rest.reduce((value, other) => {
      if (value === null || (name === "divide" && other === 0)) return null;
      return name === "subtract" ? value - other : name === "multiply" ? value * other : value / other;
    }, first);
  }
  function call(name, args) {
    switch (name) {
      case "join": return args.map(one => (one === null ? "" : asText(one))).filter(Boolean).join(" ") || null;
      case "add": return args.some(isNumber) ? folded("sum", args) : null;
      case "least":
      case "most": return folded(name, args);
      case "age":
      case "days_between":
      case "year": return ofDays(name, args);
      default: return plain(arithmetic(name, args));
    }
  }
  function evaluate(expression, answers, today) {
    const value = inner => evaluate(inner, answers, today);
    if ("fn" in expression && "args" in expression) return call(expression.fn, expression.args.map(value));
    if ("over" in expression) return folded(expression.fn || "sum", rows(expression.over, expression.where, answers, today).map(scope => evaluate(expression.of, scope, today)));
    if ("count" in expression) return rows(expression.count, expression.where, answers, today).length;
    if ("if" in expression) return value(applies(expression.if, answers, today) ? expression.then : expression.else);
    if ("shift" in expression || "today" in expression) {
      const start = "shift" in expression ? day(value(expression.shift)) : day(today);
      const moved = start && shifted(start, "shift" in expression ? expression.by : expression.today);
      return moved ? iso(moved) : null;
    }
    if ("field" in expression) {
      const answer = known(answers[expression.field] ?? null);
      // A part is read only of a set of parts; anything else is given whole.
      return expression.part && answer && typeof answer === "object" && !Array.isArray(answer) ? answer[expression.part] ?? null : answer;
    }
    const found = typeof expression.value === "string" ? relative(expression.value, today) : null;
    return found ? iso(found) : expression.value;
  }
  window.portail = { applies, evaluate };

  /* ---- The page ------------------------------------------------------------------------------------------------- */
  const block = document.getElementById("live");
  if (!block) return;
  const live = JSON.parse(block.textContent);
  const form = document.querySelector("form[data-live]");
  const tight = text => text.replace(/[\s\u00a0\u202f]/g, "");
  const one = name => form.elements.namedItem(name);
  const typed = name => { const box = one(name); return box && "value" in box ? box.value.trim() : ""; };
  const readers = {
    text: name => typed(name) || null,
    choice: name => typed(name) || null,
    boolean: name => ({ yes: true, no: false })[typed(name)] ?? null,
    tick: name => Boolean(one(name)?.checked),
    choices: name => [...form.querySelectorAll(`input[name="${name}"]:checked`)].map(box => box.value),
    number: name => { const text = tight(typed(name)).replace(",", "."); return /^-?\d{1,12}(\.\d{1,6})?$/.test(text) ? Number(text) : null; },
    amount: name => {
      const found = /^(\d{1,12})(?:,(\d{1,2}))?$/.exec(tight(typed(name)).replace("€", "").replace(".", ","));
      return found ? Number(found[1]) * 100 + Number((found[2] || "0").padEnd(2, "0")) : null;
    },
    date: name => {
      const [date, month, year] = ["day", "month", "year"].map(piece => typed(`${name}-${piece}`));
      if (!/^\d{4}$/.test(year) || !/^\d{1,2}$/.test(month) || !/^\d{1,2}$/.test(date)) return null;
      const text = `${year}-${month.padStart(2, "0")}-${date.padStart(2, "0")}`;
      return day(text) ? text : null;
    },
  };
  const read = (kind, name) => (readers[kind] ? readers[kind](name) : UNKNOWN);
  const decided = (work, otherwise) => { try { return work(); } catch (error) { if (error !== UNKNOWN) throw error; return otherwise; } };

  /* Walks the page in order, as the server will: a hidden answer opens nothing further. */
  function walk() {
    const answers = { ...live.known };
    for (const item of live.items) {
      if (item.group) answers[item.id] = rowsOf(item, answers);
      else step(item, item.id, answers);
    }
  }
  function step(item, path, answers) {
    const shown = decided(() => (item.when || []).every(when => applies(when, answers, live.today)), true);
    for (const target of item.targets || [path]) {
      for (const box of form.querySelectorAll(`[data-when="${target}"]`)) box.hidden = !shown;
    }
    if (!shown) return;
    if (item.of) {
      const value = decided(() => evaluate(item.of, answers, live.today), UNKNOWN);
      answers[item.id] = value;
      if (value !== UNKNOWN) say(path, item, value);
    } else {
      for (const [value, when] of Object.entries(item.options || {})) offer(path, value, decided(() => applies(when, answers, live.today), true));
      answers[item.id] = read(item.kind, path);
    }
  }
  function offer(path, value, shown) {
    const box = form.querySelector(`input[name="${path}"][value="${value}"]`);
    if (!box) return;
    box.closest(".choice").hidden = !shown;
    if (!shown) box.checked = false;
  }
  function rowsOf(item, answers) {
    return [...form.querySelectorAll(`input[name="${item.id}-row"]`)].map(number => {
      const scope = { ...answers };
      for (const child of item.items) step(child, `${item.id}-${number.value}-${child.id}`, scope);
      return Object.fromEntries(item.items.filter(child => child.id in scope).map(child => [child.id, scope[child.id]]));
    });
  }
  const grouped = (value, places) => new Intl.NumberFormat("fr-FR", { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
  function say(path, item, value) {
    const box = form.querySelector(`[data-output="${path}"]`);
    if (!box) return;
    let text = "–";
    if (value !== null && value !== undefined) {
      if (item.form === "amount") text = `${grouped(Math.round(value) / 100, Math.round(value) % 100 ? 2 : 0)}\u00a0€`;
      else if (item.form === "date") text = new Date(`${value}T12:00:00Z`).toLocaleDateString(document.documentElement.lang, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
      else if (item.form === "number") text = grouped(value, Number.isInteger(value) ? 0 : item.decimals) + (item.unit ? `\u00a0${item.unit}` : "");
      else text = String(value);
    }
    if (box.textContent !== text) box.textContent = text;
  }
  document.documentElement.classList.add("js");
  form.addEventListener("input", walk);
  form.addEventListener("change", walk);
  walk();
})();
