"""What the desk says of a request in a few words: its legal date, its state, what is expected, what happened."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from journal.models import Event
from portal.kit.moments import long_day

from ..definition.clock import effect_of
from ..definition.workflow import Workflow
from ..lifecycle import hold, notification, registration, sensitive
from ..lifecycle.annotate import ANNOTATED
from ..lifecycle.assign import ASSIGNED
from ..lifecycle.correct import CORRECTED
from ..lifecycle.death import RECORDED, UNDONE
from ..lifecycle.entry import RECEIPT_GIVEN
from ..lifecycle.extend import EXTENDED
from ..lifecycle.link import LINKED, MERGED, UNLINKED
from ..lifecycle.note import NOTED
from ..lifecycle.opinions import ASKED, GIVEN
from ..lifecycle.opinions import DROPPED as OPINION_DROPPED
from ..lifecycle.pieces_answer import PIECES_GIVEN_UP, PIECES_NOTED, PIECES_SENT
from ..lifecycle.reopen import REOPENED
from ..lifecycle.route import ROUTED
from ..lifecycle.rules import RULE
from ..lifecycle.send_on import ARRIVED, SENT_ON
from ..lifecycle.silence import CONFIRMED, is_to_confirm
from ..lifecycle.silence_asks import ATTESTATION_ASKED, ATTESTATION_ISSUED, REASONS_ASKED, REASONS_GIVEN
from ..lifecycle.undelivered import SENT_AGAIN, TOLD
from ..lifecycle.undo import UNDONE as ACT_UNDONE
from ..lifecycle.withdraw import DROPPED, PREPARED, WITHDRAWN
from ..models import Submission

SOON = 5  # days before the legal date from which it is shown as near
_MONTHS = (
    gettext_lazy("Jan."),
    gettext_lazy("Feb."),
    gettext_lazy("Mar."),
    gettext_lazy("Apr."),
    gettext_lazy("May"),
    gettext_lazy("Jun."),
    gettext_lazy("Jul."),
    gettext_lazy("Aug."),
    gettext_lazy("Sep."),
    gettext_lazy("Oct."),
    gettext_lazy("Nov."),
    gettext_lazy("Dec."),
)
# Status or outcome → the drawing and the tone of a state; the word is always written beside it.
_SHAPES = {
    "submitted": ("open", ""),
    "under_review": ("half", "run"),
    "awaiting_citizen": ("pause", "wait"),
    "granted": ("check", "yes"),
    "granted_in_part": ("check", "yes"),
    "refused": ("cross", "not"),
}
# What happens to a request apart from its workflow.
_BY_ITSELF = {
    "file_blocked": gettext_lazy("File blocked: something suspicious was found in it"),
    "handed_over": gettext_lazy("Handed over: whoever followed it no longer does"),
    ASSIGNED: gettext_lazy("Given back to the whole department"),
    ROUTED: gettext_lazy("Handed to another department"),
    NOTED: gettext_lazy("Internal note"),
    ANNOTATED: gettext_lazy("Noted by the department"),
    LINKED: gettext_lazy("Linked to another request"),
    UNLINKED: gettext_lazy("No longer linked to another request"),
    MERGED: gettext_lazy("Ended: the same request was filed twice"),
    REOPENED: gettext_lazy("Opened again"),
    SENT_AGAIN: gettext_lazy("Mail sent again"),
    TOLD: gettext_lazy("Told in another way: a mail could not be sent"),
    ACT_UNDONE: gettext_lazy("Last act undone"),
    CORRECTED: gettext_lazy("Correction sent by the applicant"),
    PIECES_SENT: gettext_lazy("Pieces sent by the applicant"),
    PIECES_NOTED: gettext_lazy("Pieces received by another way"),
    PIECES_GIVEN_UP: gettext_lazy("Missing pieces no longer asked for"),
    CONFIRMED: gettext_lazy("Effect of silence confirmed"),
    WITHDRAWN: gettext_lazy("Decision withdrawn"),
    PREPARED: gettext_lazy("Withdrawal of the decision prepared"),
    DROPPED: gettext_lazy("Prepared withdrawal given up"),
    ATTESTATION_ASKED: gettext_lazy("Attestation asked for by the applicant"),
    ATTESTATION_ISSUED: gettext_lazy("Attestation made"),
    REASONS_ASKED: gettext_lazy("Reasons of the refusal asked for by the applicant"),
    REASONS_GIVEN: gettext_lazy("Reasons of the refusal given"),
    SENT_ON: gettext_lazy("Sent on to the competent authority"),
    ARRIVED: gettext_lazy("Arrived at the competent authority"),
    notification.CHOSEN: gettext_lazy("Way of notification chosen by the applicant"),
    notification.POSTED: gettext_lazy("Letter posted"),
    notification.RECEIVED: gettext_lazy("Letter received"),
    notification.SCANNED: gettext_lazy("Signed letter scanned"),
    registration.REGISTERED: gettext_lazy("Registration told: the document of the receipt was late"),
    hold.HELD: gettext_lazy("Held back from destruction"),
    hold.LIFTED: gettext_lazy("No longer held back from destruction"),
    sensitive.DESTROYED: gettext_lazy("Sensitive answers destroyed, as announced to the applicant"),
    EXTENDED: gettext_lazy("Delay prolonged"),
    ASKED: gettext_lazy("Opinion asked for"),
    GIVEN: gettext_lazy("Opinion recorded"),
    OPINION_DROPPED: gettext_lazy("Opinion no longer waited for"),
    RECORDED: gettext_lazy("Death of the person recorded"),
    UNDONE: gettext_lazy("Death taken back: it was a mistake"),
    "files_destroyed": gettext_lazy("Files destroyed, as announced to the applicant"),
}

# What says, in its data, to which colleague a request was given.
GIVEN_TO = {ASSIGNED, RULE, "handed_over"}


@dataclass(frozen=True)
class Due:
    """The legal date in words: days first, then the date. ``tone`` is "", "soon" or "late"."""

    days: str
    day: date | None = None
    short: str = ""
    tone: str = ""

    @property
    def long(self) -> str:
        """The date in full."""
        return long_day(self.day) if self.day else ""


@dataclass(frozen=True)
class Shape:
    """A state as it is drawn: its word, its icon, its tone."""

    label: str
    icon: str
    tone: str


def _number(day: date) -> str:
    return "1er" if day.day == 1 and get_language() == "fr" else str(day.day)


def short_day(day: date, today: date) -> str:
    """Say a day in short: "8 déc."; the year is added when it is far away."""
    text = f"{_number(day)}\u00a0{_MONTHS[day.month - 1]}"
    return f"{text} {day.year}" if abs((day - today).days) > 300 else text


def due_of(submission: Submission, today: date | None = None) -> Due:
    """Say how far the legal date is: "14 jours · 8 déc.", "retard de 2 jours · 22 nov."."""
    today = today or timezone.localdate()
    if submission.is_over:
        return Due(_("no longer running"))
    if submission.outcome_by == Submission.OutcomeBy.SILENCE:
        return Due(_("no longer running"))
    if submission.due_on is None:
        # An acceptance waits for what is missing; it has no date until it comes.
        waits = effect_of(submission.version.definition.legal) is not None
        return Due(_("suspended") if waits else _("no legal date"))
    left, short = (submission.due_on - today).days, short_day(submission.due_on, today)
    if left < 0:
        words = ngettext("one day late", "%(count)d days late", -left) % {"count": -left}
        return Due(words, submission.due_on, short, "late")
    if left == 0:
        return Due(_("today"), submission.due_on, short, "soon")
    words = ngettext("%(count)d day", "%(count)d days", left) % {"count": left}
    return Due(words, submission.due_on, short, "soon" if left <= SOON else "")


def shape_of(submission: Submission) -> Shape:
    """Return the state in the town's own words, with its drawing."""
    label = submission.version.definition.workflow.state(submission.state).label
    # Silence may have decided a request that its workflow keeps open.
    known = (submission.outcome if submission.is_over else "") or submission.status
    icon, tone = _SHAPES.get(known, ("check", ""))
    return Shape(label, icon, tone)


def is_to_sign(workflow: Workflow, state: str) -> bool:
    """Say whether requests of this state were proposed, bear their visas and wait for a signatory."""
    proposed = any(t.act in {"propose", "visa"} and t.to == state for t in workflow.transitions)
    return proposed and any(t.act == "decide" for t in workflow.leaving(state))


def is_to_visa(workflow: Workflow, state: str) -> bool:
    """Say whether requests of this state wait for a visa."""
    return any(t.act == "visa" for t in workflow.leaving(state))


def is_proposed(workflow: Workflow, state: str) -> bool:
    """Say whether a decision is proposed in this state, and waits for a visa or a signature."""
    return is_to_visa(workflow, state) or is_to_sign(workflow, state)


def expected(submission: Submission, *, unread: bool) -> str:
    """Say what is expected next on a request."""
    if unread:
        return _("Read the answer")
    if is_to_confirm(submission):
        return _("Confirm what silence has produced")
    if submission.status == "submitted":
        return _("Take charge")
    if submission.status == "awaiting_citizen":
        return _("Wait for the citizen")
    if is_to_sign(submission.version.definition.workflow, submission.state):
        return _("Wait for the signature")
    if is_to_visa(submission.version.definition.workflow, submission.state):
        return _("Wait for the visa")
    return _("Study the request")


def day_group(day: date, today: date) -> str:
    """Name the group under which a list shows a day: today, a day of this week, a month."""
    if day == today:
        return _("Today, %(day)s") % {"day": long_day(day, year=False)}
    text = long_day(day, year=False) if 0 < (today - day).days < 7 else date_format(day, "F Y")
    return text[:1].upper() + text[1:]


def date_group(day: date, today: date) -> str:
    """Name the group under which a list shows a legal date: late, soon, a month."""
    if day < today:
        return _("Late")
    if (day - today).days <= SOON:
        return _("Within %(count)d days") % {"count": SOON}
    text = date_format(day, "F Y")
    return text[:1].upper() + text[1:]


def happened(event: Event, workflow: Workflow, whom: str = "", rules: Mapping[str, str] | None = None) -> str:
    """Say an event in words, from the labels of the workflow and the titles of the ``rules``.

    ``whom`` is a colleague or a department that it was given to.
    """
    if event.kind == RULE:
        said = _("By rule: %(title)s") % {"title": (rules or {}).get(event.data["rule"], event.data["rule"])}
        return f"{said} ({whom})" if whom else said
    if whom and event.kind == ROUTED:
        return _("Handed to: %(name)s") % {"name": whom}
    if whom and event.kind in GIVEN_TO:
        return _("Given to %(name)s") % {"name": whom}
    if event.kind == "submitted":
        origin = event.data.get("origin")
        if origin is None:
            return _("Request filed")
        return _("Request entered, received %(channel)s") % {"channel": Submission.Channel(origin).label}
    if event.kind == RECEIPT_GIVEN:
        return _("Receipt posted") if event.data["how"] == "posted" else _("Receipt handed over")
    if event.kind == "message":
        return _("Message from the department") if event.role == "agent" else _("Message from the applicant")
    if event.kind in _BY_ITSELF:
        return str(_BY_ITSELF[event.kind])
    try:
        transition = workflow.transition(event.kind)
    except KeyError:
        return event.kind
    if transition.act == "reply" and "correction" in event.data:
        return str(_BY_ITSELF[CORRECTED])
    if transition.act == "reply":
        return _("Answer from the applicant")
    if transition.act == "send_pieces":
        return str(_BY_ITSELF[PIECES_SENT])
    if transition.act == "withdraw":
        return _("Withdrawn by the applicant")
    return transition.label
