"""Any definition, as hypothesis draws it: every registered type, any words, conditions on what comes before."""

from typing import Any

from hypothesis import strategies as st

from procedures.definition.fields import FIELD_TYPES
from procedures.definition.upgrade import DefinitionError, parse
from tests.support import samples

# Whatever a person may type, marks that YAML and JSON treat apart included.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
WORDS = TEXTS.map(lambda text: f"x{text}".strip()[:300])


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


ALONE = [name for name in sorted(FIELD_TYPES) if stands_alone(name)]
# The questions inside a sample have ids of their own: two such samples would share them.
ONCE = [name for name in ALONE if "fields" in FIELD_TYPES[name].model_fields]


@st.composite
def fields(draw: Any, place: int, before: list[str]) -> dict[str, Any]:
    """Draw one question of any type; its condition, if any, asks for an earlier one."""
    names = ALONE if place == 0 else [name for name in ALONE if name not in ONCE]
    kind = FIELD_TYPES[draw(st.sampled_from(names))]
    field: dict[str, Any] = kind.sample().model_dump(mode="json", by_alias=True)
    field |= {"id": f"q{place}", "label": draw(WORDS), "help": draw(TEXTS)}
    if before and draw(st.booleans()):
        test = {
            "field": draw(st.sampled_from(before)),
            "op": "is",
            "value": draw(TEXTS | st.integers() | st.booleans()),
        }
        field["when"] = draw(st.sampled_from([test, {"not": test}, {"all": [test, {"any": [test]}]}]))
    return field


@st.composite
def definitions(draw: Any) -> dict[str, Any]:
    """Draw the content of a whole definition, complete or in the making."""
    before: list[str] = []
    steps = []
    for number in range(draw(st.integers(1, 3))):
        inside = []
        for _ in range(draw(st.integers(1, 3))):
            inside.append(draw(fields(len(before), list(before))))
            before.append(f"q{len(before)}")
        section = {"id": f"part{number}", "title": draw(TEXTS), "fields": inside}
        step = {"id": f"page{number}", "title": draw(WORDS), "question": draw(WORDS), "intro": draw(TEXTS)}
        steps.append({**step, "sections": [section]})
    content = samples.content(title=draw(WORDS), summary=draw(TEXTS), keywords=draw(st.lists(WORDS, max_size=3)))
    for name in draw(st.sets(st.sampled_from(["theme", "cost", "minutes", "documents", "other_ways", "letters"]))):
        del content[name]
    return {**content, "steps": steps}
