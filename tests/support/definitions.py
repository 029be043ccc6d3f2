"""Any definition, as hypothesis draws it: every registered type, any words, conditions and values on what comes before."""

from typing import Any, get_args

from hypothesis import strategies as st

from procedures.definition.fields import FIELD_TYPES
from procedures.definition.language import Function, Operator
from procedures.definition.upgrade import DefinitionError, parse
from tests.support import samples

# Whatever a person may type, marks that YAML and JSON treat apart included.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
WORDS = TEXTS.map(lambda text: f"x{text}".strip()[:300])
SHIFTS = st.tuples(st.sampled_from("+-"), st.sampled_from([0, 1, 18, 99999]), st.sampled_from("dwmy")).map(
    lambda parts: "".join(map(str, parts))
)
# What a condition may compare with: texts of dates, of options, of nothing known; numbers of any size.
VALUES = (
    st.sampled_from(["today", "today-18y", "today+9999y", "2024-02-29", "full", "no", "12:30", "99240", ""])
    | TEXTS
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.booleans()
)
# The ids asked before, and those of the questions inside each group.
Known = dict[str, list[str]]


def stands_alone(name: str) -> bool:
    """Say whether the type's sample can be the only question: one that follows from others cannot."""
    content = samples.content()
    content["steps"] = content["steps"][:1]
    content["steps"][0]["sections"][0]["fields"] = [FIELD_TYPES[name].sample().model_dump(mode="json", by_alias=True)]
    try:
        parse(content)
    except DefinitionError:
        return False
    return True


ALONE = [name for name in sorted(FIELD_TYPES) if name != "group" and stands_alone(name)]


@st.composite
def expressions(draw: Any, known: Known, depth: int = 2) -> dict[str, Any]:
    """Draw a value computed from the answers to the questions ``known``."""
    groups = [name for name, inner in known.items() if inner]
    kinds = ["value", "today", "ref"] + (["shift", "fn", "if", "count", "over"] if depth else [])
    inner = expressions(known, depth - 1)
    match draw(st.sampled_from(kinds)):
        case "ref" if known:
            part = draw(st.sampled_from(["", "city", "start", "level_1", "unknown"]))
            return {"field": draw(st.sampled_from(list(known))), "part": part}
        case "today":
            return {"today": draw(st.just("") | SHIFTS)}
        case "shift":
            return {"shift": draw(inner), "by": draw(SHIFTS)}
        case "fn":
            return {
                "fn": draw(st.sampled_from(get_args(Function))),
                "args": draw(st.lists(inner, min_size=1, max_size=3)),
            }
        case "if":
            return {"if": draw(conditions(known, depth - 1)), "then": draw(inner), "else": draw(inner)}
        case "count" if groups:
            return {"count": draw(st.sampled_from(groups)), "where": draw(st.none() | conditions(known, depth - 1))}
        case "over" if groups:
            group = draw(st.sampled_from(groups))
            rows = {**known, **{child: [] for child in known[group]}}
            return {
                "over": group,
                "fn": draw(st.sampled_from(["sum", "least", "most"])),
                "of": draw(expressions(rows, depth - 1)),
                "where": draw(st.none() | conditions(rows, depth - 1)),
            }
        case _:
            return {"value": draw(VALUES)}


@st.composite
def conditions(draw: Any, known: Known, depth: int = 2) -> dict[str, Any]:
    """Draw a condition on the answers to the questions ``known``, whatever their types."""
    inner = conditions(known, depth - 1)
    kinds = ["test", "compare"] + (["not", "all", "any"] if depth else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "not":
        return {"not": draw(inner)}
    if kind in {"all", "any"}:
        return {kind: draw(st.lists(inner, min_size=1, max_size=3))}
    op = draw(st.sampled_from(get_args(Operator)))
    bare = op in {"answered", "empty"}
    if kind == "compare" or not known:
        left = draw(expressions(known, depth))
        return {"left": left, "op": op, "right": None if bare else draw(expressions(known, depth))}
    several = st.lists(VALUES, min_size=1, max_size=3)
    value = None if bare else draw(several if op in {"in", "not_in"} else VALUES)
    return {"field": draw(st.sampled_from(list(known))), "op": op, "value": value}


@st.composite
def fields(draw: Any, name: str, known: Known, *, nested: bool = False) -> dict[str, Any]:
    """Draw one question of any type; its conditions and its value, if any, read earlier ones."""
    kind = draw(st.sampled_from([*ALONE, "computed"] + ([] if nested else ["group"])))
    field: dict[str, Any] = FIELD_TYPES[kind].sample().model_dump(mode="json", by_alias=True)
    field |= {"id": name, "label": draw(WORDS), "help": draw(TEXTS)}
    if FIELD_TYPES[kind].asked:
        field["required"] = draw(st.booleans())
    if kind == "group":
        inside: list[dict[str, Any]] = []
        row = dict(known)
        for number in range(draw(st.integers(1, 3))):
            inside.append(draw(fields(f"{name}_{number}", dict(row), nested=True)))
            row[f"{name}_{number}"] = []
        field |= {"fields": inside, "minimum": draw(st.integers(0, 2)), "maximum": draw(st.integers(2, 4))}
    if kind == "computed":
        form = draw(st.sampled_from(["number", "amount", "date", "text"]))
        field |= {"expression": draw(expressions(known)), "form": form}
    for option in ("when", "required_when"):
        if known and draw(st.integers(0, 3)) == 0:
            field[option] = draw(conditions(known))
    return field


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    """Draw the content of a whole definition, complete or in the making."""
    known: Known = {}
    steps = []
    for number in range(draw(st.integers(1, 3))):
        page = {"id": f"page{number}", "title": draw(WORDS), "question": draw(WORDS), "intro": draw(TEXTS)}
        if known and draw(st.integers(0, 3)) == 0:
            page["when"] = draw(conditions(known))
        sections = []
        for place in range(draw(st.integers(1, 2))):
            section = {"id": f"part{number}_{place}", "title": draw(TEXTS), "fields": []}
            if known and draw(st.integers(0, 3)) == 0:
                section["when"] = draw(conditions(known))
            for _ in range(draw(st.integers(1, 3))):
                field = draw(fields(f"q{len(known)}", dict(known)))
                known[field["id"]] = [inner["id"] for inner in field.get("fields", [])]
                section["fields"].append(field)
            sections.append(section)
        if draw(st.integers(0, 3)) == 0:
            stop = {"id": f"stop{number}", "title": draw(WORDS), "text": draw(TEXTS)}
            page["stops"] = [{**stop, "when": draw(conditions(known))}]
        steps.append({**page, "sections": sections})
    content = samples.content(title=draw(WORDS), summary=draw(TEXTS), keywords=draw(st.lists(WORDS, max_size=3)))
    for name in draw(st.sets(st.sampled_from(["theme", "cost", "minutes", "documents", "other_ways", "letters"]))):
        del content[name]
    return {**content, "steps": steps}
