"""What is added to a procedure: a question, a step, a part of a step, a reason not to go on."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from accounts.identity.work_session import sent
from accounts.permissions import actor_of

from ..definition import edits
from ..definition.document import ProcedureDefinition, Stop
from ..definition.edits import Part
from ..definition.fields import FIELD_TYPES
from ..definition.upgrade import DefinitionError
from ..lifecycle import editing
from ..models import Procedure
from . import bench, question_controls, type_words
from .access import editors_only
from .part_controls import attrs_of
from .part_form import Attr, Content, PartForm, line


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def question(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a question: its type first, then what it asks."""
    procedure, now, definition = bench.opened(request, slug)
    post = sent(request)
    if post is None and request.GET.get("type", "") not in FIELD_TYPES:
        return _types(request, procedure, now, definition)
    return typed_question(request, procedure, now, post, request.GET)


def _types(
    request: HttpRequest, procedure: Procedure, now: editing.Written, definition: ProcedureDefinition
) -> HttpResponse:
    where = {name: request.GET.get(name, "")[:60] for name in ("apres", "partie") if request.GET.get(name)}
    inside = where.get("apres") in definition.every_field and where.get("apres") not in definition.fields
    families = [
        (family, [(key, words, type_words.NAMES[key][1], type_words.icon_of(key)) for key, words in kinds])
        for family, kinds in type_words.offered()
        if not (inside and kinds[0][0] == "group")
    ]
    return bench.draw(request, procedure, now, "studio/add.html", {"families": families, "where": urlencode(where)})


def typed_question(
    request: HttpRequest, procedure: Procedure, now: editing.Written, post: Any, where: Any, *, gone: bool = False
) -> HttpResponse:
    """Show the form of a question that is not there yet, and add it; ``gone``: it was, until somebody took it away."""
    definition = now.definition
    assert definition is not None, "opened() has seen to it"  # noqa: S101
    kind = (post.get("drawn") if post is not None else "") or where.get("type", "")
    part = question_controls.blank(kind if kind in FIELD_TYPES else "text")
    after, section = where.get("apres", "")[:60], where.get("partie", "")[:60]
    here = _before_which(definition, after, section)
    form = PartForm(post, part=part, attrs=question_controls.attrs_of(part, definition, here))
    status = 409 if gone else 200
    if post is not None and (gone or request.method != "POST" or wants_other_controls(post, part)):
        form = redrawn(form, "field", post, definition, here)
    elif post is not None:
        status = 422
        if form.is_valid():
            values = form.values()

            def change(content: Content, before: ProcedureDefinition) -> str:
                FIELD_TYPES[values["type"]].model_validate(_sample(values))
                last = before.steps[-1].sections[-1].id
                return edits.add_field(content, dict(values), after=after, section=section or last)

            made = _done(request, procedure, form, change, values["label"])
            if made:
                return redirect("studio:question", procedure.slug, made)
    query = {"type": form.part["type"], "apres": after, "partie": section}
    action = f"{reverse('studio:add', args=[procedure.slug])}?{urlencode({k: v for k, v in query.items() if v})}"
    back = reverse("studio:edit", args=[procedure.slug])
    context = {"form": form, "action": action, "heading": _("New question"), "back": back}
    return bench.draw(request, procedure, now, "studio/new_part.html", context, status=status)


def _sample(values: Content) -> Content:
    made = {**values, "id": "nouvelle"}
    if values["type"] == "group":
        made["fields"] = [{**one, "id": "premiere"} for one in values["fields"]]
    return made


def wants_other_controls(post: Any, part: Content) -> bool:
    """Say whether a page was sent to be shown again: with one more row, or under another type."""
    return bool(post.get("do", "").startswith("more-") or post.get("type", part.get("type")) != part.get("type"))


def redrawn(form: PartForm, kind: Part, post: Any, definition: ProcedureDefinition, key: str) -> PartForm:
    """Show again what was typed, not judged, under the type that was chosen."""
    part, chosen = form.part, post.get("type")
    if kind == "field" and chosen in FIELD_TYPES and chosen != part["type"]:
        part = question_controls.changed(part, chosen)
    return PartForm(part=part, attrs=attrs_of(kind, part, definition, key)).again(form)


def _done(
    request: HttpRequest,
    procedure: Procedure,
    form: PartForm,
    change: Callable[[Content, ProcedureDefinition], str],
    name: str,
) -> str:
    """Add a part in one save; return its id, or an empty text where the form says why it was not."""
    made: list[str] = []
    said = _("“%(name)s” added") % {"name": name[:120]}
    try:
        editing.edit(
            procedure,
            lambda content, before: made.append(change(content, before)),
            by=actor_of(request),
            said=said,
            shown=lambda _content: True,
        )
    except ValidationError as error:
        form.blame(error)
    except edits.Gone:
        form.add_error(None, _("The place where it was to be is gone: choose another, from the outline."))
    except DefinitionError as error:
        for fault in error.faults:
            form.add_error(None, fault)
    else:
        messages.success(request, _("Kept: %(what)s.") % {"what": said})
        return made[0]
    return ""


def _before_which(definition: ProcedureDefinition, after: str, section: str) -> str:
    """Return the id of the question before which a new one will stand: it may read what is asked until there."""
    parts = [part for one in definition.steps for part in one.sections]
    for number, part in enumerate(parts):
        ids = [field.id for field in part.fields]
        if after in ids or part.id == section:
            following = ids[ids.index(after) + 1 :] if after in ids else []
            following += [field.id for later in parts[number + 1 : number + 2] for field in later.fields]
            return following[0] if following else ""
        for top in part.fields:
            inner = [field.id for field in top.inner()]
            if after in inner[:-1]:
                return inner[inner.index(after) + 1]
    return ""


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def step(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a step, with its first question: a step asks something."""
    attrs = [
        Attr("title", line(_("Name of the step"), hint=_("In the progress: a few words."), needed=_("Name the step."))),
        Attr("question", line(_("Title of the page"), hint=_("Empty: the name of the step."))),
        Attr("label", line(_("First question"), needed=_("Write a question: a step asks something."))),
    ]

    def change(values: Content, content: Content, _before: ProcedureDefinition) -> str:
        return edits.add_step(content, values["title"], values["question"] or values["title"], values["label"])

    return _new(request, slug, "step", attrs, change, _("New step"))


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def section(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Add a part to a step: questions under one title, or under one condition."""
    attrs = [
        Attr("title", line(_("Heading"), needed=_("Write the title of the part."))),
        Attr("label", line(_("First question"), needed=_("Write a question: a part asks something."))),
    ]

    def change(values: Content, content: Content, _before: ProcedureDefinition) -> str:
        return edits.add_section(content, key, values["title"], values["label"])

    return _new(request, slug, "section", attrs, change, _("New part"), step=key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def stop(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Add to a step a reason not to go on: with some answers, it is not asked for here."""

    def change(values: Content, content: Content, _before: ProcedureDefinition) -> str:
        Stop.model_validate({**values, "id": "nouveau"})
        return edits.add_stop(content, key, values)

    return _new(request, slug, "stop", None, change, _("New stop"), step=key)


def _new(
    request: HttpRequest,
    slug: str,
    kind: Part,
    attrs: list[Attr] | None,
    change: Callable[[Content, Content, ProcedureDefinition], str],
    heading: str,
    *,
    step: str = "",
) -> HttpResponse:
    procedure, now, definition = bench.opened(request, slug)
    if step and all(one.id != step for one in definition.steps):
        raise Http404
    post = sent(request)
    # What a stop of a step may read: all that is asked until its end.
    controls = attrs if attrs is not None else attrs_of(kind, {}, _until(definition, step), "")
    form, status = PartForm(post, part={}, attrs=controls), 200
    if post is not None and (request.method != "POST" or post.get("do", "").startswith("more-")):
        form = PartForm(part={}, attrs=controls).again(form)
    elif post is not None:
        status = 422
        if form.is_valid():
            values = form.values()
            made = _done(request, procedure, form, lambda *args: change(values, *args), values["title"])
            if made:
                return redirect(bench.href(slug, kind, made))
    context = {
        "form": form,
        "action": request.path,
        "heading": heading,
        "back": reverse("studio:step", args=[slug, step]) if step else reverse("studio:edit", args=[slug]),
    }
    return bench.draw(request, procedure, now, "studio/new_part.html", context, status=status)


def _until(definition: ProcedureDefinition, step: str) -> ProcedureDefinition:
    """Return a definition that ends with a step."""
    at = next(n for n, one in enumerate(definition.steps) if one.id == step)
    return definition.model_copy(update={"steps": definition.steps[: at + 1]})
