"""The page on which a decision is taken back: prepared by an agent, signed by a signatory, or given up."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import Actor, actor_of
from accounts.team.forms import day_field
from portal.kit.widgets import Radios

from .. import permissions
from ..lifecycle import withdraw as verbs
from ..lifecycle.grounds import Grounds, MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Decision, Submission
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .words import due_of, shape_of


class WithdrawalForm(DeskForm):
    """What the withdrawal rests on, its grounds, and how the person was heard."""

    basis = forms.ChoiceField(
        label=gettext_lazy("What the withdrawal rests on"),
        choices=Decision.Basis.choices,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Say what the withdrawal rests on."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    law = Words(
        rows=4,
        label=gettext_lazy("The rule that the decision broke, or that is applied"),
        help_text=gettext_lazy("The text and its article, in a whole sentence: the person reads it as it is."),
        empty=gettext_lazy("Name the rule that is applied, with its article (L211-5)."),
    )
    fact = Words(
        rows=6,
        label=gettext_lazy("The facts, in one to three sentences"),
        help_text=gettext_lazy("Dates and papers of this very case. A stock phrase is not enough (L211-5)."),
        empty=gettext_lazy("Say the facts of this case, with dates and papers (L211-5)."),
    )
    heard_on = day_field(gettext_lazy("Day on which she was invited to be heard"), required=False)
    heard = Words(
        rows=3,
        label=gettext_lazy("What she answered, or that she did not"),
        help_text=gettext_lazy(
            "The person reads it as it is. She may write, speak, or have someone speak for her (L122-1)."
        ),
        required=False,
    )
    words = Words(rows=3, label=gettext_lazy("Words to the person"), required=False)
    about = forms.CharField(widget=forms.HiddenInput, required=False, max_length=40)

    def __init__(self, data: Any = None, *, found: verbs.Target, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.found = found

    def clean(self) -> dict[str, Any]:
        """Say beside its question what the law does not allow."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                verbs.check(self.found, self.withdrawing, timezone.localdate())
            except MissingWords as missing:
                self.add_error(missing.field if missing.field in self.fields else None, str(missing))
        return said

    @property
    def withdrawing(self) -> verbs.Withdrawing:
        """What the form says."""
        said = self.cleaned_data
        grounds = Grounds(law=said["law"], fact=said["fact"], words=said["words"])
        return verbs.Withdrawing(said["basis"], grounds, said.get("heard_on"), said["heard"], said["about"])


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def withdrawal(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what would be taken back; a POST prepares it, signs it or gives it up."""
    submission, actor = load(request, reference), actor_of(request)
    signs = permissions.may_sign_withdrawal(actor, submission)
    if not (signs or permissions.may_prepare_withdrawal(actor, submission)):
        raise PermissionDenied
    if request.method == "POST" and "drop" in request.POST:
        return _drop(request, submission, actor)
    found = verbs.target(submission)
    if found is None:
        messages.warning(request, _("There is nothing to withdraw on this request: it changed meanwhile."))
        return redirect("desk:case", submission.reference)
    typed = take_typed(request, request.path)
    waiting = verbs.prepared(submission)
    if request.method != "POST":
        note(actor, "read", submission)
        form = WithdrawalForm(found=found, initial=_initial(typed, waiting) | {"about": found.key})
        return _draw(request, submission, found, waiting, form, signs=signs)
    form = WithdrawalForm(request.POST, found=found)
    if request.POST.get("about", found.key) != found.key:
        # Her page was about a decision that no longer stands: a second click takes nothing back.
        messages.warning(request, _("There is nothing to withdraw on this request: it changed meanwhile."))
        return redirect("desk:case", submission.reference)
    if not form.is_valid():
        return _draw(request, submission, found, waiting, form, signs=signs, status=422)
    try:
        if signs:
            verbs.withdraw(submission, form.withdrawing, by=actor)
        else:
            verbs.prepare(submission, form.withdrawing, by=actor)
    except StaleAction:
        messages.warning(request, _("There is nothing to withdraw on this request: it changed meanwhile."))
        return redirect("desk:case", submission.reference)
    except MissingWords as missing:
        form.add_error(missing.field if missing.field in form.fields else None, str(missing))
        return _draw(request, submission, found, waiting, form, signs=signs, status=422)
    if signs:
        messages.success(request, _("The decision is withdrawn. The applicant is told, and the letter is being made."))
    else:
        messages.success(request, _("The withdrawal is prepared: it waits for a signatory. Nothing is sent yet."))
    return redirect("desk:case", submission.reference)


def _drop(request: HttpRequest, submission: Submission, actor: Actor) -> HttpResponse:
    try:
        verbs.drop(submission, by=actor)
    except StaleAction:
        messages.warning(request, _("No withdrawal is prepared any more. Nothing was done."))
    else:
        messages.success(request, _("The withdrawal is given up: the decision stands."))
    return redirect("desk:case", submission.reference)


def _initial(typed: Any, waiting: Decision | None) -> dict[str, Any]:
    """Return what was typed while the page was locked, else what was prepared."""
    if typed is not None:
        return {name: str(value)[:5000] for name, value in typed.items()}
    if waiting is None:
        return {}
    return {
        "basis": waiting.basis,
        "law": waiting.law_grounds,
        "fact": waiting.fact_grounds,
        "words": waiting.words,
        "heard_on": waiting.heard_on,
        "heard": waiting.heard,
    }


def _draw(
    request: HttpRequest,
    submission: Submission,
    found: verbs.Target,
    waiting: Decision | None,
    form: WithdrawalForm,
    *,
    signs: bool,
    status: int = 200,
) -> HttpResponse:
    today = timezone.localdate()
    context = {
        "submission": submission,
        "applicant": submission.applicant,
        "state": shape_of(submission),
        "due": due_of(submission),
        "found": found,
        "past": today > found.last_day,
        "waiting": waiting,
        "form": form,
        "signs": signs,
    }
    return page(request, "desk/withdraw.html", context, section="case", status=status)
