"""The pages from which a request is sent on to the competent authority, and where its arrival there is noted."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import actor_of
from accounts.team.forms import day_field
from portal.kit.widgets import Radios

from .. import permissions
from ..definition.clock import effect_of
from ..definition.fields.base import clean_text
from ..lifecycle import clock
from ..lifecycle import send_on as verbs
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Submission
from .access import desk_only, load, note, page
from .forms import DeskForm, Words
from .words import due_of


class SendOnForm(DeskForm):
    """To whom, why, when, and what becomes of the request here."""

    authority = forms.CharField(
        label=gettext_lazy("The competent authority"),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 60}),
        error_messages={
            "required": gettext_lazy("Name the authority that is competent."),
            "max_length": gettext_lazy("This name is too long: keep it under 200 characters."),
        },
    )
    address = Words(
        rows=3,
        label=gettext_lazy("Its address"),
        help_text=gettext_lazy("Postal or electronic: the person may have to write to it."),
        empty=gettext_lazy("Give its address: the person may have to write to it."),
    )
    reason = Words(
        rows=3,
        label=gettext_lazy("Why it is competent"),
        help_text=gettext_lazy("The person reads it as it is."),
        empty=gettext_lazy("Say why it is competent: the person reads it."),
    )
    day = day_field(gettext_lazy("Sent on"))
    kept = forms.ChoiceField(
        label=gettext_lazy("What becomes of the request here"),
        choices=[
            ("no", gettext_lazy("It is finished here: the authority answers")),
            ("yes", gettext_lazy("The department goes on following it")),
        ],
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Say what becomes of the request here."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )

    def __init__(self, data: Any = None, *, submission: Submission, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.submission = submission

    def clean_authority(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["authority"])

    def clean(self) -> dict[str, Any]:
        """Say beside its question what cannot be."""
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                verbs.check(self.submission, self.sending, timezone.localdate())
            except MissingWords as missing:
                self.add_error(missing.field, str(missing))
        return said

    @property
    def sending(self) -> verbs.Sending:
        """What the form says."""
        said = self.cleaned_data
        return verbs.Sending(said["authority"], said["address"], said["reason"], said["day"], said["kept"] == "yes")


class ArrivedForm(DeskForm):
    """The day on which the authority got it."""

    day = day_field(gettext_lazy("Day on which the authority got it"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def send_on(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask to whom and why; the POST sends the request on and tells the person."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    if submission.is_over or clock.has_spoken(submission) or verbs.known(submission) is not None:
        return _changed(request, submission)
    typed = take_typed(request, request.path)
    initial = {name: str(value)[:5000] for name, value in typed.items()} if typed else {"day": timezone.localdate()}
    form, status = SendOnForm(submission=submission, initial=initial), 200
    if request.method == "POST":
        form, status = SendOnForm(request.POST, submission=submission), 422
        if form.is_valid():
            try:
                verbs.send_on(submission, form.sending, by=actor)
            except StaleAction:
                return _changed(request, submission)
            messages.success(request, _("The request is sent on. The applicant is told."))
            return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    context = {
        "submission": submission,
        "applicant": submission.applicant,
        "due": due_of(submission),
        "effect": effect_of(submission.version.definition.legal),
        "form": form,
    }
    return page(request, "desk/send_on.html", context, section="case", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def arrived(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask on which day the authority got it; the POST notes it, and the legal date follows."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_tend_clock(actor, submission):
        raise PermissionDenied
    sent = verbs.known(submission)
    if sent is None:
        raise Http404
    if sent.received_on is not None:
        return _changed(request, submission)
    form, status = ArrivedForm(request.POST if request.method == "POST" else None), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                verbs.note_arrival(submission, form.cleaned_data["day"], by=actor)
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            except StaleAction:
                return _changed(request, submission)
            else:
                messages.success(request, _("It is noted: the legal date follows."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    context = {"submission": submission, "applicant": submission.applicant, "due": due_of(submission)}
    context |= {"form": form, "sent": sent}
    return page(request, "desk/sent_on_arrived.html", context, section="case", status=status)


def _changed(request: HttpRequest, submission: Submission) -> HttpResponse:
    messages.warning(request, _("This request is over, or was sent on already. Nothing was done."))
    return redirect("desk:case", submission.reference)
