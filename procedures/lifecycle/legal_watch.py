"""Warnings about legal dates: what is due is looked at, not a window of time, so that no outage loses one (CRPA-28).

Each warning is a row, unique: it is written with the mail that it owes, in one transaction. Of several that an outage
delayed, only the nearest leaves.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef
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
_AT_ONCE = 200
# What one run of the sweep does at most; the next one goes on.
_BATCHES = 10


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
        for user, about in _readers(kind, [row]).items():
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
    found = rows.order_by("due_on", "pk")[:_AT_ONCE]
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


@transaction.atomic
def _warn_of(kind: LegalNotice.Kind, today: date) -> int:
    """Write a batch of warnings and owe their mails; return how many."""
    found = _due(kind, today).order_by("due_on", "pk")
    keys = list(found.select_for_update(of=("self",)).values_list("pk", flat=True)[:_AT_ONCE])
    if not keys:
        return 0
    now = timezone.now()
    # Another worker may have held these rows until now: what it wrote is seen only by a new question.
    said = LegalNotice.objects.filter(submission__in=keys, kind=kind)
    known = set(said.values_list("submission", "due_on"))
    rows = Submission.objects.filter(pk__in=keys).select_related("procedure", "department", "assigned_to")
    rows = rows.defer("acknowledgement", "search_text", "procedure__search_text")
    fresh = [row for row in rows.order_by("due_on", "pk") if (row.pk, row.due_on) not in known]
    LegalNotice.objects.bulk_create(
        LegalNotice(submission=row, kind=kind, due_on=row.due_on, created_at=now) for row in fresh if row.due_on
    )
    for user, about in _readers(kind, fresh).items():
        _tell(kind, user, about, today)
    return len(fresh)


def _readers(kind: LegalNotice.Kind, rows: Iterable[Submission]) -> dict[User, list[Submission]]:
    """Return whom to write to, each with her requests: who follows it, else the agents; heads when it presses."""
    rows, told = list(rows), defaultdict[User, list[Submission]](list)
    held = Membership.objects.in_force().filter(
        department__in={row.department_id for row in rows}, role__in=(Role.AGENT, Role.HEAD), user__is_active=True
    )
    there: dict[int, list[Membership]] = defaultdict(list)
    for membership in held.select_related("user__person").order_by("pk"):
        there[membership.department_id].append(membership)
    for row in rows:
        covering = [one for one in there[row.department_id] if one.covers(row.procedure.public_id)]
        for user in _of(kind, row, covering):
            told[user].append(row)
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


def _with_stand_ins(told: dict[User, list[Submission]]) -> dict[User, list[Submission]]:
    """Add the colleagues who stand in for those who are away: a warning read on return is no warning."""
    away = Absence.objects.in_force().filter(user__in=told, stand_in__isnull=False, stand_in__is_active=True)
    found = dict(told)
    for absence in away.select_related("stand_in"):
        if absence.stand_in is not None:
            mine = found.get(absence.stand_in, [])
            found[absence.stand_in] = [*mine, *(row for row in told.get(absence.user, []) if row not in mine)]
    return found


def _tell(kind: LegalNotice.Kind, user: User, rows: list[Submission], today: date, day: date | None = None) -> None:
    """Owe one mail for all her requests: references, services and links, never a name."""
    if not user.email:
        return
    with translation.override("fr"):
        body = render_to_string(
            "mail/legal_dates.txt",
            {
                "kind": kind.value,
                "rows": [
                    (row, day or row.due_on, settings.PUBLIC_URL + reverse("desk:case", args=[row.reference]))
                    for row in rows
                ],
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
