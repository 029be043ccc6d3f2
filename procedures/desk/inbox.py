"""What the inbox shows: counters, filters, and the rows of a list, each in a constant number of queries."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db.models import Exists, F, OuterRef, Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from portal.kit.paging import Page, keyset

from .. import permissions
from ..models import Decision, Message, Procedure, ProcedureVersion, Submission
from ..models.case import SubmissionQuerySet
from .access import name_of
from .words import SOON, Due, Shape, day_group, due_of, expected, is_to_sign, shape_of, short_day

OPEN = ("submitted", "under_review", "awaiting_citizen")
CAP = 99
MINE = 12
STATES = ("open", "answered", "to_sign", *Submission.Status.values, "all")
# What the address says, in French, for each value of a filter.
SLUGS = {
    "open": "en-cours",
    "answered": "reponse-recue",
    "to_sign": "a-signer",
    "submitted": "deposees",
    "under_review": "en-instruction",
    "awaiting_citizen": "attente-usager",
    "decided": "decidees",
    "closed": "terminees",
    "all": "toutes",
    "late": "retard",
    "soon": "5-jours",
    "mine": "moi",
    "nobody": "a-attribuer",
}
VALUES = {slug: value for value, slug in SLUGS.items()}


@dataclass(frozen=True)
class View:
    """A view of the list, as its address says it."""

    q: str = ""
    procedure: str = ""
    state: str = ""
    deadline: str = ""
    agent: str = ""

    @classmethod
    def read(cls, params: QueryDict) -> "View":
        """Read a view from an address; an unknown value is no filter."""

        def one(name: str, allowed: tuple[str, ...]) -> str:
            value = VALUES.get(params.get(name, ""), "")
            return value if value in allowed else ""

        q = " ".join(params.get("q", "").replace("\x00", "").split())[:200]
        return cls(
            q=q,
            procedure=params.get("demarche", "").replace("\x00", "")[:80],
            # A search looks everywhere; a list shows what is under way.
            state=one("etat", STATES) or ("all" if q else "open"),
            deadline=one("echeance", ("late", "soon")),
            agent=one("agent", ("mine", "nobody")),
        )

    @property
    def address(self) -> str:
        """The address of the list under this view."""
        pairs = {
            "q": self.q,
            "demarche": self.procedure,
            "etat": "" if self.state in ("", "open") and not self.q else SLUGS.get(self.state, ""),
            "echeance": SLUGS.get(self.deadline, ""),
            "agent": SLUGS.get(self.agent, ""),
        }
        query = urlencode({name: value for name, value in pairs.items() if value})
        return reverse("desk:list") + (f"?{query}" if query else "")


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


def _with_unread(queryset: SubmissionQuerySet) -> SubmissionQuerySet:
    return queryset.annotate(
        unread=Exists(Message.objects.filter(submission=OuterRef("pk"), from_citizen=True, read_at=None))
    )


def _to_sign(visible: SubmissionQuerySet) -> SubmissionQuerySet:
    """Return what was proposed and waits for a signatory; states are the version's own, so versions are asked."""
    proposed = visible.filter(
        Exists(Decision.objects.filter(submission=OuterRef("pk"), signed_at=None)), status="under_review"
    )
    pairs = set(proposed.order_by().values_list("version", "state").distinct())
    versions = ProcedureVersion.objects.in_bulk({version for version, _state in pairs})
    wanted = Q()
    for version, state in pairs:
        if is_to_sign(versions[version].definition.workflow, state):
            wanted |= Q(version=version, state=state)
    return proposed.filter(wanted) if wanted else proposed.none()


def selected(actor: Actor, view: View) -> SubmissionQuerySet:
    """Return the requests of a view, among those that ``actor`` may see."""
    found, today = permissions.visible_submissions(actor), timezone.localdate()
    if view.state == "open":
        found = found.filter(status__in=OPEN)
    elif view.state == "answered":
        found = _with_unread(found).filter(unread=True)
    elif view.state == "to_sign":
        found = _to_sign(found)
    elif view.state in Submission.Status.values:
        found = found.filter(status=view.state)
    if view.procedure:
        found = found.filter(procedure__slug=view.procedure)
    if view.deadline == "late":
        found = found.filter(status__in=OPEN, due_on__lt=today)
    elif view.deadline == "soon":
        found = found.filter(status__in=OPEN, due_on__gte=today, due_on__lte=today + timedelta(days=SOON))
    if view.agent == "mine":
        found = found.filter(assigned_to=actor.user)
    elif view.agent == "nobody":
        found = found.filter(assigned_to=None)
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
        (View(state="open", agent="nobody"), _("To assign"), _("nobody follows them yet"), "assign", ""),
        (View(state="to_sign"), _("To sign"), _("decisions prepared"), "visa", ""),
    ]
    made = []
    for view, label, words, icon, tone in wanted:
        count = selected(actor, view).order_by()[: CAP + 1].count()
        number = f"{CAP}+" if count > CAP else str(count)
        made.append(Counter(number, label, words, view.address, icon, tone if count else ""))
    return made


def mine(actor: Actor) -> list[Row]:
    """Return the requests assigned to ``actor``, the most urgent first, a dozen at most."""
    found = _with_unread(selected(actor, View(state="open", agent="mine")).for_list())
    ordered = found.order_by(F("due_on").asc(nulls_last=True), "received_at", "pk")
    return [_row(submission) for submission in ordered[:MINE]]


def _row(submission: Any) -> Row:
    return Row(
        submission=submission,
        state=shape_of(submission),
        due=due_of(submission),
        agent=name_of(submission.assigned_to),
        new=submission.unread or (submission.status == "submitted" and submission.assigned_to_id is None),
        expected=expected(submission, unread=submission.unread),
    )


def listed(actor: Actor, view: View, *, after: str, before: str) -> tuple[Page, list[tuple[str, list[Row]]]]:
    """Return a page of a view, its rows grouped by the day they came."""
    page = keyset(
        _with_unread(selected(actor, view).for_list()), field="received_at", after=after, before=before, size=25
    )
    groups: dict[str, list[Row]] = {}
    today = timezone.localdate()
    for submission in page.rows:
        received: date = timezone.localtime(submission.received_at).date()
        groups.setdefault(day_group(received, today), []).append(_row(submission))
    return page, list(groups.items())


@dataclass(frozen=True)
class Choices:
    """One closed list of the filters: its name in the address, its label, and (value, words, chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


def filters(actor: Actor, view: View) -> list[Choices]:
    """Return the filters of the list, with the chosen values."""
    departments = permissions.desk_departments(actor)
    known = Procedure.objects.filter(
        Exists(Submission.objects.filter(procedure=OuterRef("pk"), department__in=departments))
    ).values_list("slug", "title")
    # Without a search, what is under way is what an address without state shows.
    states = [("" if value == "open" and not view.q else SLUGS[value], state_words(value)) for value in STATES]
    state = "" if view.state == "open" and not view.q else SLUGS[view.state]
    return [
        _choices("demarche", _("Procedure"), [("", _("All")), *known], view.procedure),
        _choices("etat", _("State"), states, state),
        _choices(
            "echeance",
            _("Legal date"),
            [("", _("All")), (SLUGS["late"], _("Late")), (SLUGS["soon"], _("Within 5 days"))],
            SLUGS.get(view.deadline, ""),
        ),
        _choices(
            "agent",
            _("Agent"),
            [("", _("Whole department")), (SLUGS["mine"], _("Me")), (SLUGS["nobody"], _("To assign"))],
            SLUGS.get(view.agent, ""),
        ),
    ]


def _choices(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Choices:
    return Choices(name, label, [(value, words, value == chosen) for value, words in options])


def state_words(value: str) -> str:
    """Name a state of the filter."""
    return {
        "open": _("Under way"),
        "answered": _("Answer received"),
        "to_sign": _("To sign"),
        "submitted": _("Filed"),
        "under_review": _("Under study"),
        "awaiting_citizen": _("Waiting for the citizen"),
        "decided": _("Decided"),
        "closed": _("Closed"),
        "all": _("All"),
    }[value]


def rail(view: View) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the ready views: heading → (name, address, whether it is this one)."""
    here = replace(view, q="", procedure="") if not view.q and not view.procedure else None
    mine_ = [
        (_("My requests"), View(state="open", agent="mine")),
        (_("Citizens’ answers"), View(state="answered")),
        (_("Late"), View(state="open", deadline="late")),
        (_("Due within 5 days"), View(state="open", deadline="soon")),
        (_("To sign"), View(state="to_sign")),
    ]
    service = [
        (_("Under way"), View(state="open")),
        (_("To assign"), View(state="open", agent="nobody")),
        (_("Waiting for the citizen"), View(state="awaiting_citizen")),
        (_("Decided"), View(state="decided")),
        (_("Closed"), View(state="closed")),
    ]
    return [
        (_("My work"), [(name, view_.address, view_ == here) for name, view_ in mine_]),
        (_("Department"), [(name, view_.address, view_ == here) for name, view_ in service]),
    ]


def title(view: View) -> str:
    """Name a view: the ready view's own name, else a plain one."""
    if view.q:
        return _("Search")
    return next((name for _heading, views in rail(view) for name, _address, here in views if here), _("Requests"))
