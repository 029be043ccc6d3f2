"""What the inbox shows: counters and the rows of a list, each in a constant number of queries."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role
from accounts.permissions import Actor
from portal.kit.paging import Page, keyset
from portal.kit.text import fold, whole

from .. import permissions
from ..models import Message, Procedure, Submission
from ..models.case import SubmissionQuerySet
from . import columns, facets
from .access import short_name_of
from .found import definition_of, selected
from .view import View
from .words import SOON, Due, Shape, date_group, day_group, due_of, expected, shape_of, short_day

CAP = 99
# What seldom waits is shown when it does: a row of noughts hides what matters.
_RARE = frozenset({"watched_news", "opinion_asked", "opinion_here", "undelivered"})
MINE = 12
SIZE = 25
# A search looks at this many of the newest matches, and says so where there are more.
RANKED = 500


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
    more: dict[str, str]


def _unread() -> Exists:
    return Exists(Message.objects.filter(submission=OuterRef("pk"), from_citizen=True, read_at=None))


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
        (View(state="watched_news"), _("Something new"), _("on what you keep an eye on"), "eye", ""),
        (View(state="opinion_asked"), _("Opinions to give"), _("another department asks you"), "reply", ""),
        (View(state="opinion_here"), _("Opinions received"), _("or late in coming"), "reply", ""),
        (View(state="open", agent="nobody"), _("To assign"), _("nobody follows them yet"), "assign", ""),
        (View(state="undelivered"), _("Mails not sent"), _("the person does not know"), "mail", ""),
        (View(state="to_sign"), _("To sign"), _("decisions prepared"), "visa", ""),
        (View(state="to_post"), _("To post"), _("decisions to print and sign"), "mail", ""),
    ]
    if permissions.works_as(actor, Role.HEAD):
        wanted.append((View(state="to_visa"), _("To countersign"), _("decisions that wait for a visa"), "visa", ""))
    made = []
    for view, label, words, icon, tone in wanted:
        count = selected(actor, view).order_by()[: CAP + 1].count()
        if not count and view.state in _RARE:
            continue
        number = f"{CAP}+" if count > CAP else str(count)
        made.append(Counter(number, label, words, view.address, icon, tone if count else ""))
    return made


def mine(actor: Actor) -> list[Row]:
    """Return the requests assigned to ``actor``, the most urgent first, a dozen at most."""
    found = selected(actor, View(state="open", agent="mine")).for_list().annotate(unread=_unread())
    ordered = found.order_by(F("due_on").asc(nulls_last=True), "received_at", "pk")
    return [_row(submission) for submission in ordered[:MINE]]


def _row(submission: Any, more: dict[str, str] | None = None) -> Row:
    return Row(
        submission=submission,
        state=shape_of(submission),
        due=due_of(submission),
        agent=short_name_of(submission.assigned_to),
        new=submission.unread or (submission.status == "submitted" and submission.assigned_to_id is None),
        expected=expected(submission, unread=submission.unread),
        more=more or {},
    )


@dataclass(frozen=True)
class Listed:
    """A page of a view: its rows by groups, its columns, the pages around it, and what must be said of it."""

    page: Page
    groups: list[tuple[str, list[Row]]]
    columns: list[columns.Column]
    notes: list[str]


def searched(actor: Actor, view: View, procedure: Procedure | None, *, start: str) -> Listed:
    """Return a page of what a search finds: the newest matches, those whose name or reference matches first."""
    begin = min(whole(start, otherwise=0), RANKED)
    found = selected(actor, view, procedure=procedure)
    newest = found.order_by("-received_at", "-pk").values_list("pk", "reference", "applicant__display_name")
    matches = list(newest[: RANKED + 1])
    words = fold(view.q).split()[:8]

    def is_near(reference: str, display_name: str) -> bool:
        names = f"{fold(reference)} {fold(display_name)}".split()
        return all(any(name.startswith(word) for name in names) for word in words)

    near = {key for key, reference, name in matches[:RANKED] if is_near(reference, name)}
    ranked = sorted((match[0] for match in matches[:RANKED]), key=lambda key: key not in near)
    keys = ranked[begin : begin + SIZE]
    by_key = {row.pk: row for row in found_rows(keys)}
    # One that was destroyed between the two readings is not there any more.
    rows = [by_key[key] for key in keys if key in by_key]
    shown = columns.chosen(view, definition_of(procedure))
    more = columns.cells(shown, rows)
    groups: dict[str, list[Row]] = {}
    for row in rows:
        name = _("In the name or the reference") if row.pk in near else _("In the rest of the request")
        groups.setdefault(name, []).append(_row(row, more[row.pk]))
    page = Page(
        rows=rows,
        next=str(begin + SIZE) if begin + SIZE < len(ranked) else None,
        previous=str(max(0, begin - SIZE)) if begin else None,
    )
    notes = facets.unread(definition_of(procedure), view)
    if len(matches) > RANKED:
        notes.append(
            _("More than %(count)d requests match: only the newest are shown here. Add a word or a filter.")
            % {"count": RANKED}
        )
    return Listed(page, list(groups.items()), shown, notes)


def found_rows(keys: list[int]) -> SubmissionQuerySet:
    """Return the rows of a list by their keys, as ``listed`` loads them."""
    return Submission.objects.filter(pk__in=keys).for_list().annotate(unread=_unread())


def listed(actor: Actor, view: View, procedure: Procedure | None, *, after: str, before: str) -> Listed:
    """Return a page of a view, its rows grouped by the day they came, or by how near their legal date is."""
    by_date = view.by_date
    found = selected(actor, view, procedure=procedure).for_list().annotate(unread=_unread())
    page = keyset(
        found,
        field="due_on" if by_date else "received_at",
        after=after,
        before=before,
        size=SIZE,
        ascending=by_date,
    )
    definition = definition_of(procedure)
    shown = columns.chosen(view, definition)
    more = columns.cells(shown, page.rows)
    groups: dict[str, list[Row]] = {}
    today = timezone.localdate()
    for submission in page.rows:
        received: date = timezone.localtime(submission.received_at).date()
        name = date_group(submission.due_on, today) if by_date else day_group(received, today)
        groups.setdefault(name, []).append(_row(submission, more[submission.pk]))
    notes = facets.unread(definition, view)
    if by_date:
        notes.append(_("In this order, only the requests whose legal date still runs are shown."))
    return Listed(page, list(groups.items()), shown, notes)
