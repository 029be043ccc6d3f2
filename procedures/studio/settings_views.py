"""What a procedure says of itself, and the law that it follows: two pages of controls, each kept in one save."""

import copy
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import sent
from accounts.permissions import actor_of

from ..definition import edits
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import DefinitionError, dump
from ..lifecycle import editing
from ..models import Procedure
from . import bench, settings_controls
from .access import editors_only
from .part_form import Attr, Content, PartForm, get, put

_MOST_THEMES = 60


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def presentation(request: HttpRequest, slug: str) -> HttpResponse:
    """Change what the public page of a procedure says."""
    return _settings(
        request, slug, "presentation", _("Presentation"), lambda: settings_controls.presentation(_themes())
    )


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def rules(request: HttpRequest, slug: str) -> HttpResponse:
    """Change the legal block, the protection of data, and what is asked of the person."""
    return _settings(request, slug, "rules", _("Rules and delays"), settings_controls.rules)


def _themes() -> list[str]:
    used = Procedure.objects.exclude(theme="").order_by("theme").values_list("theme", flat=True).distinct()
    return list(used[:_MOST_THEMES])


def _shown(content: Content, attrs: list[Attr]) -> Content:
    """Return what a page of settings shows of a definition."""
    part: Content = {"documents_said": settings_controls.said_documents(content.get("documents"))}
    for attr in attrs:
        if attr.path != "documents_said":
            put(part, attr.path, copy.deepcopy(get(content, attr.path)))
    return part


def _settings(
    request: HttpRequest, slug: str, tab: str, heading: str, controls: Callable[[], list[Attr]]
) -> HttpResponse:
    procedure, now, definition = bench.opened(request, slug)
    post, attrs = sent(request), controls()
    part = _shown(dump(definition), attrs)
    form = PartForm(post if request.method == "POST" else None, part=part, attrs=attrs)
    status, theirs = 200, list[tuple[str, str]]()
    if post is not None and request.method != "POST":
        # What was typed while the page was locked is shown again, not kept: she reads it over first.
        form = form.again(PartForm(post, part=part, attrs=controls()))
    elif post is not None:
        status = 422
        if form.is_valid():
            try:
                changed = _save(procedure, form, attrs, post.get("seen", "")[:40], actor_of(request), heading)
            except DefinitionError as error:
                for fault in error.faults:
                    form.add_error(None, fault)
            except editing.Outdated:
                status = 409
                theirs = form.differences(PartForm(part=part, attrs=controls()))
            else:
                what = heading if changed else _("nothing has changed")
                messages.success(request, _("Kept: %(what)s.") % {"what": what})
                return redirect(f"studio:{tab}", slug)
    context = {
        "form": form,
        "heading": heading,
        "seen": edits.digest(part),
        "stale": status == 409,
        "theirs": theirs,
    }
    return bench.draw(request, procedure, now, "studio/settings.html", context, tab=tab, status=status)


def _save(procedure: Procedure, form: PartForm, attrs: list[Attr], seen: str, by: Any, heading: str) -> bool:
    values = form.values()
    if "documents_said" in form.fields:
        # Documents that are written are needed, whatever the answer above them says.
        values["documents"] = values["documents"] or ([] if values["documents_said"] == "none" else None)

    def change(content: Content, _before: ProcedureDefinition) -> None:
        for attr in attrs:
            if attr.path != "documents_said":
                put(content, attr.path, get(values, attr.path))

    def as_shown(content: Content) -> bool:
        return edits.digest(_shown(content, attrs)) == seen

    return editing.edit(procedure, change, by=by, said=heading, shown=as_shown)
