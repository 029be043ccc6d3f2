"""The clock of a request kept up to date: its facts read from its rows, its legal date computed again from them all."""

from datetime import date

from django.utils import timezone

from ..definition.clock import Extension, Facts, Pieces, Reading, Transmission, due_on, effect_of, read
from ..models import PiecesRequest, Submission


def recompute(submission: Submission) -> None:
    """Set the legal date from what is known now; the caller saves it. The one place where it is decided."""
    submission.due_on = due_on(submission.version.definition.legal, facts_of(submission))


def reading(submission: Submission, today: date | None = None) -> Reading:
    """Return what the clock says today, with each step of the computation."""
    return read(submission.version.definition.legal, facts_of(submission), today or timezone.localdate())


def has_spoken(submission: Submission, today: date | None = None) -> bool:
    """Say whether silence has produced its effect: the last day to answer is over, and no answer came.

    What silence has produced once stays, whatever is decided later.
    """
    if submission.outcome_by:
        return submission.outcome_by == Submission.OutcomeBy.SILENCE
    return (
        not submission.is_over and submission.due_on is not None and (today or timezone.localdate()) > submission.due_on
    )


def has_accepted(submission: Submission) -> bool:
    """Say whether silence has accepted the request: it can then be withdrawn, no longer refused (L242-1)."""
    return effect_of(submission.version.definition.legal) == "acceptance" and has_spoken(submission)


def facts_of(submission: Submission) -> Facts:
    """Return the dated facts of a request, by local day in the town's time zone."""
    asked = submission.pieces_requests.prefetch_related("items") if submission.pk else ()
    return Facts(
        received_on=timezone.localtime(submission.received_at).date(),
        pieces=tuple(map(of_request, asked)),
        transmission=_transmission(submission),
        extensions=_extensions(submission),
        decided_on=_decided_on(submission),
    )


def of_request(asked: PiecesRequest) -> Pieces:
    """Return a request for pieces as the clock reads it: only what a text requires is waited for."""
    required = [item.arrived_on for item in asked.items.all() if item.legal_text]
    return Pieces(
        asked_on=asked.asked_on,
        deadline=asked.deadline,
        arrived_on=None if None in required else max(filter(None, required), default=None),
        by_text=bool(required),
        waived_on=asked.waived_on,
    )


def _transmission(submission: Submission) -> Transmission | None:
    """Return when the request was sent on to the competent authority, and when that one got it (L114-2, L114-3)."""
    sent = getattr(submission, "sent_on", None) if submission.pk else None
    return Transmission(sent.sent_on, sent.received_on) if sent is not None else None


def _extensions(submission: Submission) -> tuple[Extension, ...]:
    """Return the extensions of the delay that were decided."""
    given = submission.extensions.all() if submission.pk else ()
    return tuple(Extension(one.decided_on, one.delay, one.basis) for one in given)


def _decided_on(submission: Submission) -> date | None:
    """Return the day of the decision, or of what ended the request otherwise; None where silence did."""
    if not submission.is_over or submission.outcome_by == Submission.OutcomeBy.SILENCE:
        return None
    signed = submission.decisions.filter(signed_at__isnull=False).order_by("number").first()
    moment = signed.signed_at if signed is not None else submission.closed_at
    return timezone.localtime(moment).date() if moment else None
