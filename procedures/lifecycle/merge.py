"""Making one of two accounts of the same person: what one held passes to the other, and it opens no more."""

from dataclasses import dataclass

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from accounts import merging
from accounts.closing import addresses_of
from accounts.merging import CannotMerge
from accounts.models import Mandate, Person, User
from journal import models as journal
from messaging.models import Delivery
from town import models as town

from ..models import CaseAccess, Draft, SafePaper, Submission

__all__ = ["CannotMerge", "Moving", "merge", "moving"]


@dataclass(frozen=True)
class Moving:
    """How much of each kind passes."""

    drafts: int = 0
    requests: int = 0
    papers: int = 0
    mandates: int = 0
    identities: int = 0


def moving(kept: Person, gone: User) -> Moving:
    """Say what would pass to ``kept``. Raises CannotMerge where nothing may."""
    person = merging.check(kept, gone)
    if person is None:
        return Moving()
    mandates = Mandate.objects.in_force().filter(Q(principal=person) | Q(helper=person))
    return Moving(
        drafts=Draft.objects.filter(person=person, submission=None).count(),
        requests=person.submissions.count(),
        papers=person.papers.count(),
        mandates=mandates.exclude(Q(principal=kept) | Q(helper=kept)).count(),
        identities=person.certified_identities.count(),
    )


@transaction.atomic
def merge(kept: User, gone: User, *, email: str) -> None:
    """Pass all that a login holds to another of the same person, who proved ``email`` there, and close it.

    Raises CannotMerge; then nothing is written. Requests keep the applicant as she said it when she sent them.
    """
    merging.hold(kept, gone)
    kept.refresh_from_db()
    gone.refresh_from_db()
    into = Person.objects.select_for_update().get(user=kept)
    person = merging.check(into, gone)
    before = sorted(addresses_of(kept) | {kept.email or ""} - {""})
    passed = merging.join_logins(kept, gone, email)
    if person is not None:
        _pass_on(person, into, by=kept)
    else:
        _write_down(into, gone, [], by=kept)
    for address in sorted({*before, *passed}):
        _tell(address)


def _pass_on(person: Person, into: Person, *, by: User) -> None:
    merging.join_persons(into, person)
    requests = [str(key) for key in person.submissions.order_by("pk").values_list("public_id", flat=True)]
    for model in (Draft, Submission, SafePaper, CaseAccess, Delivery):
        model._default_manager.filter(person=person).update(person=into)
    _write_down(into, person, requests, by=by)
    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        # A mandate between the two names the person: the row stays, empty of all that she had said of herself.
        merging.empty(person)


def _write_down(into: Person, gone: Person | User, requests: list[str], *, by: User) -> None:
    """Write on both sides what became of them: ids alone."""
    other = f"person:{gone.public_id}" if isinstance(gone, Person) else gone.key
    mine = f"person:{into.public_id}"
    journal.append(mine, "account.merged", actor=by.key, data={"from": other, "requests": requests})
    journal.append(other, "account.merged_into", actor=by.key, data={"into": mine})


def _tell(address: str) -> None:
    """Tell each address of either account, the one of whoever might not have wanted it above all."""
    context = {"town": town.current()}
    body = render_to_string("mail/merged.txt", context)
    EmailMessage(subject=_("Your two accounts are now one"), body=body, to=[address]).send()
