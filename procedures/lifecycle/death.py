"""Someone has died: her mandates end, her login opens no more, nothing is sent to her; her requests stay. And the undoing."""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import deaths
from accounts.closing import addresses_of
from accounts.models import Mandate, Person, User
from accounts.models.mandate import MandateQuerySet
from accounts.permissions import Actor
from journal import models as journal
from messaging import outbox
from portal.kit.moments import day_in_words

from .. import permissions
from ..models import Submission
from . import mandate as mandates
from .mandate import Refusal

RECORDED, UNDONE = "death.recorded", "death.undone"


class How(models.TextChoices):
    """How a death is known to the town."""

    CERTIFICATE = "certificate", gettext_lazy("The death certificate was shown, or is in our registers")
    RELATIVE = "relative", gettext_lazy("A relative said so")
    OTHER = "other", gettext_lazy("In another way")


@dataclass(frozen=True)
class Known:
    """What is said of a death. ``note`` holds no name."""

    on: date
    how: How
    note: str = ""


@dataclass(frozen=True)
class Foreseen:
    """What will happen: mandates that end, whether a login closes, mails that will not leave."""

    mandates: int
    login: bool
    mails: int


def foreseen(person: Person) -> Foreseen:
    """Say what recording a death will do; nothing is written."""
    login = person.user is not None and person.user.is_active
    return Foreseen(_open_mandates(person).count(), login, outbox.owed_to(person).count())


@transaction.atomic
def record(person: Person, known: Known, *, by: Actor, submission: Submission) -> Person:
    """Note that a person has died, and end what ends with her; a second call for the same day changes nothing.

    Raises PermissionDenied for whoever may not, and Refusal for a day that cannot be, or for someone of the team.
    """
    if not permissions.may_record_death(by, submission) or submission.person_id != person.pk:
        raise PermissionDenied
    current = _locked(person)
    if current.died_on == known.on:
        return current
    check(current, known)
    current.died_on, current.death_note = known.on, known.note
    current.save(update_fields=["died_on", "death_note"])
    ended = list(_open_mandates(current))
    for mandate in ended:
        hers = mandate.principal_id == current.pk
        ending = Mandate.Ending.PRINCIPAL_DIED if hers else Mandate.Ending.HELPER_DIED
        mandates.end(mandate, by=by.key, ending=ending)
    closed = deaths.close_login(current)
    outbox.withhold(current)
    data = {"on": known.on.isoformat(), "how": str(known.how), "mandates": len(ended), "login": closed}
    _write_down(current, submission, RECORDED, by, data)
    return current


def check(person: Person, known: Known) -> None:
    """Raise Refusal where a death cannot be recorded; nothing is written."""
    on = known.on
    if person.died_on is not None:
        raise Refusal(_("A death is recorded already, on %(day)s.") % {"day": day_in_words(person.died_on)})
    if on > timezone.localdate():
        raise Refusal(_("This day is still to come: check the date."), "on")
    # As text: of some births the year alone is known ("1962-00-00").
    if on.isoformat() < person.birth_date:
        raise Refusal(_("This day comes before the birth: check the date, and that it is the same person."), "on")
    if person.user is not None and _works(person.user):
        words = _(
            "This person works for the town hall: an administrator of the team records her departure first, so that "
            "colleagues follow her requests. Then come back to this page."
        )
        raise Refusal(words)


def _works(user: User) -> bool:
    """Say whether a login has a role today or later: what an agent leaves behind is settled by her departure."""
    return user.is_staff or user.is_superuser or user.memberships.not_over().exists()


@transaction.atomic
def undo(person: Person, *, by: Actor, submission: Submission) -> Person:
    """Take back a death recorded for the wrong person, however long ago; a second call changes nothing.

    She signs in again and is written to; mandates that ended are given anew by whoever wants them. Raises
    PermissionDenied.
    """
    if not permissions.may_undo_death(by, submission) or submission.person_id != person.pk:
        raise PermissionDenied
    current = _locked(person)
    if current.died_on is None:
        return current
    current.died_on, current.death_note = None, ""
    current.save(update_fields=["died_on", "death_note"])
    told = recorded(current)
    # What had closed her login before is another story.
    opened = bool(told and told.data["login"]) and deaths.open_login(current)
    # They stay ended; why is no longer said of someone who lives.
    hers = Q(principal=current, ending=Mandate.Ending.PRINCIPAL_DIED) | Q(
        helper=current, ending=Mandate.Ending.HELPER_DIED
    )
    Mandate.objects.filter(hers).update(ending="")
    outbox.release(current)
    _write_down(current, submission, UNDONE, by, {"login": opened})
    return current


def recorded(person: Person) -> journal.Event | None:
    """Return the event that says when a death was last recorded, and by whom."""
    return journal.Event.objects.of(person.key).filter(kind=RECORDED).last()


def _locked(person: Person) -> Person:
    return Person.objects.select_for_update(of=("self",)).select_related("user").get(pk=person.pk)


def _open_mandates(person: Person) -> MandateQuerySet:
    """Return the mandates that end with a person: given or held, waiting ones and those offered to an address of hers."""
    addresses = addresses_of(person.user) if person.user else set()
    bound = Q(principal=person) | Q(helper=person) | Q(helper=None, helper_email__in=addresses)
    return Mandate.objects.open().filter(bound).order_by("pk")


def _write_down(person: Person, submission: Submission, kind: str, by: Actor, data: dict[str, object]) -> None:
    """Write it on both chains, the person's and the request's: ids, codes and days, never a name or a note."""
    role = "head" if "head" in permissions.roles_on(by, submission) else "agent"
    behalf = permissions.behalf(by, submission, role)
    journal.append(
        person.key, kind, actor=by.key, role=role, data={**data, "submission": str(submission.public_id), **behalf}
    )
    journal.append(submission.key, kind, actor=by.key, role=role, data={"person": str(person.public_id), **behalf})
