"""What a sending writes: the frozen answers, what lists read of them, and the receipt that is owed."""

import hashlib
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from portal.kit.text import fold

from ..definition.applicant import display_name
from ..definition.base import Answers
from ..definition.document import ProcedureDefinition
from ..definition.fields.address import lines
from ..definition.reference import new_code
from ..definition.upgrade import canonical
from ..models import AnswerSet, Decision, Document, Facet, Notification, PiecesSending, Submission


def add_answers(
    submission: Submission, answers: Answers, *, origin: str, by: Actor, sources: dict[str, str] | None = None
) -> AnswerSet:
    """Freeze a sending: its canonical bytes and their digest, and where the answers left as proposed came from."""
    content = canonical(answers)
    return AnswerSet.objects.create(
        submission=submission,
        number=1 if origin == AnswerSet.Origin.FILING else submission.answer_sets.count() + 1,
        origin=origin,
        by=by.key,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        sources=sources or {},
        created_at=timezone.now(),
    )


def owe_receipt(submission: Submission, sent: AnswerSet, event: Event) -> Document:
    """Owe the receipt of a sending, which states where the journal stood; the worker makes it once this is committed."""
    return _owe(submission, sent, event, kind=Document.Kind.RECEIPT)


def owe_decision(decision: Decision, event: Event) -> Document:
    """Owe the letter of a signed decision, as its file, and open its notification by the way that she chose.

    The person reads its words in her request meanwhile.
    """
    submission = decision.submission
    registered = bool(submission.version.definition.legal.registered_basis)
    Notification.objects.create(decision=decision, way=submission.reached_by, registered=registered)
    last = submission.answer_sets.order_by("-number")[0]
    return _owe(submission, last, event, kind=Document.Kind.DECISION, decision=decision)


def owe_pieces(sent: PiecesSending, event: Event) -> Document:
    """Owe the receipt of pieces that were sent."""
    submission = sent.submission
    last = submission.answer_sets.order_by("-number")[0]
    return _owe(submission, last, event, kind=Document.Kind.PIECES, pieces=sent)


def owe_attestation(submission: Submission, event: Event) -> Document:
    """Owe the attestation of an acceptance by silence (L232-3)."""
    last = submission.answer_sets.order_by("-number")[0]
    return _owe(submission, last, event, kind=Document.Kind.ATTESTATION)


def _owe(submission: Submission, sent: AnswerSet, event: Event, **what: Any) -> Document:
    owed = Document.objects.create(
        submission=submission,
        answer_set=sent,
        verification_code=new_code(),
        anchor_number=event.number,
        anchor_digest=event.digest,
        **what,
    )
    owed.wake()
    return owed


def search_text(reference: str, definition: ProcedureDefinition, answers: Answers) -> str:
    """Join the reference, the names, the applicant's address and the answers marked searchable; sensitive ones stay out."""
    terms = [
        display_name(answers),
        answers.get("applicant_family_name") or "",
        *lines(answers.get("applicant_address")),
    ]
    for _step, _section, field in definition.sent(answers):
        if field.is_searched:
            terms += field.search_terms(answers[field.id])
    return f"{fold(reference)} {fold(' '.join(terms))[:5000]}"


def write_facets(submission: Submission, definition: ProcedureDefinition, answers: Answers) -> None:
    """Write what lists sort and filter on."""
    facets = []
    for _step, _section, field in definition.sent(answers):
        value = field.facet(answers.get(field.id)) if field.filterable and not field.sensitive else None
        if value is None:
            continue
        facets.append(
            Facet(
                submission=submission,
                department=submission.department,
                procedure=submission.procedure,
                field_id=field.id,
                text=value[:200] if isinstance(value, str) else "",
                number=value if isinstance(value, Decimal) else None,
                day=value if isinstance(value, date) else None,
            )
        )
    if facets:
        Facet.objects.bulk_create(facets)
