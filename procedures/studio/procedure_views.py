"""The procedures that one writes: their list, and the publication of what is being written."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of
from accounts.team.forms import day_field

from .. import permissions
from ..definition.advice import advice
from ..definition.checks import blocking_problems
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import dump
from ..lifecycle import editing
from ..lifecycle.publish import CannotPublish, must_be_reviewed
from ..models import Procedure
from .access import editors_only, page

_LISTED = 200


def load(request: HttpRequest, slug: str) -> Procedure:
    """Return a procedure that whoever asks writes; 404 otherwise, whether it exists or not."""
    rows = permissions.edited(actor_of(request)).select_related("current_version", "department")
    found = rows.filter(slug=slug).first()
    if found is None or not permissions.may_edit(actor_of(request), found):
        raise Http404
    return found


@require_safe
@editors_only
def procedures(request: HttpRequest) -> HttpResponse:
    """List the procedures that one writes, with what waits to be published."""
    actor = actor_of(request)
    rows = permissions.edited(actor).select_related("current_version", "department", "working_copy__updated_by__person")
    rows = rows.defer("current_version__content", "search_text", "working_copy__content").order_by("title", "pk")
    mine = [one for one in rows[:_LISTED] if permissions.may_edit(actor, one)]
    context = {"rows": [(one, getattr(one, "working_copy", None)) for one in mine]}
    return page(request, "studio/procedures.html", context, section="procedures")


class PublishForm(forms.Form):
    """Who validated the law of it, and when: asked where the procedure says that it needs a review."""

    reviewed_by = forms.CharField(
        label=gettext_lazy("Who validated its legal part"),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={"required": gettext_lazy("Name who validated it.")},
    )
    reviewed_on = day_field(gettext_lazy("On which day"))

    def __init__(self, data: Any = None, *, needed: bool) -> None:
        super().__init__(data, auto_id="f-%s")
        if not needed:
            self.fields.clear()


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def publish(request: HttpRequest, slug: str) -> HttpResponse:
    """Say what publishing changes and what forbids it; the POST publishes, or goes back to what is published."""
    procedure, actor = load(request, slug), actor_of(request)
    now = editing.written(procedure)
    if now.copy is None or now.definition is None:
        messages.info(request, _("Nothing waits to be published for this procedure."))
        return redirect("studio:procedures")
    needed = must_be_reviewed(now.definition)
    form, problems, status = PublishForm(needed=needed), [str(one) for one in blocking_problems(now.definition)], 200
    if request.method == "POST":
        mark = request.POST.get("mark", "")[:60]
        form, status = PublishForm(request.POST, needed=needed), 422
        try:
            if "give_up" in request.POST:
                editing.give_up(procedure, by=actor, mark=mark)
                messages.success(request, _("What was being written is given up: what is published stays as it is."))
                return redirect("studio:procedures")
            if form.is_valid():
                given = form.cleaned_data
                version = editing.publish_written(
                    procedure,
                    by=actor,
                    mark=mark,
                    reviewed_by=given.get("reviewed_by", ""),
                    reviewed_on=given.get("reviewed_on"),
                )
                messages.success(request, _("Version %(number)d is published.") % {"number": version.number})
                return redirect("studio:procedures")
        except editing.Outdated as outdated:
            status, now = 409, outdated.written
            messages.warning(request, _("Somebody has changed it meanwhile: here is what would be published now."))
        except CannotPublish as error:
            problems = error.problems
    if now.definition is None or now.copy is None:
        return redirect("studio:procedures")
    published = procedure.current_version.definition if procedure.current_version else None
    context = {
        "procedure": procedure,
        "written": now,
        "form": form,
        "problems": problems,
        "advice": [str(one) for one in advice(now.definition)],
        "changes": changed_parts(published, now.definition),
        "in_flight": procedure.submissions.running().exists() or procedure.submissions.waiting().exists(),
        "today": timezone.localdate(),
    }
    return page(request, "studio/publish.html", context, section="procedures", status=status)


def changed_parts(before: ProcedureDefinition | None, after: ProcedureDefinition) -> list[str]:
    """Say in words which parts of a definition change: each letter by its answer, the others by their name."""
    if before is None:
        return [_("everything: it was never published")]
    old, new = dump(before), dump(after)
    said = {
        "steps": _("the questions"),
        "workflow": _("the workflow"),
        "legal": _("the legal block"),
        "privacy": _("the protection of data"),
        "applicant": _("who is asked of the person"),
        "title": _("the title"),
    }
    changed = [key for key in new if key != "letters" and old.get(key) != new[key]]
    found = list(dict.fromkeys(said.get(key, _("the presentation")) for key in changed))
    letters = {one["id"]: one for one in old["letters"].get("templates", [])}
    kept = {one["id"]: one for one in new["letters"].get("templates", [])}
    for key in dict.fromkeys([*letters, *kept]):
        if key not in kept:
            found.append(_("the letter “%(name)s” is taken away") % {"name": key})
        elif key not in letters:
            found.append(_("the letter “%(name)s” is new") % {"name": key})
        elif letters[key] != kept[key]:
            found.append(_("the letter “%(name)s” changes") % {"name": key})
    rest = [{k: v for k, v in one["letters"].items() if k != "templates"} for one in (old, new)]
    if rest[0] != rest[1]:
        found.append(_("the openings of letters, or the coming steps"))
    return found
