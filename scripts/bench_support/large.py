"""Large definitions, generated: as many questions as the largest procedure known, a list as long as that of communes."""

from __future__ import annotations

from typing import Any

from bench_support import world

# What a large form asks, in turn: a yes or no opens what follows it, a number and a choice are compared.
KINDS = ("yes_no", "text", "choice", "number", "date", "long_text", "email", "choices", "phone", "amount")
SYLLABLES = ("bar", "cha", "dor", "fer", "gri", "lam", "mor", "nan", "pel", "ros", "sau", "tri", "val", "ver", "bois")


def steps(fields: int, pages: int, conditions: int) -> list[dict[str, Any]]:
    """Return ``pages`` steps of ``fields`` questions in all; the bench's step of five questions is in the middle."""
    measured = world.steps()[0]
    questions = [_question(number) for number in range(fields - len(measured["sections"][0]["fields"]))]
    opened = [place for place in range(len(KINDS), len(questions)) if questions[place]["type"] != "yes_no"]
    for place in opened[:: max(1, len(opened) // conditions)][:conditions]:
        questions[place]["when"] = _condition(place)
    bounds = [page * len(questions) // (pages - 1) for page in range(pages)]
    found = [
        world.step(f"page_{page}", f"Page {page + 1}", questions[bounds[page] : bounds[page + 1]])
        for page in range(pages - 1)
    ]
    return [*found[: pages // 2], measured, *found[pages // 2 :]]


def _question(number: int) -> dict[str, Any]:
    kind = KINDS[number % len(KINDS)]
    options = world.options(**{f"o{n}": f"Réponse {n}" for n in range(6)})
    more = {"options": options} if kind in {"choice", "choices"} else {}
    return world.field(kind, f"q{number}", f"Question {number}", required=False, **more)


def _condition(place: int) -> dict[str, Any]:
    """Read the yes or no before a question, then a computed value and a choice of the page before."""
    row = place - place % len(KINDS)
    number = {"fn": "add", "args": [{"field": f"q{row - len(KINDS) + 3}"}, {"value": 1}]}
    chosen = {"field": f"q{row - len(KINDS) + 2}", "op": "in", "value": ["o1", "o2"]}
    compared = {"left": number, "op": "at_least", "right": {"value": 2}}
    return {"any": [{"field": f"q{row}", "value": True}, {"all": [compared, {"not": chosen}]}]}


def answers(fields: int) -> dict[str, Any]:
    """Return an answer to each generated question."""
    values: dict[str, Any] = {
        "yes_no": True,
        "text": "Exemple",
        "choice": "o3",
        "number": 3,
        "date": "1990-03-12",
        "long_text": "Deux lignes.\nLa seconde.",
        "email": "zoe.lefevre@exemple.fr",
        "choices": ["o0", "o5"],
        "phone": "+33199001299",
        "amount": 1250,
    }
    return {f"q{number}": values[KINDS[number % len(KINDS)]] for number in range(fields)}


def options(count: int) -> list[dict[str, str]]:
    """Return ``count`` options whose names look like those of places."""
    size, found = len(SYLLABLES), []
    for number in range(count):
        one, two, three, four = (SYLLABLES[number // size**power % size] for power in range(4))
        found.append({"value": f"o{number}", "label": f"{one}{two}-sur-{three}{four}".title()})
    return found
