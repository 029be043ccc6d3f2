"""What a page about a part asks for, done in one save: its values, then a move, a copy, a split or a removal."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Actor

from ..definition import edits
from ..definition.document import ProcedureDefinition, Stop
from ..definition.edits import Part
from ..definition.fields import FIELD_TYPES
from ..definition.uses import Use, uses_of, values_used
from ..lifecycle import editing
from ..models import Procedure
from . import bench
from .part_form import Content


@dataclass(frozen=True)
class Asked:
    """The part, what was typed of it, what its button does, and the digest of what the page showed.

    ``act``: "up", "down", "copy", "split", "put" (to ``where``: "question", or ":part" for its beginning), "drop", or none.
    """

    kind: Part
    key: str
    values: Content
    act: str
    where: str
    shown: str


@dataclass
class Saved:
    """What was done, in words, and the part to look at next."""

    words: str
    kind: Part
    key: str
    focus: str = ""

    def address(self, slug: str) -> str:
        """Return the address of the part to look at next; the button that was pressed is pressed again from there."""
        if not self.key:
            return reverse("studio:edit", args=[slug])
        return bench.href(slug, self.kind, self.key) + (f"?vers={self.focus}" if self.focus else "")


def save(procedure: Procedure, asked: Asked, by: Actor) -> Saved:
    """Do what a page asks. Raises Refused, Gone, Outdated, DefinitionError, and pydantic's ValidationError for values."""
    kind, key, act = asked.kind, asked.key, asked.act
    saved = Saved(_words(asked), kind, key, act if act in {"up", "down"} else "")

    def change(content: Content, before: ProcedureDefinition) -> None:
        if act == "drop":
            saved.kind, saved.key = _next_to(before, kind, key)
            edits.drop(content, before, kind, key)
            if saved.key and not any(step["id"] == saved.key for step in content["steps"]):
                saved.key = ""
            return
        _check(content, before, asked)
        edits.replace(content, kind, key, asked.values)
        if act in {"up", "down"}:
            edits.shift(content, before, kind, key, -1 if act == "up" else 1)
        elif act == "copy":
            saved.key = edits.duplicate(content, kind, key, "(copie)")
        elif act == "split":
            saved.kind, saved.key = "step", edits.split(content, before, key, str(asked.values["label"]))
        elif act == "put":
            after, _colon, section = asked.where.partition(":")
            edits.put(content, before, key, after=after, section=section)

    def as_shown(content: Content) -> bool:
        return edits.digest(edits.own(kind, edits.node(content, kind, key))) == asked.shown

    if not editing.edit(procedure, change, by=by, said=saved.words, shown=as_shown):
        saved.words = _("nothing has changed")
    return saved


def _check(content: Content, before: ProcedureDefinition, asked: Asked) -> None:
    values = asked.values
    if asked.kind == "stop":
        Stop.model_validate(values)
    elif asked.kind == "field":
        inner = edits.node(content, "field", asked.key).get("fields") or values.get("fields")
        FIELD_TYPES[values["type"]].model_validate({**values, "fields": inner} if values["type"] == "group" else values)
        _nothing_lost(before, asked.key, values)


def _nothing_lost(before: ProcedureDefinition, key: str, values: Content) -> None:
    """Refuse what would leave a condition without the answer that it reads."""
    field = before.every_field[key]
    if FIELD_TYPES[values["type"]].value_type != field.value_type:
        used = uses_of(before, [key], outside=[("field", key)])
        if used:
            raise edits.Refused(_("Its type cannot change while it is used elsewhere: change these first."), used)
    left = {one["value"] for one in values.get("options") or () if isinstance(one, dict)}
    had = {one.value for one in getattr(field, "options", ()) if hasattr(one, "value")}
    gone: dict[Use, None] = {}
    for value, used in values_used(before, key).items():
        if value in had - left:
            gone |= dict.fromkeys(used)
    if gone:
        raise edits.Refused(_("An answer that you take away is named by conditions: change these first."), list(gone))


def _next_to(definition: ProcedureDefinition, kind: Part, key: str) -> tuple[Part, str]:
    """Return the step to show once a part is taken away: the one it stood in, or the one before."""
    step = bench.step_of(definition, kind, key)
    if step is None:
        return "step", ""
    if kind != "step":
        return "step", step.id
    at = definition.steps.index(step)
    return "step", definition.steps[at - 1].id if at else ""


def _words(asked: Asked) -> str:
    values = asked.values
    name = str(values.get("short") or values.get("label") or values.get("title") or _("part"))
    words = {
        "drop": _("“%(name)s” taken away"),
        "up": _("“%(name)s” moved up"),
        "down": _("“%(name)s” moved down"),
        "copy": _("“%(name)s” copied"),
        "split": _("a new step at “%(name)s”"),
        "put": _("“%(name)s” moved"),
    }
    return words.get(asked.act, _("“%(name)s” changed")) % {"name": name[:120]}
