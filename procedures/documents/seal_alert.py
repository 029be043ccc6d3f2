"""Whoever keeps the town's key is told, once a day, that documents wait for it."""

from django.conf import settings
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import Membership, Role, User
from messaging.outbox import deliver
from town import models as town

from ..models import Document


def tell(reason: Exception) -> None:
    """Owe a mail to each administrator of the town: what keeps the documents waiting, how many, and what to do."""
    held = Membership.objects.in_force().filter(role=Role.TOWN_ADMIN)
    waiting = Document.objects.exclude(state=Document.State.DONE).count()
    for admin in User.objects.filter(pk__in=held.values("user"), is_active=True).exclude(email=""):
        with translation.override("fr"):
            context = {"reason": reason, "waiting": waiting, "town": town.current(), "address": settings.PUBLIC_URL}
            body = render_to_string("mail/seal_unavailable.txt", context)
            subject = _("Documents wait for the town’s seal")
        deliver(
            key=f"seal_unavailable:{timezone.localdate()}:{admin.public_id}",
            purpose="seal_unavailable",
            address=admin.email or "",
            subject=subject,
            body=body,
            person=getattr(admin, "person", None),
        )
