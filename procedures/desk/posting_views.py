"""The page on which the letter of a decision that goes by post is followed: printed, signed, posted, received."""

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
from portal.kit.widgets import Files

from .. import permissions
from ..definition.fields.base import clean_text
from ..lifecycle import notification as verbs
from ..lifecycle.files import RefusedFile
from ..lifecycle.grounds import MissingWords
from ..lifecycle.transition import StaleAction
from ..models import Decision, Notification
from .access import desk_only, load, note, page
from .forms import DeskForm
from .words import due_of


class PostingForm(DeskForm):
    """When the letter left, under which number, when it was received, and its scan."""

    posted_on = day_field(gettext_lazy("Posted on"))
    number = forms.CharField(
        label=gettext_lazy("Number of the registered letter"),
        required=False,
        max_length=40,
        error_messages={"max_length": gettext_lazy("This number is too long: keep it under 40 characters.")},
    )
    received_on = day_field(gettext_lazy("Received on"), required=False)
    scan = forms.Field(label=gettext_lazy("The signed letter, scanned"), required=False, widget=Files)

    def __init__(self, data: Any = None, *, notification: Notification, **kwargs: Any) -> None:
        initial = {
            "posted_on": notification.posted_on or timezone.localdate(),
            "number": notification.letter_number,
            "received_on": notification.received_on,
        }
        super().__init__(data, initial=initial | kwargs.pop("initial", {}), **kwargs)
        question = verbs.scanned().form_field()
        self.fields["received_on"].help_text = _("The day on the return receipt. Empty while it has not come back.")
        kept = _("Kept beside the text of the decision.")
        self.fields["scan"].help_text = f"{kept} {question.help_text}"
        self.fields["scan"].widget.attrs = question.widget.attrs

    def clean_number(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["number"])

    @property
    def posting(self) -> verbs.Posting:
        """What the form says."""
        said = self.cleaned_data
        return verbs.Posting(said["posted_on"], said["number"], said["received_on"])


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def posting(request: HttpRequest, reference: str, number: int) -> HttpResponse:
    """Ask when the letter was posted; the POST keeps its scan first, so that no other mistake loses it."""
    submission, actor = load(request, reference), actor_of(request)
    if not permissions.may_post(actor, submission):
        raise PermissionDenied
    decision = submission.decisions.filter(number=number, notification__way="post").first()
    if decision is None:
        raise Http404
    if decision.notification.is_settled:
        messages.warning(request, _("Its return receipt came back: nothing is left to note. Nothing was done."))
        return redirect("desk:case", submission.reference)
    typed = take_typed(request, request.path)
    initial = {name: str(value)[:200] for name, value in typed.items()} if typed else {}
    form, status = PostingForm(notification=decision.notification, initial=initial), 200
    if request.method == "POST":
        form, status = PostingForm(request.POST, notification=decision.notification), 422
        if _scan(request, form, decision) and form.is_valid():
            try:
                verbs.note_posting(decision, form.posting, by=actor)
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            except StaleAction:
                messages.warning(request, _("This letter was dealt with meanwhile. Nothing was done."))
                return redirect("desk:case", submission.reference)
            else:
                messages.success(request, _("It is noted."))
                return redirect("desk:case", submission.reference)
    note(actor, "read", submission)
    kept = Notification.objects.select_related("scan").get(decision=decision)
    context = {"submission": submission, "applicant": submission.applicant, "due": due_of(submission)}
    context |= {"form": form, "decision": decision, "notification": kept}
    return page(request, "desk/posting.html", context, section="case", status=status)


def _scan(request: HttpRequest, form: PostingForm, decision: Decision) -> bool:
    """Keep the scan that came; say beside its question what is wrong with it, and whether to go on."""
    upload = request.FILES.get("scan")
    if upload is None:
        return True
    try:
        verbs.keep_scan(decision, upload, by=actor_of(request))
    except RefusedFile as refused:
        form.is_valid()
        form.add_error("scan", str(refused))
        return False
    except StaleAction:
        return True
    return True
