"""A mail about a request that could not be sent: sent again, to another address where it was wrong, or told in another way."""

import uuid

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import validate_email
from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.permissions import Actor
from journal import models as journal
from messaging.models import Delivery

from .. import permissions
from ..models import Submission
from ..models.case import SubmissionQuerySet
from .grounds import MissingWords

SENT_AGAIN, TOLD = "mail_again", "told_otherwise"
# So many at once are looked for; beyond, a mail server is down, and it is not requests that are to be mended.
_MOST = 500


class How(models.TextChoices):
    """How someone was told of what a mail should have said."""

    PHONE = "phone", gettext_lazy("by telephone")
    POST = "post", gettext_lazy("by post")
    COUNTER = "counter", gettext_lazy("at the counter")
    NEEDLESS = "needless", gettext_lazy("it was needless")


def waiting(among: SubmissionQuerySet) -> SubmissionQuerySet:
    """Return the requests about which a mail could not be sent, and nobody has dealt with it."""
    failed = Delivery.objects.unsettled().filter(about__startswith="submission:")
    return among.named(set(failed.order_by("about").values_list("about", flat=True).distinct()[:_MOST]))


@transaction.atomic
def send_again(submission: Submission, public_id: uuid.UUID, address: str, *, by: Actor) -> bool:
    """Owe a mail again, to ``address``; False where it is not one that failed. Raises PermissionDenied and MissingWords."""
    delivery = _failed(submission, public_id, by)
    if delivery is None:
        return False
    try:
        validate_email(address.strip())
    except ValidationError as error:
        raise MissingWords("address", _("Write a whole e-mail address: name@example.org.")) from error
    delivery.address = address.strip()[:254]
    delivery.state, delivery.attempts, delivery.last_error = Delivery.State.QUEUED, 0, ""
    delivery.next_try_at = timezone.now()
    delivery.save(update_fields=["address", "state", "attempts", "last_error", "next_try_at"])
    delivery.wake()
    _note(submission, SENT_AGAIN, delivery, by)
    return True


@transaction.atomic
def settle(submission: Submission, public_id: uuid.UUID, how: str, *, by: Actor) -> bool:
    """Note that the person was told in another way; False where it is settled already. Raises PermissionDenied and
    MissingWords.
    """
    if how not in How.values:
        raise MissingWords("how", _("Say how the person was told."))
    delivery = _failed(submission, public_id, by)
    if delivery is None:
        return False
    delivery.settled_at = timezone.now()
    delivery.save(update_fields=["settled_at"])
    _note(submission, TOLD, delivery, by, how=how)
    return True


def _failed(submission: Submission, public_id: uuid.UUID, by: Actor) -> Delivery | None:
    if not permissions.may_write_as_agent(by, submission):
        raise PermissionDenied
    known = Delivery.objects.select_for_update(of=("self",)).unsettled()
    found: Delivery | None = known.filter(about=submission.key, public_id=public_id).first()
    return found


def _note(submission: Submission, kind: str, delivery: Delivery, by: Actor, **more: str) -> None:
    data = {"delivery": str(delivery.public_id), **more} | permissions.behalf(by, submission)
    journal.append(submission.key, kind, actor=by.key, role="agent", data=data)
