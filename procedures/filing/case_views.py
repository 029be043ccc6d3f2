"""A request as the citizen sees it: confirmation, progress, messages, answers, files."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accounts.permissions import actor_of
from journal.models import Event
from portal.kit.limits import count
from portal.kit.templatetags.kit import phone

from .. import permissions
from ..definition.fields.base import clean_text
from ..definition.reference import normalise_reference
from ..definition.workflow import Transition
from ..lifecycle import clock, clock_words, correction, pieces, send_on, silence, silence_asks
from ..lifecycle import message as letters
from ..lifecycle import transition as transitions
from ..lifecycle.edition import place_before
from ..models import Decision, Document, StoredFile, Submission
from ..models.storage import download
from .recap_views import rows


def load(request: HttpRequest, reference: str) -> Submission:
    """Return the request if this person may follow it; 404 otherwise, whether it exists or not."""
    found = (
        Submission.objects.select_related(
            "version", "procedure", "department__place", "applicant", "edition", "assigned_to__person"
        )
        .filter(reference=normalise_reference(reference) or reference)
        .first()
    )
    if found is None or not permissions.may_see_as_citizen(actor_of(request), found):
        raise Http404
    return found


def _receipt(submission: Submission, number: int = 1) -> Document | None:
    """Return the receipt of a sending: the acknowledgement is that of the first."""
    found = submission.documents.filter(kind=Document.Kind.RECEIPT, answer_set__number=number)
    return found.select_related("stored").first()


def _letter(decision: Decision | None) -> Document | None:
    """Return the file of a signed decision, made or still owed; those signed before there were any have none."""
    return Document.objects.filter(decision=decision).select_related("stored").first() if decision else None


def _later(submission: Submission) -> list[Document]:
    """Return the receipts of the corrections that are made, the latest first."""
    found = submission.documents.filter(kind=Document.Kind.RECEIPT, answer_set__number__gt=1, stored__destroyed_at=None)
    found = found.exclude(stored=None)
    return list(found.select_related("stored", "answer_set").order_by("-pk"))


@require_safe
def confirmation(request: HttpRequest, reference: str) -> HttpResponse:
    """Show the acknowledgement, whole, as soon as the request is filed; the PDF follows."""
    submission = load(request, reference)
    definition = submission.version.definition
    return render(
        request,
        "filing/confirmation.html",
        {
            "submission": submission,
            "ack": submission.acknowledgement,
            "definition": definition,
            "department": submission.department,
            "receipt": _receipt(submission),
            "next_steps": definition.letters.next_steps,
            "waiting": place_before(submission) if submission.waiting_rank else 0,
            "mandate": permissions.mandate_over(actor_of(request), submission),
        },
    )


class WordsForm(forms.Form):
    """Some words to the department."""

    words = forms.CharField(
        label=gettext_lazy("Your message"),
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=5000,
        error_messages={
            "required": gettext_lazy("Write your message before you send it."),
            "max_length": gettext_lazy("This message is too long: keep it under 5,000 characters."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})

    def clean_words(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["words"], keep_lines=True)


@require_safe
def case(request: HttpRequest, reference: str) -> HttpResponse:
    """Show where the request stands, what is awaited, and everything said and sent so far."""
    return _case(request, load(request, reference), WordsForm())


def _case(request: HttpRequest, submission: Submission, form: WordsForm, status: int = 200) -> HttpResponse:
    definition = submission.version.definition
    workflow = definition.workflow
    actions = {
        t.act: t for t in permissions.allowed_transitions(actor_of(request), submission) if t.role == "applicant"
    }
    last = submission.answer_sets.order_by("-number").first()
    exchanged = list(submission.messages.all())
    signed = submission.decisions.filter(signed_at__isnull=False).select_related("notification__scan")
    decision = signed.order_by("-number").first()
    reading = clock.reading(submission)
    # The law counts from the first reading of a notice (R112-20): it is noted, and changes nothing the citizen sees.
    letters.mark_read(submission, by_citizen=True)
    if decision is not None and decision.first_read_at is None:
        letters.mark_decision_read(decision)
    return render(
        request,
        "filing/case.html",
        {
            "submission": submission,
            "state": workflow.state(submission.state),
            "definition": definition,
            "department": submission.department,
            "followed_by": followed_by(submission),
            "timeline": timeline(submission),
            "waiting": place_before(submission) if submission.waiting_rank else 0,
            "rows": rows(definition, last.answers) if last else [],
            "files": list(submission.files.select_related("stored")),
            "receipt": _receipt(submission),
            "later": _later(submission) if last and last.number > 1 else [],
            "exchanged": exchanged,
            "question": next((m for m in reversed(exchanged) if m.kind == "correction"), None),
            "decision": decision,
            "letter": _letter(decision),
            "withdrawn": list(submission.decisions.filter(revoked_by__signed_at__isnull=False).order_by("-number")),
            "asked": pieces.latest(submission),
            "corrected": correction.latest(submission),
            "computed": clock_words.sentences(reading),
            "clock": reading,
            "silence": silence.said_to_citizen(submission),
            **after_silence(submission),
            "extensions": list(submission.extensions.all()),
            "sent_on": send_on.known(submission),
            "reply": actions.get("reply"),
            "withdraw": actions.get("withdraw"),
            "form": form,
            "mandate": permissions.mandate_over(actor_of(request), submission),
        },
        status=status,
    )


def followed_by(submission: Submission) -> tuple[str, str] | None:
    """Return the name and title of the agent who follows a request, where there is one and her name is given (L111-2)."""
    agent = submission.assigned_to
    person = getattr(agent, "person", None)
    if agent is None or person is None or agent.unnamed or submission.is_over:
        return None
    held = agent.memberships.in_force().filter(role__in=(Role.AGENT, Role.HEAD)).order_by("pk")
    own = [one for one in held if one.covers(submission.procedure.public_id)]
    there = [one for one in own if one.department_id == submission.department_id] or own
    return (person.display_name, there[0].title) if there else None


def after_silence(submission: Submission) -> dict[str, Any]:
    """Return what silence opens to the person: what she may ask, what she asked, and what came of it."""
    asked = silence_asks.asked_of(submission)
    return {
        "after_silence": asked,
        "may_ask": "" if asked else silence_asks.may_be_asked(submission),
        "appeal_until": silence_asks.appeal_until(asked) if asked else None,
        "attestation": submission.documents.filter(kind=Document.Kind.ATTESTATION).select_related("stored").first(),
    }


def timeline(submission: Submission) -> list[dict[str, Any]]:
    """Return what happened, in the citizen's words, from the very events that agents see."""
    workflow = submission.version.definition.workflow
    shown: list[dict[str, Any]] = []
    for event in Event.objects.of(submission.key):
        target = event.data.get("state") or event.data.get("to")
        if not target:
            continue
        state = workflow.state(target)
        if shown and shown[-1]["label"] == state.citizen_label:
            continue
        # What an agent entered later was received before.
        entered = "received_at" in event.data
        shown.append(
            {
                "label": state.citizen_label,
                "at": submission.received_at if entered else event.at,
                "hour_known": submission.hour_known if entered else True,
            }
        )
    return shown


def _phone(submission: Submission) -> dict[str, str]:
    return {"phone": phone(submission.department.phone)}


@require_http_methods(["GET", "HEAD", "POST"])
def message(request: HttpRequest, reference: str) -> HttpResponse:
    """Send a message to the department; a GET leads to the request."""
    if request.method != "POST":
        return redirect("filing:case", reference)
    submission = load(request, reference)
    form = WordsForm(request.POST)
    if form.is_valid() and count(f"messages:{submission.pk}", seconds=3600) > settings.MESSAGES_AN_HOUR:
        # L112-11: slowed down, with a human within reach; what she wrote stays.
        form.add_error(
            "words", _("Too many messages in one hour: wait a little, or call us on %(phone)s.") % _phone(submission)
        )
        return _case(request, submission, form, 429)
    if not form.is_valid():
        return _case(request, submission, form, 422)
    letters.send(submission, form.cleaned_data["words"], by=actor_of(request))
    messages.success(request, _("Your message is sent."))
    return redirect("filing:case", submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def action(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Answer the department's question, or withdraw the request after a page that asks first."""
    submission = load(request, reference)
    actor = actor_of(request)
    transition = _transition(submission, key)
    if request.method != "POST":
        if transition.act != "withdraw" or not permissions.may_apply(actor, submission, transition):
            return redirect("filing:case", submission.reference)
        mandate = permissions.mandate_over(actor, submission)
        context = {"submission": submission, "transition": transition, "mandate": mandate}
        return render(request, "filing/withdraw.html", context)
    words = ""
    if transition.needs_text:
        form = WordsForm(request.POST)
        if not form.is_valid():
            return _case(request, submission, form, 422)
        words = form.cleaned_data["words"]
    try:
        transitions.apply(submission, key, by=actor, words=words)
    except transitions.StaleAction:
        messages.warning(request, _("Your request has changed meanwhile: here is where it stands now."))
    else:
        messages.success(request, _("It is done: the department has been told."))
    return redirect("filing:case", submission.reference)


def _transition(submission: Submission, key: str) -> Transition:
    try:
        transition = submission.version.definition.workflow.transition(key)
    except KeyError as error:
        raise Http404 from error
    if transition.role != "applicant":
        raise Http404
    return transition


@require_safe
def receipt(request: HttpRequest, reference: str, number: int = 1) -> HttpResponseBase:
    """Download the receipt of the filing, or of a later sending, as a PDF; while it is being made, say so."""
    submission = load(request, reference)
    document = _receipt(submission, number)
    if document is None and number > 1:
        raise Http404
    if document is None or document.stored is None:
        context = {"submission": submission, "mandate": permissions.mandate_over(actor_of(request), submission)}
        return render(request, "filing/receipt_pending.html", context, status=202)
    name = f"accuse-de-reception-{submission.reference}.pdf" if number == 1 else document.stored.name
    return download(document.stored, name)


@require_safe
def decision(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download a signed decision as a PDF, once it is made; opening it is reading it (R112-20)."""
    submission = load(request, reference)
    taken = submission.decisions.filter(number=number, signed_at__isnull=False).first()
    document = _letter(taken)
    if taken is None or document is None or document.stored is None:
        raise Http404
    letters.mark_decision_read(taken)
    return download(document.stored, document.stored.name)


@require_safe
def file(request: HttpRequest, reference: str, file_id: Any) -> HttpResponseBase:
    """Download one of the files that were sent, or the scan of a letter that was."""
    submission = load(request, reference)
    here = Q(answer_link__submission=submission) | Q(notification_link__decision__submission=submission)
    stored = StoredFile.objects.filter(here, public_id=file_id).first()
    if stored is None or stored.scan == StoredFile.Scan.INFECTED or stored.destroyed_at is not None:
        raise Http404
    return download(stored, stored.name)
