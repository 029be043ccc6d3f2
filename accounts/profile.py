"""What a person says of herself: corrected by her, erased by her; requests already sent keep what they were sent with."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from journal.models import append

from .models import ContactPoint, Person

FIELDS = ("family_name", "usage_name", "given_names", "birth_date", "birth_place")


@transaction.atomic
def correct(person: Person, fields: Mapping[str, str], points: Mapping[str, Any], *, by: str) -> list[str]:
    """Replace some of the fields and of the ways to reach a person (GDPR article 16); return the names of what changed.

    ``points`` holds one value a kind, or None to remove it. The journal learns what changed, never the values.
    """
    held = Person.objects.select_for_update().get(pk=person.pk)
    changed = [name for name, value in fields.items() if getattr(held, name) != value]
    for name in changed:
        setattr(held, name, fields[name])
        setattr(person, name, fields[name])
    if changed:
        held.save(update_fields=changed)
    changed += [kind for kind, value in points.items() if _replace(held, kind, value)]
    if changed:
        append(held.key, "profile.changed", actor=by, data={"fields": changed})
    return changed


def erase(person: Person, *, by: str) -> list[str]:
    """Empty the profile (GDPR article 17.1); what an identity service certified is unlinked on its own page."""
    return correct(person, dict.fromkeys(FIELDS, ""), dict.fromkeys(ContactPoint.Kind.values), by=by)


def _replace(person: Person, kind: str, value: Any) -> bool:
    known = list(person.contact_points.filter(kind=kind).order_by("pk"))
    if [point.value for point in known] == ([] if value is None else [value]):
        return False
    person.contact_points.filter(kind=kind).delete()
    if value is not None:
        ContactPoint.objects.create(person=person, kind=kind, value=value)
    return True
