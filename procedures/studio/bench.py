"""The frame in which a procedure is written: its outline, its preview, what was done and can be undone."""

from dataclasses import dataclass, field
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ..definition.checks import blocking_problems
from ..definition.document import ProcedureDefinition, Step
from ..definition.edits import Part
from ..definition.fields import Field
from ..definition.quality import quality
from ..definition.uses import Use
from ..lifecycle import editing
from ..models import Procedure
from . import preview, type_words
from .access import page
from .procedure_views import load

KINDS: tuple[Part, ...] = ("step", "section", "field", "stop")
_ROUTES = {"step": "studio:step", "section": "studio:section", "field": "studio:question", "stop": "studio:stop"}


@dataclass
class Entry:
    """One line of the outline, with those under it."""

    kind: Part
    id: str
    words: str
    icon: str
    href: str
    conditional: bool = False
    current: bool = False
    inner: list["Entry"] = field(default_factory=list)


def opened(request: HttpRequest, slug: str) -> tuple[Procedure, editing.Written, ProcedureDefinition]:
    """Return a procedure that whoever asks writes, and what is being written of it; 404 otherwise."""
    procedure = load(request, slug)
    now = editing.loaded(procedure)
    if now.definition is None:
        raise Http404
    return procedure, now, now.definition


def href(slug: str, kind: Part, key: str) -> str:
    """Return the address of the page of a part."""
    return reverse(_ROUTES[kind], args=[slug, key])


def outline(slug: str, definition: ProcedureDefinition, kind: str, key: str) -> list[Entry]:
    """Return the steps with what they hold; a section has its line where it has a title, a condition or neighbours."""

    def entry(one: Part, node: Any, words: str, icon: str) -> Entry:
        conditional = one != "stop" and getattr(node, "when", None) is not None
        return Entry(one, node.id, words, icon, href(slug, one, node.id), conditional, (one, node.id) == (kind, key))

    def question(one: Field) -> Entry:
        made = entry("field", one, one.name, type_words.icon_of(one.type))
        made.inner = [question(inner) for inner in one.inner()]
        return made

    found = []
    for number, step in enumerate(definition.steps, 1):
        top = entry("step", step, f"{number}. {step.title}", "")
        for section in step.sections:
            within = [question(one) for one in section.fields]
            if section.title or section.when is not None or len(step.sections) > 1:
                part = entry("section", section, section.title or _("(part without a title)"), "list")
                part.inner = within
                top.inner.append(part)
            else:
                top.inner += within
        top.inner += [entry("stop", one, one.title, "pause") for one in step.stops]
        found.append(top)
    return found


def step_of(definition: ProcedureDefinition, kind: str, key: str) -> Step | None:
    """Return the step that a part is or stands in."""
    for step in definition.steps:
        ids: dict[str, list[str]] = {
            "step": [step.id],
            "section": [one.id for one in step.sections],
            "stop": [one.id for one in step.stops],
            "field": [one.id for top in step.fields for one in (top, *top.inner())],
        }
        if key in ids[kind]:
            return step
    return None


def use_link(slug: str, use: Use) -> tuple[str, str]:
    """Return the words and the address of what uses a question."""
    if use.kind == "letter":
        return _("letter “%(name)s”") % {"name": use.words}, reverse("studio:letter", args=[slug, use.id])
    if use.kind == "rule":
        return _("rule “%(name)s”") % {"name": use.words}, reverse("studio:rule", args=[slug, use.id])
    if use.kind == "transition":
        return _("action “%(name)s”") % {"name": use.words}, reverse("studio:transition", args=[slug, use.id])
    words = {"step": _("step “%(name)s”"), "section": _("part “%(name)s”"), "stop": _("stop “%(name)s”")}
    return words.get(use.kind, _("question “%(name)s”")) % {"name": use.words}, reverse(
        _ROUTES[use.kind], args=[slug, use.id]
    )


def draw(
    request: HttpRequest,
    procedure: Procedure,
    now: editing.Written,
    template: str,
    context: dict[str, Any],
    *,
    kind: str = "",
    key: str = "",
    tab: str = "questions",
    status: int = 200,
) -> HttpResponse:
    """Draw a page about what is being written, with the head that all of them share."""
    definition = now.definition
    assert definition is not None, "opened() has seen to it"  # noqa: S101
    step = step_of(definition, kind, key) if kind else None
    count = len([one for one in definition.every_field if not one.startswith("applicant_")])
    problems, found = blocking_problems(definition), quality(definition)
    # Those about what is on the page, the others are counted.
    near = {(kind, key)} | (
        {("field", one.id) for one in step.fields} if step is not None and kind == "step" else set()
    )
    shared = {
        "procedure": procedure,
        "written": now,
        "named": definition.title,
        "tab": tab,
        "steps": editing.steps_of(now.copy),
        "problems": problems,
        "advised": [
            (one, href(procedure.slug, one.kind, one.id))
            for one in found
            if tab == "questions" and (one.kind, one.id) in near
        ],
        "advised_in_all": len(found),
        "outline": outline(procedure.slug, definition, kind, key) if tab == "questions" else [],
        "count": ngettext("%(count)d question", "%(count)d questions", count) % {"count": count},
        "minutes": definition.estimated_minutes,
        "preview": preview.of(definition, step) if step is not None else None,
        "previewed": step,
        "previewed_when": definition.say(step.when) if step is not None and step.when is not None else "",
        "last_section": step.sections[-1].id if step is not None else "",
        "preview_number": definition.steps.index(step) + 1 if step is not None else 0,
        "preview_total": len(definition.all_steps) + 1,
    }
    return page(request, template, {**shared, **context}, section="procedures", status=status)
