"""What static/js/form.js needs to show, hide and compute on a page: its rules, and the earlier answers they read."""

from typing import Any

from ..definition.document import Section, Step
from ..definition.fields import Field
from ..definition.fields.computed import ComputedField
from ..definition.language import Condition
from ..definition.lookups import Context


def payload(step: Step, context: Context) -> dict[str, Any] | None:
    """Return the rules of a page in order; None where nothing on it depends on it."""
    if not step.moves:
        return None
    local = {field.id for top in step.fields for field in (top, *top.inner())}
    read: set[str] = set()
    items = []
    for section in step.sections:
        for field in section.fields:
            items.append(_item(field, section))
            read |= section.reads | field.reads
            for child in field.inner():
                read |= child.reads
    known = {name: context.answers[name] for name in sorted(read - local) if name in context.answers}
    return {"today": context.today.isoformat(), "known": known, "items": items}


def _item(field: Field, section: Section | None) -> dict[str, Any]:
    item: dict[str, Any] = {"id": field.id}
    when = [_json(one) for one in (section.when if section else None, field.when) if one is not None]
    if when:
        item["when"] = when
    if section is not None and section.when is not None:
        item["targets"] = [f"s-{section.id}", field.id] if section.fields[0] is field else [field.id]
    if field.inner():
        item["group"] = True
        item["items"] = [_item(child, None) for child in field.inner()]
    elif isinstance(field, ComputedField):
        item |= {
            "of": field.expression.model_dump(mode="json", by_alias=True, exclude_none=True),
            "form": field.form,
            "decimals": field.decimals,
            "unit": field.unit,
        }
    else:
        item["kind"] = field.live
        options = {o.value: _json(o.when) for o in getattr(field, "options", []) if getattr(o, "when", None)}
        if options:
            item["options"] = options
    return item


def _json(condition: Condition) -> dict[str, Any]:
    return condition.model_dump(mode="json", by_alias=True, exclude_none=True)
