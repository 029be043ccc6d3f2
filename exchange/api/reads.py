"""What a program reads: requests, their messages, what happens to them, and the procedures."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from pydantic import BeforeValidator

from journal.models import events_after
from portal.kit.paging import keyset
from procedures import permissions
from procedures.lifecycle.sensitive import without_sensitive
from procedures.models import Procedure, Submission
from procedures.models.case import SubmissionQuerySet

from . import shapes
from .door import Caller, caller_of, load, noted
from .models import Scope

router = Router()
_A_PAGE = 50
Short = Annotated[str, Query(max_length=80, pattern=r"^[^\x00]*$")]


def _iso(text: Any) -> date:
    """Take a day as it is written, 2026-11-24: a number is none."""
    if not isinstance(text, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        raise ValueError("Un jour s’écrit 2026-11-24.")
    return date.fromisoformat(text)


Day = Annotated[date, BeforeValidator(_iso)]
After = Annotated[str, Query(max_length=300, pattern=r"^[^\x00]*$")]


@router.get("/requests", response=shapes.Rows, summary="Demandes, les plus récentes d’abord")
def requests(
    request: HttpRequest,
    status: shapes.Status | None = None,
    procedure: Short = "",
    department: Short = "",
    received_since: Day | None = None,
    after: After = "",
) -> dict[str, Any]:
    """List the requests that the account of the key sees in its sector."""
    caller = caller_of(request, Scope.READ, "status", "procedure", "department", "received_since", "after")
    found: SubmissionQuerySet = permissions.visible_submissions(caller.actor)
    if status:
        found = found.filter(status=status)
    if procedure:
        found = found.filter(procedure__slug=procedure)
    if department:
        found = found.filter(department__slug=department)
    if received_since:
        found = found.filter(received_at__gte=timezone.make_aware(datetime.combine(received_since, time.min)))
    page = keyset(found.for_list(), field="received_at", after=after, size=_A_PAGE)
    return {"items": [row(one) for one in page.rows], "next": page.next}


@router.get("/requests/{reference}", response=shapes.Whole, summary="Une demande")
def one(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Return one request; who asks and the answers for a key that may read them."""
    caller = caller_of(request, Scope.READ)
    submission = noted(caller, load(caller, reference))
    told = Scope.ANSWERS in caller.token.scopes
    return row(submission) | {
        "version": submission.version.number,
        "applicant": _applicant(submission) if told else None,
        "answers": _answers(submission) if told else None,
        "moves": moves(caller, submission),
    }


@router.get("/requests/{reference}/messages", response=shapes.Messages, summary="Les messages d’une demande")
def messages(request: HttpRequest, reference: str) -> dict[str, Any]:
    """Return what the person and the department wrote to each other."""
    caller = caller_of(request, Scope.ANSWERS)
    submission = noted(caller, load(caller, reference))
    return {
        "items": [
            {
                "id": str(one.public_id),
                "from_citizen": one.from_citizen,
                "author": one.author_name,
                "body": one.body,
                "sent_at": one.created_at,
            }
            for one in submission.messages.order_by("pk")
        ]
    }


@router.get("/events", response=shapes.Events, summary="Ce qui arrive aux demandes, dans l’ordre")
def events(request: HttpRequest, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> dict[str, Any]:
    """Return what happened after an event to the requests that the account of the key sees: read on from ``next``.

    A page may hold fewer than were looked at, or none: ``next`` moves on all the same.
    """
    caller = caller_of(request, Scope.EVENTS, "after")
    looked = events_after(after, 200)
    seen = permissions.visible_submissions(caller.actor).named({one.subject for one in looked})
    names = {one.key: one.reference for one in seen.only("public_id", "reference")}
    items = [
        {
            "id": event.pk,
            "reference": names[event.subject],
            "number": event.number,
            "kind": event.kind,
            "role": event.role,
            "at": event.at,
        }
        for event in looked
        if event.subject in names
    ]
    return {"items": items, "next": looked[-1].pk if looked else after}


@router.get("/procedures", response=shapes.Procedures, summary="Les démarches publiées")
def procedures(request: HttpRequest) -> dict[str, Any]:
    """List the published procedures of the departments that the account of the key sees."""
    caller = caller_of(request, Scope.READ)
    departments = permissions.desk_departments(caller.actor)
    known = Procedure.objects.filter(department__in=departments, current_version__isnull=False)
    known = known.select_related("department", "current_version").defer("current_version__content", "search_text")
    return {
        "items": [
            {
                "slug": one.slug,
                "title": one.title,
                "department": one.department.slug,
                "version": one.current_version.number if one.current_version else 0,
            }
            for one in known.order_by("slug")[:500]
            if not (only := departments[one.department_id]) or str(one.public_id) in {str(key) for key in only}
        ]
    }


def row(submission: Submission) -> dict[str, Any]:
    """Return a request as lists have it."""
    return {
        "reference": submission.reference,
        "procedure": submission.procedure.slug,
        "title": submission.procedure.title,
        "department": submission.department.slug,
        "state": submission.state,
        "state_label": submission.version.definition.workflow.state(submission.state).label,
        "status": submission.status,
        "outcome": submission.outcome,
        "awaiting": submission.awaiting,
        "received_at": submission.received_at,
        "due_on": submission.due_on,
    }


def moves(caller: Caller, submission: Submission) -> list[str]:
    """Return the moves that a program may make now: those of the department that sign, ask and decide nothing."""
    allowed = permissions.allowed_transitions(caller.actor, submission)
    return [one.id for one in allowed if one.act == "move" and one.role != "applicant"]


def _applicant(submission: Submission) -> dict[str, Any]:
    applicant = submission.applicant
    names = ("kind", "display_name", "organisation", "email", "phone", "address")
    return {name: getattr(applicant, name) for name in names}


def _answers(submission: Submission) -> dict[str, Any]:
    sent = submission.answer_sets.order_by("-number").first()
    return without_sensitive(submission.version.definition, sent.answers) if sent else {}
