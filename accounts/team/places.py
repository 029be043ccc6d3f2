"""The places whose helpers act for citizens: recognised by the town, with the addresses of those who help there."""

from allauth.account.models import EmailAddress
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext as _

from ..models import HelpStructure, StructureHelper
from ..permissions import Actor, may_recognise_places
from .rules import Refusal, write_down


def _must_recognise(by: Actor | None) -> None:
    if by is not None and not may_recognise_places(by):
        raise PermissionDenied


@transaction.atomic
def recognise(name: str, kind: str, *, by: Actor | None) -> HelpStructure:
    """Recognise a place. Raises PermissionDenied, or Refusal where one of that name is recognised already."""
    _must_recognise(by)
    if HelpStructure.objects.filter(name__iexact=name, ended_at=None).exists():
        raise Refusal(_("A place of this name is already on the list."), "name")
    place = HelpStructure.objects.create(name=name, kind=kind)
    write_down(place.key, "place.recognised", by, {"kind": kind})
    return place


@transaction.atomic
def close(place: HelpStructure, *, by: Actor | None) -> HelpStructure:
    """Recognise a place no more: its helpers' mandates hold no longer. A second call changes nothing.

    Raises PermissionDenied.
    """
    _must_recognise(by)
    current = HelpStructure.objects.select_for_update().get(pk=place.pk)
    if current.ended_at is None:
        current.ended_at = timezone.now()
        current.save(update_fields=["ended_at"])
        write_down(current.key, "place.closed", by)
    return current


def add_helper(place: HelpStructure, email: str, *, by: Actor | None) -> StructureHelper:
    """Let whoever proves this address help for a place. Raises PermissionDenied, or Refusal for one on the list."""
    _must_recognise(by)
    if place.ended_at is not None:
        raise Refusal(_("This place is no longer recognised."))
    try:
        with transaction.atomic():
            helper = StructureHelper.objects.create(structure=place, email=email.strip().lower())
            write_down(place.key, "place.helper_added", by, {"helper": helper.pk})
    except IntegrityError:
        raise Refusal(_("This address is already on the list."), "email") from None
    return helper


@transaction.atomic
def remove_helper(helper: StructureHelper, *, by: Actor | None) -> None:
    """Let someone help no more for a place, at once: the mandates that it gave her hold no longer. Raises PermissionDenied."""
    _must_recognise(by)
    current = StructureHelper.objects.select_for_update(of=("self",)).select_related("structure").get(pk=helper.pk)
    if current.ended_at is None:
        current.ended_at = timezone.now()
        current.save(update_fields=["ended_at"])
        write_down(current.structure.key, "place.helper_removed", by, {"helper": current.pk})


def helping() -> Count:
    """Return the count of those who help today, for an annotation."""
    return Count("helpers", filter=Q(helpers__ended_at=None))


def proven(helpers: list[StructureHelper]) -> set[int]:
    """Return the keys of those whose address an account has proven: the others cannot act yet."""
    known = EmailAddress.objects.filter(email__in=[one.email for one in helpers], verified=True)
    addresses = {email.lower() for email in known.values_list("email", flat=True)}
    return {one.pk for one in helpers if one.email in addresses}
