"""The page on which a department fills in what its procedure lets it note on a request."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of
from portal.kit.text import whole

from .. import permissions
from ..definition.lookups import Context
from ..definition.questions import QuestionsForm
from ..lifecycle import annotate
from ..lifecycle.transition import StaleAction
from ..models import Annotation, Submission
from ..models.lookups import TownLookups
from .access import desk_only, load, note, page
from .words import due_of


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def annotations(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what is noted; the POST keeps it, or says what a colleague has noted meanwhile."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_handle(actor, submission):
        raise PermissionDenied
    fields = submission.version.definition.annotations
    if not fields:
        messages.warning(request, _("This procedure has nothing to note."))
        return redirect("desk:case", submission.reference)
    noted = annotate.known(submission)
    context = Context(today=timezone.localdate(), answers={}, lookups=TownLookups())
    initial = {one.id: one.to_initial(noted.values.get(one.id)) for one in fields}
    form = QuestionsForm(questions=fields, context=context, initial=initial)
    seen, changed, status = noted.revision, False, 200
    if request.method == "POST":
        form, status = QuestionsForm(questions=fields, context=context, data=request.POST), 422
        if form.is_valid():
            try:
                annotate.save(submission, form.json, seen=whole(request.POST.get("seen", "")), by=actor)
            except StaleAction:
                # What she typed stays, beside what the colleague wrote: sent again, it is hers that counts.
                changed, status = True, 409
            else:
                messages.success(request, _("It is noted."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    shown = {
        "submission": submission,
        "applicant": submission.applicant,
        "due": due_of(submission),
        "form": form,
        "drawn": form.draw(form.questions),
        "seen": seen,
        "changed": entries(submission, noted) if changed else [],
        "noted": noted,
    }
    return page(request, "desk/annotations.html", shown, section="case", status=status)


def entries(submission: Submission, noted: Annotation) -> list[tuple[str, str]]:
    """Return what is noted, in words; a field that the version no longer has is not shown."""
    fields = submission.version.definition.annotations
    return [pair for one in fields for pair in one.entries(noted.values.get(one.id))]
