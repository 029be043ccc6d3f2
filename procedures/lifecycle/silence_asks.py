"""What is asked once silence has decided: an attestation, made as a document (L232-3); reasons, within a month (L232-4)."""

from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.clock import effect_of
from ..definition.legal import Delay, add_delay
from ..models import LegalNotice, SilenceRequest, Submission
from . import clock, legal_watch, notify, sending
from .grounds import Grounds, MissingWords, complete
from .transition import StaleAction, locked

ATTESTATION_ASKED = "attestation_asked"
ATTESTATION_ISSUED = "attestation_issued"
REASONS_ASKED = "reasons_asked"
REASONS_GIVEN = "reasons_given"
# The time to appeal against a refusal by silence (CJA R421-2), and to give its reasons (CRPA L232-4).
APPEAL = Delay(count=2, unit="months")
OWED = Delay(count=1, unit="months")
Kind = SilenceRequest.Kind


def may_be_asked(submission: Submission, today: date | None = None) -> str:
    """Return what the person may ask now: the kind of request that silence opens to her, asked already or not; else "".

    A decision in words, or a withdrawal, ends it: silence has then decided nothing any more.
    """
    effect = effect_of(submission.version.definition.legal)
    if effect is None or submission.due_on is None or not clock.has_spoken(submission, today):
        return ""
    if effect == "acceptance":
        return Kind.ATTESTATION.value
    return Kind.REASONS.value if (today or timezone.localdate()) <= add_delay(submission.due_on, APPEAL) else ""


def asked_of(submission: Submission) -> SilenceRequest | None:
    """Return what was asked, with or without its answer; one kind only goes with the effect of silence.

    What was not answered before a decision in words is owed no more.
    """
    asked = submission.silence_requests.order_by("-pk").first()
    gone = submission.outcome_by == Submission.OutcomeBy.DECISION and asked is not None and asked.answered_at is None
    return None if gone else asked


def appeal_until(asked: SilenceRequest) -> date | None:
    """Return until when the refusal may be appealed against, once its reasons were given (L232-4)."""
    return add_delay(timezone.localdate(asked.answered_at), APPEAL) if asked.answered_at is not None else None


@transaction.atomic
def ask(submission: Submission, kind: str, *, by: Actor) -> SilenceRequest:
    """Ask for the attestation, or for the reasons; a second call returns the same request.

    The attestation is made at once where an agent has confirmed what silence has produced; else heads are told that it
    waits. Raises PermissionDenied, and StaleAction where silence opens nothing of that kind.
    """
    current = locked(submission.reference)
    if not permissions.may_see_as_citizen(by, current):
        raise PermissionDenied
    known = current.silence_requests.filter(kind=kind).first()
    if known is not None:
        return known
    if kind != may_be_asked(current):
        raise StaleAction(current)
    today = timezone.localdate()
    due_on = add_delay(today, OWED) if kind == Kind.REASONS else None
    asked = SilenceRequest.objects.create(submission=current, kind=kind, due_on=due_on)
    data = {"request": str(asked.public_id)} | permissions.behalf(by, current, "applicant")
    if due_on is not None:
        data["due_on"] = due_on.isoformat()
    event = REASONS_ASKED if kind == Kind.REASONS else ATTESTATION_ASKED
    journal.append(current.key, event, actor=by.key, role="applicant", data=data)
    confirmed = current.outcome_by == Submission.OutcomeBy.SILENCE
    if not confirmed and current.due_on is not None:
        legal_watch.tell_now(LegalNotice.Kind.UNCONFIRMED, current, current.due_on)
    if due_on is not None:
        legal_watch.tell_now(LegalNotice.Kind.REASONS, current, due_on)
    elif confirmed:
        attest(asked)
    return asked


def attest(asked: SilenceRequest) -> None:
    """Owe the attestation, once. Needs a transaction that holds the request."""
    if asked.answered_at is not None:
        return
    submission = asked.submission
    asked.answered_at = timezone.now()
    asked.save(update_fields=["answered_at"])
    data = {"request": str(asked.public_id), "due_on": str(submission.due_on)}
    event = journal.append(submission.key, ATTESTATION_ISSUED, data=data)
    sending.owe_attestation(submission, event)
    notify.citizen(
        submission,
        ATTESTATION_ISSUED,
        key=f"{ATTESTATION_ISSUED}:{submission.public_id}",
        subject=_("Your attestation is ready"),
        sentence="L’attestation d’acceptation que vous avez demandée est dans votre demande.",
    )


@transaction.atomic
def give_reasons(submission: Submission, grounds: Grounds, *, by: Actor) -> SilenceRequest:
    """Give the reasons of a refusal by silence: the time to appeal runs again from them (L232-4).

    Raises PermissionDenied, MissingWords, and StaleAction where none are asked for any more.
    """
    current = locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    asked = current.silence_requests.filter(kind=Kind.REASONS, answered_at=None).first()
    if asked is None:
        raise StaleAction(current)
    complete(grounds, reasoned=True)
    membership = by.membership_for(current.department_id, "agent", current.procedure.public_id)
    membership = membership or by.membership_for(current.department_id, "head", current.procedure.public_id)
    if membership is None or by.person is None or not (by.person.family_name and by.person.given_names):
        raise MissingWords(
            "signer", _("Your first name, surname and title must be recorded before you answer (L111-2).")
        )
    asked.law_grounds, asked.fact_grounds = grounds.law.strip(), grounds.fact.strip()
    asked.answered_at, asked.answered_by = timezone.now(), by.user
    asked.author_name, asked.author_title = by.person.display_name, membership.title
    asked.author_service = membership.department.name
    asked.save()
    data = {"request": str(asked.public_id)} | permissions.behalf(by, current, "agent")
    journal.append(current.key, REASONS_GIVEN, actor=by.key, role="agent", data=data)
    until = appeal_until(asked)
    notify.citizen(
        current,
        REASONS_GIVEN,
        key=f"{REASONS_GIVEN}:{current.public_id}",
        subject=_("The reasons that you asked for"),
        sentence="Les raisons du refus de votre demande sont dans votre demande. Le délai de recours court jusqu’au "
        f"{day_in_words(until) if until else ''}.",
    )
    return asked
