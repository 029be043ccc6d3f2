"""Erasing what a person may have erased, and keeping what the law keeps (GDPR article 17)."""

from dataclasses import dataclass

from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils import timezone

from accounts import closing, profile
from accounts.models import Mandate, Person, User
from journal import models as journal
from messaging.models import Delivery

from ..models import CaseAccess, Draft, Message
from . import safe
from .draft import discard


@dataclass(frozen=True)
class Erased:
    """What went, and how many requests stay until their term."""

    drafts: int
    papers: int
    kept_requests: int


@transaction.atomic
def drafts(person: Person) -> int:
    """Throw away every draft of a person, with its files; return how many."""
    found = list(Draft.objects.select_for_update(of=("self",)).filter(person=person, submission=None))
    for draft in found:
        discard(draft)
    return len(found)


@transaction.atomic
def account(user: User, person: Person, *, by: str) -> Erased:
    """Close the login of a person and erase all that no law keeps. Raises WorksForTown.

    Her requests stay until their term, for the task of public interest that they serve and as public archives (GDPR
    article 17.3, b and d; code du patrimoine L212-2): they hold who asked as she said it then, and lead to no login.
    """
    if closing.works_for_town(user):
        raise closing.WorksForTown
    addresses = closing.addresses_of(user)
    kept = person.submissions.count()
    erased = Erased(drafts(person), safe.close(person), kept)
    profile.erase(person, by=by)
    person.certified_identities.all().delete()
    person.consents.all().delete()
    CaseAccess.objects.filter(person=person).delete()
    Mandate.objects.filter(Q(principal=person) | Q(helper=person), revoked_at=None).update(
        revoked_at=timezone.now(), revoked_by=by
    )
    # Notices about a request are a part of it: the law counts from them (R112-20).
    Delivery.objects.sent_to(person, addresses).filter(about="").delete()
    # The name under which each message was written is copied in it.
    Message.objects.filter(author=user).update(author=None)
    data = {"drafts": erased.drafts, "papers": erased.papers, "requests": kept}
    journal.append(person.key, "account.erased", actor=by, data=data)
    closing.close(user)
    try:
        with transaction.atomic():
            person.delete()
    except ProtectedError:
        # Requests or mandates name the person: the row stays, empty of all that she had said of herself.
        pass
    return erased
