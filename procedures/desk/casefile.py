"""All that the case page shows, gathered in a constant number of queries."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Person
from accounts.permissions import Actor
from journal.models import AccessLog, Event
from messaging.models import Delivery
from town.models import Department

from .. import permissions
from ..definition.answered import answers_of
from ..definition.changes import changes
from ..definition.document import ProcedureDefinition
from ..definition.fields.address import lines
from ..definition.letter import Part
from ..definition.workflow import Transition
from ..lifecycle import (
    annotate,
    clock,
    clock_words,
    correction,
    extend,
    hold,
    letter,
    registration,
    send_on,
    silence,
    silence_asks,
    undelivered,
    withdraw,
)
from ..lifecycle.death import recorded
from ..lifecycle.route import ROUTED
from ..lifecycle.scanning import openable
from ..lifecycle.transition import SilenceHasSpoken
from ..models import AnswerFile, AnswerSet, Decision, Document, Message, Submission
from ..models.file import PAPER
from . import handling
from .access import name_of
from .words import GIVEN_TO, due_of, happened, is_proposed, shape_of

# How long after she opened it a colleague is said to be on a request.
PRESENT = timedelta(minutes=5)


@dataclass(frozen=True)
class Happening:
    """One line of the timeline."""

    label: str
    state: str
    who: str
    at: datetime


def names_of(keys: Iterable[str]) -> dict[str, str]:
    """Return the names behind the journal's opaque ids, in one query."""
    kinds: dict[str, list[uuid.UUID]] = {"user": [], "person": []}
    for kind, _colon, public_id in (key.partition(":") for key in keys):
        if kind in kinds:
            kinds[kind].append(uuid.UUID(public_id))
    wanted = Q(user__public_id__in=kinds["user"]) | Q(public_id__in=kinds["person"])
    people = Person.objects.filter(wanted).select_related("user")
    names = {person.key: person.display_name for person in people}
    return names | {person.user.key: person.display_name for person in people if person.user}


def present(actor: Actor, submission: Submission) -> list[str]:
    """Return the names of the colleagues who opened a request in the last minutes: two do not work on it unawares."""
    since = timezone.now() - PRESENT
    seen = AccessLog.objects.filter(subject=submission.key, action="read", at__gte=since).exclude(actor=actor.key)
    keys = set(seen.order_by().values_list("actor", flat=True)[:20])
    return sorted(names_of(keys).values()) if keys else []


def timeline(submission: Submission, events: list[Event]) -> list[Happening]:
    """Return what happened, the latest first; ``events`` are those of the request, in order."""
    workflow = submission.version.definition.workflow
    names = names_of(key for event in events for key in (event.actor, event.data.get("for", ""), _whom(event)))
    places = _places(events)
    labels = {state.id: state.label for state in workflow.states}
    rules = {rule.id: rule.title for rule in submission.version.definition.rules}
    told = []
    for event in reversed(events):
        target = event.data.get("to") or event.data.get("state") or ""
        citizen = event.role == "applicant"
        told.append(
            Happening(
                label=happened(
                    event,
                    workflow,
                    names.get(_whom(event), "") or places.get(event.data.get("after", ""), ""),
                    rules,
                ),
                state=labels.get(target, ""),
                who=_who(event, names, submission) or (submission.applicant.display_name if citizen else ""),
                at=event.at,
            )
        )
    return told


def _whom(event: Event) -> str:
    """Return the journal's key of the colleague to whom a request was given."""
    return str(event.data.get("after", "")) if event.kind in GIVEN_TO else ""


def _places(events: list[Event]) -> dict[str, str]:
    """Return the names of the departments that a request was handed to, by their address."""
    slugs = {event.data["after"] for event in events if event.kind == ROUTED}
    return dict(Department.objects.filter(slug__in=slugs).values_list("slug", "name")) if slugs else {}


def _who(event: Event, names: dict[str, str], submission: Submission) -> str:
    """Name who did something, and for whom: a colleague who is away, whoever asked an agent or gave a mandate."""
    name, absent = names.get(event.actor, ""), names.get(event.data.get("for", ""), "")
    others = [absent] if absent else []
    if "origin" in event.data:
        others.append(submission.applicant.display_name)
    return _("%(name)s, for %(absent)s") % {"name": name, "absent": ", ".join(others)} if others else name


def told_once(submission: Submission, event: Event | None) -> Happening | None:
    """Return one event as the timeline tells it."""
    if event is None:
        return None
    names = names_of((event.actor, event.data.get("for", "")))
    label = happened(event, submission.version.definition.workflow)
    return Happening(label, "", _who(event, names, submission), event.at)


def last_change(submission: Submission) -> Happening | None:
    """Return who last moved the request, and when."""
    events = list(Event.objects.of(submission.key))
    return next((entry for entry in timeline(submission, events) if entry.state), None)


def actions_of(actor: Actor, submission: Submission) -> list[Transition]:
    """Return what this agent may do now; the applicant's own moves are made on her side."""
    leaving = submission.version.definition.workflow.leaving(submission.state)
    accepted = clock.has_accepted(submission)
    return [
        t
        for t in leaving
        if t.role != "applicant" and permissions.may_apply(actor, submission, t) and not (accepted and t.adverse)
    ]


def is_direct(transition: Transition, submission: Submission) -> bool:
    """Say whether a transition is one click from the case page: taking charge, which says nothing to anyone."""
    return transition.act == "move" and submission.status == "submitted"


def receipt_of(submission: Submission, number: int = 1) -> Document | None:
    """Return the receipt of a sending, made or still owed: the acknowledgement is that of the first."""
    found = submission.documents.filter(kind=Document.Kind.RECEIPT, answer_set__number=number)
    return found.select_related("stored").first()


def _number(document: Document) -> int:
    """Return which sending a document is the receipt of."""
    return document.answer_set.number if document.answer_set else 0


@dataclass(frozen=True)
class Sending:
    """A correction: when, what it changed, its receipt."""

    sent: AnswerSet
    changes: list[tuple[str, str, str]]
    receipt: Document | None


def corrections_of(submission: Submission, sets: list[AnswerSet], documents: list[Document]) -> list[Sending]:
    """Return what came after the filing, the latest first; ``sets`` are the answers sent, in order."""
    if len(sets) < 2:
        return []
    receipts = {one.answer_set_id: one for one in documents}
    definition = submission.version.definition
    pairs = pairwise(sets)
    found = [Sending(new, changes(definition, old.answers, new.answers), receipts.get(new.pk)) for old, new in pairs]
    return found[::-1]


def prepared_of(submission: Submission) -> Decision | None:
    """Return the decision that is prepared and not signed."""
    unsigned = submission.decisions.filter(signed_at=None, basis="").select_related("prepared_by__person")
    unsigned = unsigned.prefetch_related("visas")
    return unsigned.order_by("-number").first()


def _files(definition: ProcedureDefinition, links: list[AnswerFile]) -> list[tuple[str, AnswerFile]]:
    names = {name: field.name for name, field in definition.every_field.items()} | {PAPER: _("scanned paper")}
    # A file of a row is named "group-2-field". What answers a request for pieces is shown beside it.
    return [(names.get(link.field_id.rsplit("-", 1)[-1], ""), link) for link in links if link.piece_id is None]


def body_of(submission: Submission, prepared: Decision) -> list[Part]:
    """Return what the letter of a decision that is prepared would say today."""
    moves = submission.version.definition.workflow.transitions
    move = next((one for one in moves if one.act == "decide" and one.outcome == prepared.outcome), None)
    return letter.body(submission, move) if move else []


def _annotations(submission: Submission) -> list[tuple[str, str]]:
    """Return what the department noted, field by field; asks nothing where the procedure has no such field."""
    fields = submission.version.definition.annotations
    values = annotate.known(submission).values if fields else {}
    return [pair for one in fields for pair in one.entries(values.get(one.id))]


def gather(actor: Actor, submission: Submission) -> dict[str, Any]:
    """Return everything that the case page shows."""
    definition = submission.version.definition
    sets = list(submission.answer_sets.order_by("number"))
    sent = sets[-1] if sets else None
    exchanged: list[Message] = list(submission.messages.prefetch_related("files__stored"))
    decisions = list(
        submission.decisions.select_related("prepared_by__person", "document__stored", "notification__scan")
        .prefetch_related("visas")
        .order_by("-number")
    )
    prepared = next((one for one in decisions if one.signed_at is None and not one.basis), None)
    revoked = {one.revokes_id for one in decisions if one.signed_at is not None}
    to_sign = is_proposed(definition.workflow, submission.state)
    deliveries = list(Delivery.objects.filter(about=submission.key).order_by("-pk"))
    documents = list(submission.documents.select_related("stored", "answer_set"))
    acts = actions_of(actor, submission)
    opinions = list(submission.opinions.all())
    events = list(Event.objects.of(submission.key))
    return handling.gather(actor, submission, events[-1] if events else None) | {
        "submission": submission,
        "present": present(actor, submission),
        "death": recorded(submission.person) if submission.person and submission.person.died_on else None,
        "may_record_death": permissions.may_record_death(actor, submission),
        "entered_by": name_of(submission.entered_by),
        "waited": (timezone.localdate(submission.recorded_at) - timezone.localdate(submission.received_at)).days,
        "applicant": submission.applicant,
        "address": lines(submission.applicant.address),
        "definition": definition,
        "state": shape_of(submission),
        "due": due_of(submission),
        "computed": clock_words.sentences(clock.reading(submission)),
        "to_confirm": silence.is_to_confirm(submission),
        "may_tend": permissions.may_tend_clock(actor, submission),
        "barred": str(SilenceHasSpoken(submission.due_on)) if clock.has_accepted(submission) else "",
        "asked": list(submission.pieces_requests.prefetch_related("items__files__stored").order_by("-pk")),
        "sendings": list(submission.pieces_sendings.select_related("document__stored")),
        "received_on": timezone.localtime(submission.received_at).date(),
        "acts": [(act, is_direct(act, submission)) for act in acts],
        "sent": sent,
        "sections": answers_of(definition, sent.answers) if sent else [],
        "files": _files(definition, list(submission.files.select_related("stored"))),
        "openable": openable(),
        "receipt": next((one for one in documents if one.kind == "receipt" and _number(one) == 1), None),
        "corrections": corrections_of(submission, sets, documents),
        "correcting": correction.latest(submission),
        "exchanged": exchanged,
        "unread": sum(1 for message in exchanged if message.from_citizen and message.read_at is None),
        "timeline": timeline(submission, events),
        "deliveries": deliveries,
        "told_how": undelivered.How.choices,
        "prepared": None if submission.is_over else prepared,
        # What the letter will say, as it stands: a signatory reads it before she signs.
        "prepared_body": body_of(submission, prepared) if prepared and not submission.is_over else [],
        # What a signatory sent back stays so until it is proposed again.
        "unsent": registration.unsent(submission, deliveries),
        "returned": prepared.returned_because if prepared and not to_sign and not submission.is_over else "",
        "signed": next((decision for decision in decisions if decision.signed_at is not None), None),
        "sent_on": (sent_on := send_on.known(submission)),
        "may_send_on": sent_on is None
        and not submission.is_over
        and not clock.has_spoken(submission)
        and permissions.may_tend_clock(actor, submission),
        "extensions": list(submission.extensions.all()),
        "may_extend": permissions.may_tend_clock(actor, submission)
        and extend.is_open(submission)
        and bool(extend.offered(submission)),
        "annotations": _annotations(submission),
        "opinions": opinions,
        "opinions_to_read": any(one.is_to_read for one in opinions),
        "opinions_mine": {one.public_id for one in opinions if permissions.may_give_opinion(actor, one)},
        "may_ask_opinion": not submission.is_over and permissions.may_ask_opinion(actor, submission),
        "after_silence": silence_asks.asked_of(submission),
        "attestation": next((one for one in documents if one.kind == Document.Kind.ATTESTATION), None),
        "withdrawal": next((one for one in decisions if one.signed_at is None and one.basis), None),
        "withdrawn": [one for one in decisions if one.pk in revoked],
        "may_withdraw": withdraw.target(submission) is not None
        and (
            permissions.may_prepare_withdrawal(actor, submission) or permissions.may_sign_withdrawal(actor, submission)
        ),
        "held": hold.held(submission),
        "may_post": permissions.may_post(actor, submission),
        "may_write": permissions.may_write_as_agent(actor, submission),
    }
