"""The notice of registration, where the document of an acknowledgement is late (CRPA L112-11, R112-11-2).

The acknowledgement itself, with every mention, is made with the filing and read on the portal at once. Its PDF is made
by the worker: where a key is missing or the machine was down, the person is told the day of reception all the same.
"""

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import models as journal
from messaging.models import Delivery

from ..models import Document, Submission
from . import notify
from .entry import given

REGISTERED = "registered"
# The law gives one working day: an hour leaves time to mend what is broken, and to tell within the day.
LATE_AFTER = timedelta(hours=1)


def unsent(submission: Submission, deliveries: Iterable[Delivery]) -> Delivery | None:
    """Return the mail of the acknowledgement that could not leave, where nobody gave the receipt by another way since.

    ``deliveries`` are all those about the request.
    """
    lost = (one for one in deliveries if one.purpose == "receipt" and one.state == Delivery.State.FAILED)
    failed = next((one for one in lost if one.withheld_at is None), None)
    return failed if failed is not None and given(submission) is None else None


def tell_late(limit: int = 200) -> int:
    """Tell whose receipt is late that the request is registered, once; return how many. Looks at what is late, always."""
    late = Document.objects.filter(
        kind=Document.Kind.RECEIPT,
        answer_set__number=1,
        stored=None,
        registered_at=None,
        created_at__lt=timezone.now() - LATE_AFTER,
    )
    return sum(_tell(pk) for pk in list(late.order_by("pk").values_list("pk", flat=True)[:limit]))


@transaction.atomic
def _tell(pk: int) -> bool:
    document = (
        Document.objects.select_for_update(of=("self",))
        .select_related("submission__applicant", "submission__person", "submission__mandate", "submission__department")
        .get(pk=pk)
    )
    if document.registered_at is not None or document.stored_id is not None:
        return False
    submission = document.submission
    document.registered_at = timezone.now()
    document.save(update_fields=["registered_at"])
    journal.append(submission.key, REGISTERED, role="system", data={"document": str(document.public_id)})
    notify.citizen(
        submission,
        REGISTERED,
        key=f"{REGISTERED}:{submission.public_id}",
        subject=_("Your request is registered"),
        sentence=f"Votre demande est enregistrée : nous l’avons reçue le {submission.acknowledgement['received_words']}. "
        "Le document PDF de l’accusé de réception est en retard ; toutes ses mentions se lisent déjà dans votre demande.",
    )
    return True
