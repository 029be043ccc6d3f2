"""The form engine: reading and checking large definitions, a step of a large procedure, long lists, a whole import."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from django.urls import reverse

from accounts.permissions import Actor
from bench_support import large
from bench_support.browser import Browser, Reply, encode, loaded_by
from bench_support.figures import Action, cpu_ms, least, say
from bench_support.filing import checked
from bench_support.world import TYPED, World, field, step, steps
from procedures.definition.analysis import dangling, duplicates, mismatches
from procedures.definition.document import ProcedureDefinition
from procedures.definition.lookups import Context
from procedures.definition.places import EmbeddedLookups, communes
from procedures.definition.upgrade import canonical, dump, parse
from procedures.interchange import demarches_simplifiees, importing
from procedures.lifecycle.publish import publish
from procedures.models import Draft, Procedure, ProcedureVersion
from procedures.models.procedure import _PARSED
from tests.support import samples

FIELDS, PAGES, CONDITIONS, OPTIONS = 513, 30, 100, 44_575
MEASURED = "demandeur"
CASES = Path(os.environ.get("PORTAL_CASES") or Path(__file__).resolve().parents[3] / "shared" / "cases")


def run(world: World) -> None:
    """Print every figure."""
    whole = samples.content(id="grande", steps=large.steps(FIELDS, PAGES, CONDITIONS))
    question = field("choice", "place", "Lieu", options=large.options(OPTIONS))
    listed = samples.content(id="liste", steps=[step("lieu", "Lieu", [question])])
    reading("engine.parse_513_fields", whole, use)
    reading("engine.parse_44575_options", listed, search)
    analysis()
    growth(world, whole)
    imported()
    searches(listed)
    long_page(world, listed)


def reading(name: str, content: dict[str, Any], first_use: Callable[[ProcedureDefinition], object]) -> None:
    """Say what it costs to read a published definition for the first time, with a first use, and what it costs after."""
    version = ProcedureVersion(content=canonical(dump(parse(content))), digest=name)

    def cold() -> ProcedureDefinition:
        kept.append(_PARSED.pop(name, None))
        return version.definition

    def used() -> None:
        kept.clear()
        first_use(cold())

    # A first reading lets nothing go: what was read before lives until the other action.
    kept: list[object] = []
    read, also_used = least(cold, used, rounds=5, times=5)
    version.definition  # noqa: B018
    (cached,) = least(lambda: version.definition, rounds=5, times=5)
    kb = len(version.content) // 1000
    say(f"{name}.cold_ms", value=round(read, 1), unit="ms", with_first_use_ms=round(also_used, 1), kb=kb)
    say(f"{name}.cached_ms", value=round(cached, 4), unit="ms")


def use(definition: ProcedureDefinition) -> None:
    """Do what a first page does: walk the whole definition and build a step's controls."""
    traced = definition.trace({})
    context = Context(today=date(2026, 1, 5))
    for question in traced.steps[0].step.fields:
        question.form_field(context)


def search(definition: ProcedureDefinition) -> None:
    """Search the long list once: its index is made."""
    if not definition.fields["place"].suggest("lam", Context(today=date(2026, 1, 5))):
        raise RuntimeError("nothing found in the long list")


def analysis() -> None:
    """Say what it costs to check the names and the conditions of a form where nearly every question has one."""
    definition = parse(samples.content(steps=large.steps(590, PAGES, 500)))
    (took,) = least(
        lambda: [*dangling(definition), *mismatches(definition), *duplicates(definition)], rounds=5, times=5
    )
    conditions = sum(question.when is not None for question in definition.fields.values())
    say("engine.analysis_500_conditions.cpu_ms", value=round(took, 1), unit="ms", conditions=conditions)


def growth(world: World, whole: dict[str, Any]) -> None:
    """Compare showing and saving the same step, everything answered, in a form of 20 questions and in a large one."""
    small = samples.content(id="petite", steps=steps())
    get, post = answered(world, "petite", small)
    large_get, large_post = answered(world, "grande", whole)
    few_get, many_get, few_post, many_post = least(get, large_get, post, large_post)
    for verb, few, many in (("get", few_get, many_get), ("post", few_post, many_post)):
        say(
            f"engine.step_{verb}.growth_513",
            value=round(many / few, 3),
            unit="ratio",
            few_ms=round(few, 2),
            many_ms=round(many, 2),
        )


def published(slug: str, content: dict[str, Any]) -> Procedure:
    """Return a published procedure at that address."""
    found = Procedure.objects.create(slug=slug, title="x", theme="x", department=samples.department())
    publish(found, parse(content), by=Actor(), reviewed_by="Étalon", reviewed_on=None)
    return found


def begin(world: World, procedure: Procedure) -> tuple[Browser, Draft]:
    """Return a browser and its new draft."""
    browser = world.browser()
    page = browser.get(reverse("filing:procedure", args=[procedure.slug])).expect(200)
    browser.send(page, reverse("filing:start", args=[procedure.slug]), {}).expect(302)
    return browser, Draft.objects.filter(procedure=procedure).latest("pk")


def answered(world: World, slug: str, content: dict[str, Any]) -> tuple[Action, Action]:
    """Return what shows and what saves the measured step, once the pages before and after it are answered."""
    browser, draft = begin(world, published(slug, content))
    draft.answers = {name: value for name, value in large.answers(FIELDS).items() if name in draft.definition.fields}
    draft.save(update_fields=["answers"])
    address = reverse("filing:step", args=[draft.public_id, MEASURED])
    kind, body = encode(browser.get(address).expect(200), {**TYPED[MEASURED], "action": "next"})
    return checked(browser, address, kind, body)


def imported() -> None:
    """Import the largest files known as drafts, those made here where the real ones are not beside the checkout."""
    real = sorted((CASES / "demarches-simplifiees").glob("*.json"), key=lambda path: path.stat().st_size)[-1:]
    with tempfile.TemporaryDirectory() as folder:
        made = [
            described(Path(folder) / f"{name}.json", *size) for name, size in {"1": (513, 6), "2": (1, OPTIONS)}.items()
        ]
        took = {}
        for path in [*real, *made]:

            def load(path: Path = path) -> None:
                for outcome in importing.load([path], source=demarches_simplifiees.SOURCE):
                    if outcome.faults:
                        raise RuntimeError(f"{path.name} is refused: {outcome.faults[0]}")

            # Once: a second import of the same file has nothing to write.
            took[path.name] = round(cpu_ms(load) / 1000, 2)
    say("engine.import_largest.cpu_s", value=max(took.values()), unit="s", files=took)


def described(path: Path, fields: int, options: int) -> Path:
    """Write a descriptor of as many questions, each with as many options when it is a list."""
    labels = [option["label"] for option in large.options(options)]
    kinds = ["DropDownList", "Text", "IntegerNumber", "Date", "YesNo", "Textarea"]
    items = []
    for number in range(fields):
        kind = kinds[number % len(kinds)]
        item: dict[str, Any] = {"__typename": f"{kind}ChampDescriptor", "label": f"Question {number}", "required": True}
        items.append(item | ({"options": labels} if kind == "DropDownList" else {}))
    path.write_text(json.dumps({"number": int(path.stem), "title": "x", "revision": {"champDescriptors": items}}))
    return path


def searches(listed: dict[str, Any]) -> None:
    """Say what one search costs: the worst of a few texts, from a letter to a name that is not there."""
    question = parse(listed).fields["place"]
    context = Context(today=date(2026, 1, 5))
    texts = ("l", "lam", "lambar-sur-bois", "sur bois", "chadorr-sur-fergri", "xylophone")
    worst("engine.search_44575_options.cpu_ms", texts, lambda text: question.suggest(text, context))
    communes()
    lookups = EmbeddedLookups()
    names = ("s", "saint", "saint-etienne", "st jean bois", "marseile", "saintt etienne", "99240", "xylophone")
    worst("engine.search_communes.cpu_ms", names, lambda text: lookups.search("commune", text, on=context.today))


def worst(name: str, texts: tuple[str, ...], find: Callable[[str], object]) -> None:
    """Say the slowest of some searches, and each."""
    found = least(*(partial(find, text) for text in texts), rounds=5, times=5)
    took = {text: round(one, 3) for text, one in zip(texts, found, strict=True)}
    say(name, value=max(took.values()), unit="ms", by_text=took)


def long_page(world: World, listed: dict[str, Any]) -> None:
    """Weigh the page that asks for one of all the options, with all it loads, compressed."""
    browser, draft = begin(world, published("liste", listed))
    page = browser.get(reverse("filing:step", args=[draft.public_id, "lieu"])).expect(200)
    loaded: list[Reply] = [page, *loaded_by(browser, page)]
    total = sum(reply.compressed for reply in loaded)
    say("engine.page_kb.long_list", value=round(total / 1000, 2), unit="kB", page=page.compressed)
