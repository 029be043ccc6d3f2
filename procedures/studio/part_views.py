"""The pages of the questions, steps and parts of a procedure: shown, changed, moved, copied, taken away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe
from pydantic import ValidationError

from accounts.identity.work_session import sent
from accounts.permissions import actor_of

from ..definition import edits
from ..definition.document import ProcedureDefinition
from ..definition.edits import Part
from ..definition.fields import FIELD_TYPES
from ..definition.quality import quality
from ..definition.upgrade import DefinitionError, dump
from ..definition.uses import uses_of
from ..lifecycle import editing
from . import bench, question_controls, type_words
from .access import editors_only
from .adding_views import redrawn, typed_question, wants_other_controls
from .part_controls import attrs_of
from .part_form import Content, PartForm
from .part_saving import Asked, save


@require_safe
@editors_only
def begin(request: HttpRequest, slug: str) -> HttpResponse:
    """Open a procedure at its first step."""
    _procedure, _now, definition = bench.opened(request, slug)
    return redirect("studio:step", slug, definition.steps[0].id)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def step(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a step and change it."""
    return _part(request, slug, "step", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def section(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a part of a step and change it."""
    return _part(request, slug, "section", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def stop(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a reason not to go on and change it."""
    return _part(request, slug, "stop", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def question(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a question and change it."""
    return _part(request, slug, "field", key)


@require_safe
@editors_only
def advice(request: HttpRequest, slug: str) -> HttpResponse:
    """List what is worth another look, in the whole procedure, and what forbids its publication."""
    procedure, now, definition = bench.opened(request, slug)
    rows = [(one, bench.href(slug, one.kind, one.id)) for one in quality(definition)]
    return bench.draw(request, procedure, now, "studio/advice.html", {"rows": rows}, tab="advice")


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def undo(request: HttpRequest, slug: str) -> HttpResponse:
    """Undo the last change, or do it again; the page that was open is shown, or the first step where it is gone."""
    procedure, now, _definition = bench.opened(request, slug)
    if request.method != "POST":
        return redirect("studio:edit", slug)
    redo = request.POST.get("do") == "redo"
    said = editing.steps_of(now.copy)
    what = said.redo if redo else said.undo
    try:
        done = editing.undo(procedure, by=actor_of(request), mark=request.POST.get("mark", "")[:60], redo=redo)
    except editing.Outdated:
        messages.warning(request, _("Somebody has changed it meanwhile: look at it again first."))
    else:
        if done and what is not None:
            words = _("Done again: %(what)s.") if redo else _("Undone: %(what)s.")
            messages.success(request, words % {"what": what or _("a change")})
        else:
            messages.info(request, _("There is nothing to do again.") if redo else _("There is nothing to undo."))
    kind, _slash, key = request.POST.get("part", "")[:80].partition("/")
    shown = editing.written(procedure).definition
    for known in bench.KINDS:
        if known == kind and shown is not None and bench.step_of(shown, known, key):
            return redirect(bench.href(slug, known, key))
    return redirect("studio:edit", slug)


def _part(request: HttpRequest, slug: str, kind: Part, key: str) -> HttpResponse:
    procedure, now, definition = bench.opened(request, slug)
    post = sent(request)
    try:
        kept = edits.own(kind, edits.node(dump(definition), kind, key))
    except edits.Gone:
        if post is None or kind != "field":
            raise Http404 from None
        # What was typed about a question that somebody took away meanwhile is shown again: it can be added anew.
        messages.warning(
            request, _("Somebody has taken this question away. Your words are below: you may add it again.")
        )
        return typed_question(request, procedure, now, post, {"type": post.get("drawn", "text")}, gone=True)
    part = question_controls.complete(kept) if kind == "field" else kept
    drawn = _drawn(part, post)
    form = PartForm(post, part=drawn, attrs=attrs_of(kind, drawn, definition, key))
    status, uses, theirs = 200, list[tuple[str, str]](), list[tuple[str, str]]()
    act = post.get("do", "")[:60] if post is not None else ""
    if post is not None and act != "drop" and (request.method != "POST" or wants_other_controls(post, drawn)):
        form = redrawn(form, kind, post, definition, key)
    elif post is not None:
        status = 422
        if act == "drop" or form.is_valid():
            values = part if act == "drop" else form.values()
            asked = Asked(kind, key, values, act, post.get("where", "")[:120], post.get("seen", "")[:40])
            try:
                saved = save(procedure, asked, actor_of(request))
            except ValidationError as error:
                form.blame(error)
            except edits.Refused as refused:
                form.add_error(None, str(refused))
                uses = [bench.use_link(slug, one) for one in refused.uses]
            except DefinitionError as error:
                for fault in error.faults:
                    form.add_error(None, fault)
            except (editing.Outdated, edits.Gone):
                # Her words stay; what the other wrote is beside them, and from here on she saves over it knowingly.
                status = 409
                theirs = form.differences(PartForm(part=part, attrs=attrs_of(kind, part, definition, key)))
            else:
                messages.success(request, _("Kept: %(what)s.") % {"what": saved.words})
                return redirect(saved.address(slug))
    context = {
        "form": form,
        "kind": kind,
        "key": key,
        "seen": edits.digest(kept),
        "uses": uses,
        "stale": status == 409,
        "theirs": theirs,
        "used_by": _used_by(slug, definition, kind, key),
        "heading": part.get("short") or part.get("label") or part.get("title") or _("Part without a title"),
        "what": _what(definition, kind, key),
        "places": _places(definition, key) if kind == "field" else [],
        "where": post.get("where", "") if post is not None else "",
        "inner": [(one, bench.href(slug, "field", one.id)) for one in _inner(definition, kind, key)],
        "focus": request.GET.get("vers", "")[:8],
    }
    return bench.draw(request, procedure, now, "studio/part.html", context, kind=kind, key=key, status=status)


def _drawn(part: Content, post: Any) -> Content:
    """Return the part under the type that the page showed when it was sent."""
    kind = post.get("drawn", "") if post is not None else ""
    if "type" in part and kind in FIELD_TYPES and kind != part["type"]:
        return question_controls.changed(part, kind)
    return part


def _inner(definition: ProcedureDefinition, kind: Part, key: str) -> list[Any]:
    field = definition.fields.get(key) if kind == "field" else None
    return field.inner() if field is not None else []


def _what(definition: ProcedureDefinition, kind: Part, key: str) -> str:
    step = bench.step_of(definition, kind, key)
    number = definition.steps.index(step) + 1 if step is not None else 0
    if kind == "step":
        return _("step %(number)d of %(total)d") % {"number": number, "total": len(definition.steps)}
    if kind == "field":
        what = type_words.name_of(definition.every_field[key].type)
    else:
        what = _("part of a step") if kind == "section" else _("stop")
    return _("%(what)s, step %(number)d") % {"what": what, "number": number}


def _used_by(slug: str, definition: ProcedureDefinition, kind: Part, key: str) -> list[tuple[str, str]]:
    if kind != "field":
        return []
    return [bench.use_link(slug, one) for one in uses_of(definition, [key], outside=[("field", key)])]


def _places(definition: ProcedureDefinition, key: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return where a question may be put: first in a part, or after each other question; by step."""
    found = []
    for one in definition.steps:
        rows: list[tuple[str, str]] = []
        for part in one.sections:
            rows.append((f":{part.id}", _("first, in “%(name)s”") % {"name": part.title or one.title}))
            for top in part.fields:
                others = [field for field in (top, *top.inner()) if field.id != key]
                rows += [(field.id, _("after “%(name)s”") % {"name": field.name}) for field in others]
        found.append((one.title, rows))
    return found
