"""Older formats lifted on reading, one pure function per format; reading errors said in words."""

import json
from collections.abc import Callable
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError

from .base import PUBLISHED, DefinitionError
from .blocks import is_use
from .document import FORMAT, ProcedureDefinition

__all__ = ["LIFTS", "DefinitionError", "canonical", "dump", "lift", "parse"]

# {format: function that lifts a document of that format to the next one}
LIFTS: dict[int, Callable[[dict[str, Any]], dict[str, Any]]] = {}


def lift(content: dict[str, Any]) -> dict[str, Any]:
    """Return ``content`` in today's format, lifted one format at a time; DefinitionError for an unknown one."""
    number = content.get("format", FORMAT)
    while number != FORMAT:
        if number not in LIFTS:
            raise DefinitionError([_("format: this portal does not know format %(number)s") % {"number": number}])
        content = LIFTS[number](content)
        number = content["format"]
    return content


def parse(content: Any, *, published: bool = False) -> ProcedureDefinition:
    """Read a definition of any known format; DefinitionError says each fault and where it is.

    ``published`` says that ``content`` passed here before it was published: a list of 45,000 options is not compared anew.
    """
    if not isinstance(content, dict):
        raise DefinitionError([_("document: a definition is a set of named parts")])
    try:
        return ProcedureDefinition.model_validate(lift(content), context=PUBLISHED if published else None)
    except ValidationError as error:
        raise DefinitionError([_fault(content, item) for item in error.errors()]) from error


def dump(definition: ProcedureDefinition) -> dict[str, Any]:
    """Return the whole document as JSON values, every default written out."""
    content: dict[str, Any] = definition.model_dump(mode="json", by_alias=True)
    return content


def canonical(content: Any) -> str:
    """Return the one spelling of a JSON value whose bytes are hashed: sorted keys, no spaces, UTF-8."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _fault(content: Any, item: Any) -> str:
    """Name the place by the ids a person wrote: "steps “holder” › fields “name” › label: field required"."""
    words: list[str] = []
    node = content
    for key in item["loc"]:
        if isinstance(key, int):
            node = node[key] if isinstance(node, list) and key < len(node) else None
            name = node.get("id") if isinstance(node, dict) else None
            words.append(f"{words.pop()} “{name}”" if name and words else f"n° {key + 1}")
        elif isinstance(node, dict) and key in node:
            node = node[key]
            words.append(str(key))
        elif not isinstance(node, dict) or key in {"missing"} or item["type"] == "missing":
            words.append(str(key))
    message = item["msg"].removeprefix("Value error, ")
    if item["type"] == "union_tag_not_found" and is_use(node):
        message = _("a block is used here: copy its fields first, a published definition depends on no block")
    return f"{' › '.join(words) or _('document')}: {message}"
