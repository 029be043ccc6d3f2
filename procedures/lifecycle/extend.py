"""More time to answer, where a text of the procedure gives it: decided before the delay is over, said with its reason."""

from dataclasses import replace
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.moments import day_in_words

from .. import permissions
from ..definition.clock import Extension, due_on
from ..definition.legal import MoreTime as Text
from ..models import MoreTime, Submission
from . import clock, notify
from .grounds import MissingWords
from .transition import StaleAction, locked

EXTENDED = "extended"


def offered(submission: Submission) -> list[Text]:
    """Return the extensions that a text of the procedure still gives on this request."""
    texts = submission.version.definition.legal.extensions
    # Most procedures have none: they ask the database nothing.
    used = {one.basis for one in submission.extensions.all()} if texts else set()
    return [one for one in texts if one.basis not in used]


def is_open(submission: Submission) -> bool:
    """Say whether the delay still runs: what is over is not prolonged."""
    return not submission.is_over and submission.due_on is not None and not clock.has_spoken(submission)


def new_date(submission: Submission, text: Text, today: date | None = None) -> date | None:
    """Return the last day to answer, if that extension were decided today."""
    facts = clock.facts_of(submission)
    more = Extension(today or timezone.localdate(), text.delay, text.basis)
    return due_on(submission.version.definition.legal, replace(facts, extensions=(*facts.extensions, more)))


@transaction.atomic
def extend(submission: Submission, basis: str, reason: str, *, by: Actor) -> MoreTime:
    """Prolong the delay by what the text ``basis`` gives, and tell the person; then nothing is written where it is refused.

    Raises PermissionDenied, MissingWords, and StaleAction where the delay is over, or this text was used already.
    """
    current = locked(submission.reference)
    if not permissions.may_tend_clock(by, current):
        raise PermissionDenied
    text = next((one for one in offered(current) if one.basis == basis), None)
    if text is None or not is_open(current):
        raise StaleAction(current)
    if not reason.strip():
        raise MissingWords("reason", _("Say why more time is needed: the person reads it."))
    more = MoreTime.objects.create(
        submission=current,
        basis=text.basis,
        count=text.delay.count,
        unit=text.delay.unit,
        reason=reason.strip(),
        decided_on=timezone.localdate(),
        decided_by=by.user,
        decided_by_name=by.name or current.department.name,
    )
    clock.recompute(current)
    current.save(update_fields=["due_on"])
    until = current.due_on
    assert until is not None, "a delay that runs has an end"  # noqa: S101
    data = {"extension": str(more.public_id), "due_on": until.isoformat()} | permissions.behalf(by, current, "agent")
    journal.append(current.key, EXTENDED, actor=by.key, role="agent", data=data)
    notify.citizen(
        current,
        EXTENDED,
        key=f"{EXTENDED}:{more.public_id}",
        subject=_("More time is needed to answer your request"),
        sentence=f"Le délai pour répondre à votre demande est prolongé jusqu’au {day_in_words(until)}. "
        "Le texte qui le permet et la raison sont dans votre demande.",
    )
    return more
