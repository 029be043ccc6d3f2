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
from ..definition.quality import quality
from ..lifecycle import beginning, editing
from ..lifecycle.publish import CannotPublish, must_be_reviewed
from ..models import Procedure
from . import differences
from .access import editors_only, page

_LISTED = 200


def load(request: HttpRequest, slug: str) -> Procedure:
    """Return a procedure that whoever asks writes; 404 otherwise, whether it exists or not."""
    rows = permissions.edited(actor_of(request)).select_related("department", *editing.WITH_COPY)
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
    rows_of = [(one, getattr(one, "working_copy", None)) for one in mine]
    context = {"rows": rows_of, "begins": bool(permissions.begun_in(actor))}
    return page(request, "studio/procedures.html", context, section="procedures")


class PublishForm(forms.Form):
    """Why it is published; who validated the law of it, and when, where the procedure says that it needs a review."""

    reviewed_by = forms.CharField(
        label=gettext_lazy("Who validated its legal part"),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={"required": gettext_lazy("Name who validated it.")},
    )
    reviewed_on = day_field(gettext_lazy("On which day"))

    reason = forms.CharField(
        label=gettext_lazy("Why this version"),
        help_text=gettext_lazy("In a few words, for those who will read the list of versions."),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"class": "wide"}),
    )

    def __init__(self, data: Any = None, *, needed: bool) -> None:
        super().__init__(data, auto_id="f-%s")
        if not needed:
            del self.fields["reviewed_by"], self.fields["reviewed_on"]


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
            if "discard" in request.POST:
                beginning.discard(procedure, by=actor, mark=mark)
                messages.success(request, _("The procedure that was never published is given up."))
                return redirect("studio:procedures")
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
                    reason=given.get("reason", ""),
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
        "found": differences.between(published, now.definition) if published is not None else [],
        "first": published is None,
        "quality": len(quality(now.definition)),
        "in_flight": procedure.submissions.running().exists() or procedure.submissions.waiting().exists(),
        "drafts": procedure.drafts.filter(submission=None).count(),
        "today": timezone.localdate(),
    }
    return page(request, "studio/publish.html", context, section="procedures", status=status)
