"""The workflow of a procedure: drawn, in tables, its states and its actions each on a page, ready ones to begin from."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods
from pydantic import ValidationError

from accounts.identity.work_session import sent
from accounts.permissions import actor_of

from ..definition import edits, edits_workflow
from ..definition.document import ProcedureDefinition
from ..definition.edits_workflow import Node
from ..definition.ready import READY
from ..definition.rules import Rule
from ..definition.upgrade import DefinitionError, dump
from ..definition.workflow import State, Transition
from ..lifecycle import editing
from . import bench, rule_controls, workflow_drawing
from . import workflow_controls as controls
from .access import editors_only
from .part_form import Attr, Content, PartForm

_MODELS: dict[Node, Any] = {"state": State, "transition": Transition, "rule": Rule}


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def workflow(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the workflow; the POST puts a ready one in its place."""
    procedure, now, definition = bench.opened(request, slug)
    flow, status, uses = definition.workflow, 200, list[tuple[str, str]]()
    if request.method == "POST":
        chosen = request.POST.get("ready", "")
        status = 422
        if chosen not in READY:
            messages.error(request, _("Choose a workflow of the list."))
        else:
            said = _("workflow “%(name)s”") % {"name": controls.ready()[chosen][0]}
            try:
                editing.edit(
                    procedure,
                    lambda content, before: edits_workflow.choose(content, before, chosen),
                    by=actor_of(request),
                    said=said,
                    mark=request.POST.get("mark", "")[:60],
                )
            except edits.Refused as refused:
                messages.error(request, str(refused))
                uses = [bench.use_link(slug, one) for one in refused.uses]
            except editing.Outdated:
                status = 409
                messages.warning(request, _("Somebody has changed it meanwhile: look at it again first."))
            else:
                messages.success(request, _("Kept: %(what)s.") % {"what": said})
                return redirect("studio:workflow", slug)
    statuses, roles, acts = controls.statuses(), controls.roles(), controls.acts()
    moments, does = rule_controls.moments(), rule_controls.acts()
    name = edits_workflow.ready_name(definition)
    context = {
        "flow": flow,
        "drawing": workflow_drawing.of(flow),
        "sentences": workflow_drawing.sentences(flow),
        "states": [(one, statuses[one.status], one.id == flow.start) for one in flow.states],
        "moves": [
            (
                one,
                [flow.said(start) for start in one.from_],
                flow.said(one.to),
                roles.get(one.role, one.role),
                acts[one.act],
            )
            for one in flow.transitions
        ],
        "rules": [(one, moments[one.on], does[one.do], definition.say(one.when)) for one in definition.rules],
        "ready": [(key, title, words, key == name) for key, (title, words) in controls.ready().items()],
        "uses": uses,
    }
    return bench.draw(request, procedure, now, "studio/workflow.html", context, tab="workflow", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def state(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a state and change it."""
    return _node(request, slug, "state", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def transition(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show an action and change it."""
    return _node(request, slug, "transition", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add_state(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a state."""
    return _node(request, slug, "state", "")


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add_transition(request: HttpRequest, slug: str) -> HttpResponse:
    """Add an action."""
    return _node(request, slug, "transition", "")


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def rule(request: HttpRequest, slug: str, key: str) -> HttpResponse:
    """Show a rule and change it."""
    return _node(request, slug, "rule", key)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add_rule(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a rule."""
    return _node(request, slug, "rule", "")


def _attrs(kind: Node, definition: ProcedureDefinition, part: Content) -> list[Attr]:
    if kind == "rule":
        return rule_controls.of_rule(definition, part)
    return controls.of_state() if kind == "state" else controls.of_transition(definition, part)


def _begun(kind: Node, key: str, definition: ProcedureDefinition) -> Content:
    """Return the state or the action that is shown; a new one where it has no id. Raises Http404."""
    if not key and kind == "rule":
        return rule_controls.blank()
    if not key:
        return controls.blank_state() if kind == "state" else controls.blank_transition(definition)
    try:
        return edits_workflow.node(dump(definition), kind, key)
    except edits.Gone:
        raise Http404 from None


def _node(request: HttpRequest, slug: str, kind: Node, key: str) -> HttpResponse:
    procedure, now, definition = bench.opened(request, slug)
    part, post = _begun(kind, key, definition), sent(request)
    form = PartForm(post if request.method == "POST" else None, part=part, attrs=_attrs(kind, definition, part))
    status, uses, theirs = 200, list[tuple[str, str]](), list[tuple[str, str]]()
    act = post.get("do", "")[:20] if post is not None else ""
    if post is not None and request.method != "POST":
        form = form.again(PartForm(post, part=part, attrs=_attrs(kind, definition, part)))
    elif post is not None and act.startswith("more-"):
        form = PartForm(part=part, attrs=_attrs(kind, definition, part)).again(form)
    elif post is not None:
        status = 422
        if act == "drop" or form.is_valid():
            try:
                words = _save(
                    procedure,
                    kind,
                    key,
                    part if act == "drop" else form.values(),
                    act,
                    post.get("seen", ""),
                    actor_of(request),
                )
            except ValidationError as error:
                form.blame(error)
            except edits.Refused as refused:
                form.add_error(None, str(refused))
                uses = [bench.use_link(slug, one) for one in refused.uses]
            except DefinitionError as error:
                for fault in error.faults:
                    form.add_error(None, fault)
            except (editing.Outdated, edits.Gone):
                status = 409
                theirs = form.differences(PartForm(part=part, attrs=_attrs(kind, definition, part)))
            else:
                messages.success(request, _("Kept: %(what)s.") % {"what": words})
                return redirect("studio:workflow", slug)
    new = {"state": _("New state"), "transition": _("New action"), "rule": _("New rule")}[kind]
    context = {
        "form": form,
        "key": key,
        "heading": part.get("label") or part.get("title") or new,
        "what": {"state": _("state"), "transition": _("action"), "rule": _("rule")}[kind],
        "seen": edits.digest(part),
        "stale": status == 409,
        "theirs": theirs,
        "uses": uses,
        "back": reverse("studio:workflow", args=[slug]),
        "first": kind == "state" and key == definition.workflow.start,
        "is_state": kind == "state",
    }
    return bench.draw(request, procedure, now, "studio/workflow_part.html", context, tab="workflow", status=status)


def _save(procedure: Any, kind: Node, key: str, values: Content, act: str, seen: str, by: Any) -> str:
    """Do what the page asks, in one save; return it in words."""

    def change(content: Content, before: ProcedureDefinition) -> None:
        if act == "drop" and key:
            edits_workflow.drop(content, before, kind, key)
            return
        if kind == "rule":
            values["to"] = rule_controls.kept(values, before)
        _MODELS[kind].model_validate({**values, "id": key or "nouveau"})
        if not key:
            edits_workflow.add(content, kind, values)
            return
        edits_workflow.replace(content, kind, key, values)
        if act in {"up", "down"}:
            edits_workflow.shift(content, kind, key, -1 if act == "up" else 1)
        elif act == "first" and kind == "state":
            content["workflow"]["start"] = key

    def as_shown(content: Content) -> bool:
        return not key or edits.digest(edits_workflow.node(content, kind, key)) == seen

    name = {"name": str(values.get("label") or values.get("title"))[:120]}
    said = _("“%(name)s” taken away") if act == "drop" else _("“%(name)s” changed") if key else _("“%(name)s” added")
    done = editing.edit(procedure, change, by=by, said=said % name, shown=as_shown)
    return said % name if done else _("nothing has changed")
