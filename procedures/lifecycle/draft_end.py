"""The end of a draft: its person is told two weeks before, then it goes (RGPD-04).

Both look at what is due, never at a window of time: after an outage the notice still comes first, and the draft waits for it.
"""

from datetime import timedelta

from django.conf import settings
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Person
from messaging.models import Delivery
from messaging.outbox import deliver
from portal.kit.moments import day_in_words
from town import models as town

from ..models import Draft
from .draft import discard, resume_address
from .mandate_mail import address_of

TOLD_BEFORE = timedelta(days=14)
# However late the notice was, it leaves this time to read it.
AT_LEAST = timedelta(days=7)


def warn(limit: int = 200) -> int:
    """Tell of the drafts that end within two weeks, each end once; return how many were looked at.

    One whose person gave no address where she may be written to goes untold, at the date that its pages say.
    """
    soon = Draft.objects.filter(expires_at__lt=timezone.now() + TOLD_BEFORE, submission=None)
    untold = soon.filter(Q(told_of=None) | ~Q(told_of=F("expires_at"))).order_by("expires_at", "pk")
    found = list(untold.select_related("procedure", "person__user", "mandate__helper__user")[:limit])
    for draft in found:
        _tell(draft)
        # Saved meanwhile, it has another end: then this says nothing of it.
        Draft.objects.filter(pk=draft.pk).update(told_of=draft.expires_at, told_at=timezone.now())
    return len(found)


def purge(limit: int = 200) -> int:
    """Remove drafts past their date whose person was told of it in time; return how many."""
    now = timezone.now()
    over = Draft.objects.filter(
        expires_at__lt=now, submission=None, told_of=F("expires_at"), told_at__lt=now - AT_LEAST
    )
    old = list(over.order_by("expires_at", "pk")[:limit])
    for draft in old:
        discard(draft)
    return len(old)


def _tell(draft: Draft) -> None:
    readers: dict[str, tuple[str, Person | None]] = {}
    own = settings.PUBLIC_URL + reverse("filing:draft", args=[draft.public_id])
    # What an agent enters is on the department's own list: the person waits for no draft.
    if not draft.is_entered:
        for person in (draft.person, draft.mandate.helper if draft.mandate else None):
            if person is not None and (address := address_of(person)):
                readers[address] = own, person
        if not readers and (address := _asked_for_a_link(draft)):
            # A link goes only where one was asked for: an address that was merely typed may be somebody else's.
            readers[address] = resume_address(draft), None
    for number, (address, (link, person)) in enumerate(readers.items()):
        with translation.override("fr"):
            until = day_in_words(timezone.localtime(max(draft.expires_at, timezone.now() + AT_LEAST)).date())
            context = {"draft": draft, "link": link, "until": until, "town": town.current()}
            subject = _("Your draft will be erased on %(day)s") % {"day": until}
            body = render_to_string("mail/draft_ends.txt", context)
        deliver(
            key=f"draft-ends:{draft.public_id}:{draft.expires_at.timestamp():.0f}:{number}",
            purpose="draft_ends",
            address=address,
            subject=subject,
            body=body,
            person=person,
            secret=link != own,
        )


def _asked_for_a_link(draft: Draft) -> str:
    sent = Delivery.objects.filter(key__startswith=f"draft:{draft.public_id}:", purpose="resume")
    return sent.order_by("-pk").values_list("address", flat=True).first() or ""
