"""What the inbox shows: counters and the rows of a list, each in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.permissions import Actor
from portal.kit.paging import Page, keyset

from .. import permissions
from ..models import Decision, LabelMark, Mention, Message, Notification, ProcedureVersion, Submission
from ..models.case import SubmissionQuerySet
from .access import short_name_of
from .selection import View
from .words import SOON, Due, Shape, day_group, due_of, expected, is_to_sign, is_to_visa, shape_of, short_day

OPEN = ("submitted", "under_review", "awaiting_citizen")
CAP = 99
MINE = 12


@dataclass(frozen=True)
class Counter:
    """A number that leads to its list."""

    number: str
    label: str
    note: str
    address: str
    icon: str
    tone: str = ""


@dataclass(frozen=True)
class Row:
    """One request of a list, ready to be written."""

    submission: Submission
    state: Shape
    due: Due
    agent: str
    new: bool
    expected: str


def _unread() -> Exists:
    return Exists(Message.objects.filter(submission=OuterRef("pk"), from_citizen=True, read_at=None))


def _to_sign(visible: SubmissionQuerySet, *, visa: bool = False) -> SubmissionQuerySet:
    """Return what was proposed and waits for a signatory, or for a visa; states are the version's own: versions are asked."""
    unsigned = Decision.objects.filter(signed_at=None, basis="").values("submission")
    withdrawals = Q(pk__in=Decision.objects.filter(signed_at=None).exclude(basis="").values("submission"))
    proposed = visible.filter(pk__in=unsigned, status="under_review")
    pairs = set(proposed.order_by().values_list("version", "state").distinct())
    versions = ProcedureVersion.objects.in_bulk({version for version, _state in pairs})
    wanted, waits = (Q(pk__in=[]), is_to_visa) if visa else (withdrawals, is_to_sign)
    for version, state in pairs:
        if waits(versions[version].definition.workflow, state):
            wanted |= Q(version=version, state=state, status="under_review", pk__in=unsigned)
    return visible.filter(wanted)


def selected(actor: Actor, view: View, among: SubmissionQuerySet | None = None) -> SubmissionQuerySet:
    """Return the requests of a view, among those that ``actor`` may see, or some of them."""
    found, today = permissions.visible_submissions(actor) if among is None else among, timezone.localdate()
    if view.state == "open":
        found = found.filter(status__in=OPEN)
    elif view.state == "answered":
        found = found.filter(pk__in=Message.objects.filter(from_citizen=True, read_at=None).values("submission"))
    elif view.state == "noted":
        found = found.filter(pk__in=Mention.objects.filter(user=actor.user, seen_at=None).values("note__submission"))
    elif view.state == "to_sign":
        found = _to_sign(found)
    elif view.state == "to_visa":
        found = _to_sign(found, visa=True)
    elif view.state == "to_post":
        unposted = Notification.objects.filter(way="post", posted_on=None)
        found = found.filter(pk__in=unposted.values("decision__submission"))
    elif view.state in Submission.Status.values:
        found = found.filter(status=view.state)
    if view.procedure:
        found = found.filter(procedure__slug=view.procedure)
    if view.deadline == "late":
        found = found.filter(status__in=OPEN, outcome_by="", due_on__lt=today)
    elif view.deadline == "soon":
        found = found.filter(status__in=OPEN, due_on__gte=today, due_on__lte=today + timedelta(days=SOON))
    if view.agent == "mine":
        # A stand-in follows what is in the name of who is away.
        names = {one.user_id for one in actor.memberships if actor.is_lent(one)}
        found = found.filter(assigned_to__in=[actor.user, *names]) if names else found.filter(assigned_to=actor.user)
    elif view.agent == "nobody":
        found = found.filter(assigned_to=None)
    if view.label:
        found = found.filter(pk__in=LabelMark.objects.filter(label__folded=view.label).values("submission"))
    return found.matching(view.q) if view.q else found


def counters(actor: Actor) -> list[Counter]:
    """Return what waits, each number with its list; a number stops at "99+"."""
    today = timezone.localdate()
    until = short_day(today + timedelta(days=SOON), today)
    wanted = [
        (View(state="open", deadline="late"), _("Late"), _("the legal date is past"), "late", "not"),
        (
            View(state="open", deadline="soon"),
            _("Due within 5 days"),
            _("by %(day)s") % {"day": until},
            "clock",
            "wait",
        ),
        (View(state="answered"), _("Citizens’ answers"), _("messages not read yet"), "reply", ""),
        (View(state="noted"), _("Notes for me"), _("a colleague asks you to look"), "user", ""),
        (View(state="open", agent="nobody"), _("To assign"), _("nobody follows them yet"), "assign", ""),
        (View(state="to_sign"), _("To sign"), _("decisions prepared"), "visa", ""),
        (View(state="to_post"), _("To post"), _("decisions to print and sign"), "mail", ""),
    ]
    if permissions.works_as(actor, Role.HEAD):
        wanted.append((View(state="to_visa"), _("To countersign"), _("decisions that wait for a visa"), "visa", ""))
    made = []
    for view, label, words, icon, tone in wanted:
        count = selected(actor, view).order_by()[: CAP + 1].count()
        number = f"{CAP}+" if count > CAP else str(count)
        made.append(Counter(number, label, words, view.address, icon, tone if count else ""))
    return made


def mine(actor: Actor) -> list[Row]:
    """Return the requests assigned to ``actor``, the most urgent first, a dozen at most."""
    found = selected(actor, View(state="open", agent="mine")).for_list().annotate(unread=_unread())
    ordered = found.order_by(F("due_on").asc(nulls_last=True), "received_at", "pk")
    return [_row(submission) for submission in ordered[:MINE]]


def _row(submission: Any) -> Row:
    return Row(
        submission=submission,
        state=shape_of(submission),
        due=due_of(submission),
        agent=short_name_of(submission.assigned_to),
        new=submission.unread or (submission.status == "submitted" and submission.assigned_to_id is None),
        expected=expected(submission, unread=submission.unread),
    )


def listed(actor: Actor, view: View, *, after: str, before: str) -> tuple[Page, list[tuple[str, list[Row]]]]:
    """Return a page of a view, its rows grouped by the day they came."""
    page = keyset(
        selected(actor, view).for_list().annotate(unread=_unread()),
        field="received_at",
        after=after,
        before=before,
        size=25,
    )
    groups: dict[str, list[Row]] = {}
    today = timezone.localdate()
    for submission in page.rows:
        received: date = timezone.localtime(submission.received_at).date()
        groups.setdefault(day_group(received, today), []).append(_row(submission))
    return page, list(groups.items())
