"""Blocks of fields shared by procedures: each use is replaced by copies, so that what is published depends on no block."""

import re
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.translation import gettext as _
from pydantic import Field as Meta
from pydantic import ValidationError

from . import limits
from .base import DefinitionError, Identifier, Node, Words
from .language import Condition

# Where a field names other fields: in conditions and expressions, in the bounds of a date, and in one option.
CONDITIONS = frozenset({"when", "required_when", "expression"})
BOUNDS = frozenset({"earliest", "latest"})
NAMES = frozenset({"parent"})
# Inside conditions and expressions: the keys whose text is the id of a question.
_REFERENCES = frozenset({"field", "count", "over"})
_BOUND = re.compile(r"(field:)([a-z][a-z0-9_]*)")


class Block(Node):
    """A named list of fields, as it is written: a field may be, in its turn, the use of another block."""

    key: Identifier
    name: Words
    fields: Annotated[list[dict[str, Any]], Meta(min_length=1, max_length=100)]


class Use(Node):
    """What stands in place of a field: which block, what its ids begin with, the labels to change, when it applies."""

    use: Identifier
    prefix: Identifier | None = None
    labels: dict[str, Words] = {}
    when: Condition | None = None


class _Wrong(Exception):
    """One fault, whose place the caller knows."""


@dataclass
class _Copier:
    """Replaces uses; ``left`` bounds the fields it may make: blocks that use one another could make millions."""

    blocks: Mapping[str, Block]
    left: int = limits.FIELDS

    def fields(self, fields: list[Any], within: tuple[str, ...]) -> Iterator[Any]:
        """Yield the fields, each use replaced; ``within`` names the blocks that are being copied."""
        for field in fields:
            if is_use(field):
                yield from self.copies(field, within)
                continue
            self.left -= 1
            if self.left < 0:
                raise _Wrong(_("its blocks hold more than %(limit)d questions") % {"limit": limits.FIELDS})
            if isinstance(field, dict) and isinstance(field.get("fields"), list):
                yield {**field, "fields": list(self.fields(field["fields"], within))}
            else:
                yield field

    def copies(self, written: dict[str, Any], within: tuple[str, ...] = ()) -> list[dict[str, Any]]:
        """Return the fields that one use stands for."""
        use = _read(written)
        if use.use in within:
            chain = " → ".join(_("“%(name)s”") % {"name": key} for key in (*within[within.index(use.use) :], use.use))
            raise _Wrong(_("the block uses itself: %(chain)s") % {"chain": chain})
        block = self.blocks.get(use.use)
        if block is None:
            known = ", ".join(sorted(self.blocks)) or _("none")
            raise _Wrong(_("there is no block “%(key)s” (there are: %(known)s)") % {"key": use.use, "known": known})
        found = list(self.fields(block.fields, (*within, use.use)))
        ids = list(_ids(found))
        if unknown := sorted(set(use.labels) - set(ids)):
            raise _Wrong(
                _("the block “%(key)s” has no question “%(id)s”, whose label is given")
                % {"key": use.use, "id": ", ".join(unknown)}
            )
        names = {name: f"{use.prefix}_{name}" if use.prefix else name for name in ids}
        return [_guarded(_copy(field, names, use.labels), written.get("when")) for field in found]


def is_use(field: Any) -> bool:
    """Say whether what stands in a list of fields is the use of a block."""
    return isinstance(field, dict) and "use" in field


def has_uses(content: Any) -> bool:
    """Say whether a definition in writing uses a block."""
    return any(is_use(field) for _place, fields in _lists(content) for field in _every(fields))


def uses_of(fields: list[Any]) -> set[str]:
    """Return the keys of the blocks that some fields use, in their rows too."""
    return {str(field["use"]) for field in _every(fields) if is_use(field)}


def expand(content: Any, blocks: Mapping[str, Block] | Callable[[], Mapping[str, Block]]) -> Any:
    """Return a definition in writing with each use of a block replaced by copies of its fields.

    Ids take the prefix, and what the block's fields say of one another follows; the copies depend on the block no more.
    Raises DefinitionError. What is no definition at all comes back as it is: reading it will say so. Where ``blocks`` is a
    function, it is called only if there is a use.
    """
    if not has_uses(content) or limits.faults(content):
        return content
    copier = _Copier(blocks() if callable(blocks) else blocks)
    faults: list[str] = []
    steps = [dict(step) if isinstance(step, dict) else step for step in content["steps"]]
    made: list[str] = []
    for step in steps:
        if not (isinstance(step, dict) and isinstance(step.get("sections"), list)):
            continue
        step["sections"] = [dict(part) if isinstance(part, dict) else part for part in step["sections"]]
        for section in step["sections"]:
            if isinstance(section, dict) and isinstance(section.get("fields"), list):
                place = _("step “%(step)s”, section “%(section)s”") % {
                    "step": step.get("id", "?"),
                    "section": section.get("id", "?"),
                }
                section["fields"] = list(_expanded(section["fields"], copier, place, made, faults))
    whole = {**content, "steps": steps}
    faults += list(_collisions(whole, made))
    if faults:
        raise DefinitionError(faults)
    return whole


def expanded(block: Block, blocks: Mapping[str, Block]) -> list[dict[str, Any]]:
    """Return the fields of a block, its own uses of other blocks replaced; DefinitionError says why they cannot be."""
    try:
        return list(_Copier(blocks).fields(block.fields, (block.key,)))
    except _Wrong as wrong:
        raise DefinitionError([str(wrong)]) from wrong


def _expanded(
    fields: list[Any], copier: _Copier, place: str, made: list[str], faults: list[str]
) -> Iterator[dict[str, Any]]:
    """Yield the fields of a section or of a row, and note the ids made and the faults met."""
    for field in fields:
        if is_use(field):
            try:
                copies = copier.copies(field)
            except _Wrong as wrong:
                where = _("%(place)s, block “%(key)s”") % {"place": place, "key": field["use"]}
                faults.append(f"{where}: {wrong}")
            else:
                made += _ids(copies)
                yield from copies
        elif isinstance(field, dict) and isinstance(field.get("fields"), list):
            inside = _("%(place)s, group “%(id)s”") % {"place": place, "id": field.get("id", "?")}
            yield {**field, "fields": list(_expanded(field["fields"], copier, inside, made, faults))}
        else:
            yield field


def _collisions(content: Any, made: list[str]) -> Iterator[str]:
    """Yield, once each and with its place, the ids of copies that another question has."""
    known: set[str] = set()
    copied = set(made)
    for place, fields in _lists(content):
        for name in _ids(fields):
            if name in known and name in copied:
                copied.discard(name)
                yield _(
                    "%(place)s: a block gives the id “%(id)s”, which another question has: give it another prefix"
                ) % {"place": place, "id": name}
            known.add(name)


def _lists(content: Any) -> Iterator[tuple[str, list[Any]]]:
    """Yield each list of fields of a definition in writing, whatever its shape, with its place in words."""
    for step in _list(content, "steps"):
        for section in _list(step, "sections"):
            place = {"step": step.get("id", "?"), "section": section.get("id", "?") if section else "?"}
            yield _("step “%(step)s”, section “%(section)s”") % place, _list(section, "fields")


def _list(value: Any, key: str) -> list[Any]:
    found = value.get(key) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def _every(fields: list[Any]) -> Iterator[dict[str, Any]]:
    waiting = deque(fields)
    while waiting:
        field = waiting.popleft()
        yield field
        waiting += _list(field, "fields")


def _ids(fields: list[Any]) -> Iterator[str]:
    """Yield the ids of fields and of those of their rows."""
    return (field["id"] for field in _every(fields) if isinstance(field.get("id"), str))


def _read(written: dict[str, Any]) -> Use:
    try:
        use = Use.model_validate(written)
    except ValidationError as error:
        first = error.errors()[0]
        raise _Wrong(f"{first['loc'][0]}: {first['msg'].removeprefix('Value error, ')}") from error
    return use


def _guarded(field: dict[str, Any], when: dict[str, Any] | None) -> dict[str, Any]:
    """Return a copy that applies only where the use does, too."""
    if when is None:
        return field
    own = field.get("when")
    return {**field, "when": when if own is None else {"all": [when, own]}}


def _copy(field: dict[str, Any], names: Mapping[str, str], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return a field under its new id, with what it says of the others of the block."""
    renamed = dict(field)
    for key, value in field.items():
        if key in CONDITIONS:
            renamed[key] = _renamed(value, names)
        elif key in BOUNDS and isinstance(value, str):
            renamed[key] = _BOUND.sub(lambda match: match[1] + names.get(match[2], match[2]), value)
        elif key in NAMES and isinstance(value, str):
            renamed[key] = names.get(value, value)
        elif key == "fields" and isinstance(value, list):
            renamed[key] = [_copy(inner, names, labels) if isinstance(inner, dict) else inner for inner in value]
    own = field.get("id")
    if isinstance(own, str):
        renamed["id"] = names.get(own, own)
        if own in labels:
            # The short label said the block's own: without one, the new label names the answer everywhere.
            renamed["label"] = labels[own]
            renamed.pop("short", None)
    return renamed


def _renamed(value: Any, names: Mapping[str, str]) -> Any:
    """Return a condition or an expression in which the questions of the block have their new ids."""
    if isinstance(value, list):
        return [_renamed(one, names) for one in value]
    if not isinstance(value, dict):
        return value
    # A constant may be any text, also one that is an id.
    return {
        key: one
        if key == "value"
        else names.get(one, one)
        if key in _REFERENCES and isinstance(one, str)
        else _renamed(one, names)
        for key, one in value.items()
    }
