"""The page that says how long a request is kept, and on which a head holds it back from destruction."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of

from .. import permissions
from ..definition.retention import age_of, sensitive_until, term_of
from ..lifecycle import hold as verbs
from ..lifecycle import retention
from ..lifecycle.transition import StaleAction
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .words import due_of


class HoldForm(DeskForm):
    """Why a request is held back, or let go."""

    reason = Words(
        rows=3,
        label=gettext_lazy("Why it must be kept"),
        help_text=gettext_lazy("For example: a lawsuit, an inspection. Read by the department only."),
        empty=gettext_lazy("Say why it must be kept."),
    )


class LiftForm(DeskForm):
    """Why a request need not be held any more."""

    reason = Words(
        rows=3,
        label=gettext_lazy("Why it need not be kept any more"),
        empty=gettext_lazy("Say why it need not be kept any more."),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def keeping(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the term of a request and what holds it; a head's POST holds it, or lets it go."""
    submission, actor = load(request, reference), actor_of(request)
    may_hold, held = permissions.may_hold(actor, submission), verbs.held(submission)
    typed = take_typed(request, request.path)
    initial = {name: str(value)[:5000] for name, value in typed.items()} if typed else {}
    kind = LiftForm if held else HoldForm
    form, status = kind(initial=initial), 200
    if request.method == "POST":
        if not may_hold:
            raise PermissionDenied
        # What the page was about: a hold that was put or lifted meanwhile is not turned around.
        lifts = "lift" in request.POST
        form, status = (LiftForm if lifts else HoldForm)(request.POST), 422
        if form.is_valid():
            try:
                (verbs.lift if lifts else verbs.put)(submission, form.cleaned_data["reason"], by=actor)
            except StaleAction:
                messages.warning(request, _("This was done meanwhile. Nothing was done."))
            else:
                messages.success(request, _("It is let go.") if lifts else _("It is held: nothing of it is destroyed."))
            return redirect("desk:keeping", submission.reference)
    note(actor, "read", submission)
    privacy, on = submission.version.definition.privacy, retention.ended_on(submission)
    term = term_of(on, privacy) if on else None
    context = {
        "submission": submission,
        "applicant": submission.applicant,
        "due": due_of(submission),
        "privacy": privacy,
        "ended_on": on,
        "term": term,
        "age": age_of(term, timezone.localdate()) if term else "",
        "sensitive_until": sensitive_until(on, privacy) if on else None,
        "held": held,
        "may_hold": may_hold,
        "past": list(submission.holds.exclude(lifted_at=None)),
        "form": form,
    }
    return page(request, "desk/keeping.html", context, section="case", status=status)
