"""Warnings about legal dates: what is due is looked at, not a window of time, so that no outage loses one (CRPA-28).

Each warning is a row, unique: it is written with the mail that it owes, in one transaction. Of several that an outage
delayed, only the nearest leaves. What a run costs grows with the colleagues to tell, not with the requests.
"""

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import CharField, Count, DateTimeField, Exists, OuterRef, UUIDField, Value, Window
from django.db.models.functions import RowNumber
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.models import Absence, Membership, Role, User
from messaging.outbox import deliver
from town import models as town

from ..models import LegalNotice, SilenceRequest, Submission
from ..models.case import SubmissionQuerySet

Kind = LegalNotice.Kind
# In the order in which they come: one that was said makes those before it needless.
_ORDER = (Kind.DAYS_30, Kind.DAYS_15, Kind.DAYS_5, Kind.SPOKEN, Kind.UNCONFIRMED)
# The days left, at least and at most, to which each belongs.
_WINDOWS = {Kind.DAYS_5: (0, 5), Kind.DAYS_15: (6, 15), Kind.DAYS_30: (16, 30)}
_SUBJECTS = {
    Kind.DAYS_30: _("Legal dates within 30 days"),
    Kind.DAYS_15: _("Legal dates within 15 days"),
    Kind.DAYS_5: _("Legal dates within 5 days"),
    Kind.SPOKEN: _("Silence has decided: to confirm"),
    Kind.UNCONFIRMED: _("Silence has decided, and nobody has confirmed it"),
    Kind.REASONS: _("Reasons of a refusal by silence: asked for"),
    Kind.REASONS_5: _("Reasons of a refusal by silence: owed within 5 days"),
}
OPEN = ("submitted", "under_review", "awaiting_citizen")
# The most that is written at once: a run that is cut goes on from there. And what one run of the sweep does at most.
_AT_ONCE = 50_000
_BATCHES = 10
# The most that a mail names; the desk lists the others.
_LISTED = 30
_REMINDED = 200


def warn(batches: int = _BATCHES) -> int:
    """Owe the warnings that are due and were not given; return how many. Safe to run again, and at once by two workers."""
    today, count = timezone.localdate(), 0
    for kind in reversed(_ORDER):
        for _batch in range(batches):
            done = _warn_of(kind, today)
            count += done
            if done < _AT_ONCE:
                break
    return count + _remind()


def tell_now(kind: LegalNotice.Kind, row: Submission, day: date) -> bool:
    """Owe a warning about one request at once, and once; False where it was given already. Needs a transaction."""
    _notice, fresh = LegalNotice.objects.get_or_create(submission=row, kind=kind, due_on=day)
    if fresh:
        for user, about in _readers(kind, [_Lot([row], 1)]).items():
            _tell(kind, user, about, timezone.localdate(), day)
    return fresh


@transaction.atomic
def _remind() -> int:
    """Warn of the reasons that are owed within five days (L232-4), or that are late; return how many."""
    today = timezone.localdate()
    said = LegalNotice.objects.filter(submission=OuterRef("submission"), due_on=OuterRef("due_on"), kind=Kind.REASONS_5)
    due = SilenceRequest.objects.filter(
        kind=SilenceRequest.Kind.REASONS,
        answered_at=None,
        due_on__lte=today + timedelta(days=5),
        submission__outcome_by__in=("", "silence"),
    ).exclude(Exists(said))
    rows = due.select_for_update(of=("self",)).select_related(
        "submission__procedure", "submission__department", "submission__assigned_to"
    )
    found = rows.order_by("due_on", "pk")[:_REMINDED]
    return sum(tell_now(Kind.REASONS_5, one.submission, one.due_on) for one in found if one.due_on is not None)


def _due(kind: LegalNotice.Kind, today: date) -> SubmissionQuerySet:
    """Return the requests of which this is to be said and was not, nor anything later, of the date they have now."""
    said = LegalNotice.objects.filter(submission=OuterRef("pk"), due_on=OuterRef("due_on"))
    found = Submission.objects.filter(status__in=OPEN, outcome_by="")
    if kind in _WINDOWS:
        first, last = _WINDOWS[kind]
        found = found.filter(due_on__gte=today + timedelta(days=first), due_on__lte=today + timedelta(days=last))
    else:
        found = found.filter(due_on__lt=today)
    if kind == Kind.UNCONFIRMED:
        long_ago = timezone.now() - timedelta(days=settings.SILENCE_UNCONFIRMED_DAYS)
        found = found.filter(Exists(said.filter(kind=Kind.SPOKEN, created_at__lte=long_ago)))
    return found.exclude(Exists(said.filter(kind__in=_ORDER[_ORDER.index(kind) :])))


@dataclass(frozen=True)
class _Lot:
    """Requests of which the same colleagues are told: how many, and the first ones by their dates."""

    rows: list[Submission]
    count: int


@transaction.atomic
def _warn_of(kind: LegalNotice.Kind, today: date) -> int:
    """Write the warnings that are due, set by set, and owe their mails; return how many.

    Written by the database from what it holds: what passes through here does not grow with the requests.
    """
    run = uuid.uuid4()
    _write(kind, run, _due(kind, today).order_by("due_on", "pk")[:_AT_ONCE])
    lots = _lots(run)
    for user, about in _readers(kind, lots).items():
        _tell(kind, user, about, today)
    return sum(lot.count for lot in lots)


def _write(kind: LegalNotice.Kind, run: uuid.UUID, due: SubmissionQuerySet) -> None:
    """Write a warning for each request that is due. What another worker writes meanwhile is its own, and told by it."""
    said = {
        "said_kind": Value(kind.value, output_field=CharField()),
        "said_at": Value(timezone.now(), output_field=DateTimeField()),
        "said_run": Value(run, output_field=UUIDField()),
    }
    chosen = due.annotate(**said).values_list("pk", "due_on", *said)
    sql, given = chosen.query.sql_with_params()
    table, columns = LegalNotice._meta.db_table, "submission_id, due_on, kind, created_at, run"
    with connection.cursor() as cursor:
        # Names of our own tables; what is given goes apart.
        cursor.execute(f'INSERT INTO "{table}" ({columns}) {sql} ON CONFLICT DO NOTHING', given)


def _lots(run: uuid.UUID) -> list[_Lot]:
    """Return what a run has written, by department, procedure and who follows it."""
    alike = ("submission__department", "submission__procedure", "submission__assigned_to")
    written = LegalNotice.objects.filter(run=run)
    counts = {tuple(keys): count for *keys, count in written.values_list(*alike).annotate(count=Count("pk")).order_by()}
    if not counts:
        return []
    place = Window(RowNumber(), partition_by=list(alike), order_by=["due_on", "submission_id"])
    ranked = written.annotate(place=place).filter(place__lte=_LISTED).order_by().values("pk")
    first = LegalNotice.objects.filter(pk__in=ranked).order_by("due_on", "submission_id")
    first = first.select_related("submission__procedure", "submission__department")
    first = first.defer("submission__acknowledgement", "submission__search_text", "submission__procedure__search_text")
    rows: dict[tuple[int | None, ...], list[Submission]] = defaultdict(list)
    for notice in first:
        row = notice.submission
        rows[row.department_id, row.procedure_id, row.assigned_to_id].append(row)
    return [_Lot(rows[key], count) for key, count in counts.items()]


def _readers(kind: LegalNotice.Kind, lots: list[_Lot]) -> dict[User, list[_Lot]]:
    """Return whom to write to, each with her requests: who follows them, else the agents; heads when it presses."""
    told = defaultdict[User, list[_Lot]](list)
    if not lots:
        return told
    held = Membership.objects.in_force().filter(
        department__in={lot.rows[0].department_id for lot in lots},
        role__in=(Role.AGENT, Role.HEAD),
        user__is_active=True,
    )
    there: dict[int, list[Membership]] = defaultdict(list)
    for membership in held.select_related("user__person").order_by("pk"):
        there[membership.department_id].append(membership)
    for lot in lots:
        row = lot.rows[0]
        covering = [one for one in there[row.department_id] if one.covers(row.procedure.public_id)]
        for user in _of(kind, row, covering):
            told[user].append(lot)
    return _with_stand_ins(told)


def _of(kind: LegalNotice.Kind, row: Submission, covering: list[Membership]) -> Iterator[User]:
    agents = [one.user for one in covering if one.role == Role.AGENT]
    heads = [one.user for one in covering if one.role == Role.HEAD]
    followed = [one.user for one in covering if one.user_id == row.assigned_to_id]
    if kind == Kind.UNCONFIRMED:
        yield from dict.fromkeys(heads or followed or agents)
    elif kind in {Kind.DAYS_30, Kind.DAYS_15}:
        yield from dict.fromkeys(followed or agents or heads)
    else:
        yield from dict.fromkeys([*(followed or agents), *heads])


def _with_stand_ins(told: dict[User, list[_Lot]]) -> dict[User, list[_Lot]]:
    """Add the colleagues who stand in for those who are away: a warning read on return is no warning."""
    away = Absence.objects.in_force().filter(user__in=told, stand_in__isnull=False, stand_in__is_active=True)
    found = dict(told)
    for absence in away.select_related("stand_in"):
        if absence.stand_in is not None:
            mine = found.get(absence.stand_in, [])
            found[absence.stand_in] = [*mine, *(lot for lot in told.get(absence.user, []) if lot not in mine)]
    return found


def _tell(kind: LegalNotice.Kind, user: User, lots: list[_Lot], today: date, day: date | None = None) -> None:
    """Owe one mail for all her requests, the first ones by their dates: references, services and links, never a name."""
    if not user.email:
        return
    rows = sorted((row for lot in lots for row in lot.rows), key=lambda row: (row.due_on or today, row.pk))[:_LISTED]
    with translation.override("fr"):
        body = render_to_string(
            "mail/legal_dates.txt",
            {
                "kind": kind.value,
                "rows": [
                    (row, day or row.due_on, settings.PUBLIC_URL + reverse("desk:case", args=[row.reference]))
                    for row in rows
                ],
                "more": sum(lot.count for lot in lots) - len(rows),
                "desk": settings.PUBLIC_URL + reverse("desk:home"),
                "town": town.current(),
            },
        )
        subject = str(_SUBJECTS[kind])
    deliver(
        key=f"legal:{kind.value}:{today}:{rows[0].public_id}:{day or rows[0].due_on}:{user.public_id}",
        purpose="legal_date",
        address=user.email,
        subject=subject,
        body=body,
        person=getattr(user, "person", None),
    )
