"""What a person agrees to, purpose by purpose: given and withdrawn apart, each with its date (GDPR article 7)."""

from django.db import transaction
from django.utils import timezone

from .models import Consent, Person


def agrees(person: Person | None, purpose: str) -> bool:
    """Say whether a person agrees to ``purpose`` now; nobody agrees by saying nothing."""
    return person is not None and person.consents.in_force().filter(purpose=purpose).exists()


def given(person: Person) -> dict[str, Consent]:
    """Return the consents of a person that hold now, by purpose."""
    return {consent.purpose: consent for consent in person.consents.in_force()}


@transaction.atomic
def give(person: Person, purpose: str) -> None:
    """Record a consent; one that holds already keeps its date."""
    _held(person)
    if not agrees(person, purpose):
        Consent.objects.create(person=person, purpose=purpose)


@transaction.atomic
def withdraw(person: Person, purpose: str) -> None:
    """Record that a consent ends now; the row stays, as the proof of what was agreed to and when."""
    _held(person)
    person.consents.in_force().filter(purpose=purpose).update(withdrawn_at=timezone.now())


def _held(person: Person) -> None:
    """Hold the person: two posts at once make one consent."""
    Person.objects.select_for_update().get(pk=person.pk)
