"""The page from which the delay to answer is prolonged, where a text of the procedure gives it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of
from portal.kit.moments import day_in_words
from portal.kit.widgets import Radios

from .. import permissions
from ..lifecycle import clock_words
from ..lifecycle import extend as verbs
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .words import due_of


class ExtendForm(DeskForm):
    """By which text, and why. A text is named by its place among those of the procedure."""

    text = forms.ChoiceField(
        label=gettext_lazy("The text that gives more time"),
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose the text that gives more time."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    reason = Words(
        rows=4,
        label=gettext_lazy("Why more time is needed"),
        help_text=gettext_lazy("The person reads it as it is."),
        empty=gettext_lazy("Say why more time is needed: the person reads it."),
    )

    def __init__(self, *args: Any, submission: Submission, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = submission.version.definition.legal.extensions
        # Each with the date that it would give: what is chosen is seen before it is done.
        self.fields["text"].choices = [  # type: ignore[attr-defined]
            (str(every.index(one)), _label(submission, one)) for one in verbs.offered(submission)
        ]
        self.every = every

    @property
    def basis(self) -> str:
        """The text that was chosen."""
        return self.every[int(self.cleaned_data["text"])].basis


def _label(submission: Submission, text: Any) -> str:
    until = verbs.new_date(submission, text)
    return _("%(delay)s more, until %(day)s: %(text)s") % {
        "delay": clock_words.in_words(text.delay),
        "day": day_in_words(until) if until else "?",
        "text": text.basis,
    }


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def extend(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask by which text and why; the POST prolongs the delay and tells the person."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    if not submission.version.definition.legal.extensions:
        raise Http404
    if not verbs.is_open(submission) or not verbs.offered(submission):
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = {name: str(value)[:5000] for name, value in typed.items()} if typed else {}
    form, status = ExtendForm(submission=submission, initial=initial), 200
    if request.method == "POST":
        form, status = ExtendForm(request.POST, submission=submission), 422
        if form.is_valid():
            try:
                verbs.extend(submission, form.basis, form.cleaned_data["reason"], by=actor)
            except StaleAction:
                return _changed(request, submission)
            messages.success(request, _("The delay is prolonged. The applicant is told."))
            return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    context = {"submission": submission, "applicant": submission.applicant, "due": due_of(submission), "form": form}
    return page(request, "desk/extend.html", context, section="case", status=status)


def _changed(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.warning(request, _("The delay is over, or was prolonged already. Nothing was done."))
    return redirect("desk:case", submission.reference)
