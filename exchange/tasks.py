"""django-q2 entry points of exports and of packages for the archives: take ids, may run twice, call one function."""

from portal.kit.owed import sweep as sweep_owed
from procedures.models import ArchivePackage

from . import packages, seda, verbs
from .api import tokens
from .exporting import making
from .models import Export, Stopped, WebhookDelivery
from .webhooks import telling


def make_export(pk: int) -> None:
    """Make the file of an export; a failure is noted on the row and tried again later."""
    export = Export.claim(pk)
    if export is None:
        return
    try:
        making.make(export)
    except Stopped:
        return
    except making.Impossible as reason:
        export.give_up(str(reason))
    except Exception as error:
        if Export.objects.filter(pk=pk, attempts=export.attempts).exists():
            export.fail(error)


def make_package(pk: int) -> None:
    """Make what a transfer hands over; a failure is noted on the row and tried again later."""
    package = ArchivePackage.claim(pk)
    if package is None:
        return
    try:
        packages.make(package)
    except packages.Stopped:
        return
    except seda.Impossible as reason:
        package.give_up(str(reason))
    except Exception as error:
        if package.keep():
            package.fail(error)


def tell_program(pk: int) -> None:
    """Tell a program of an event; a failure is noted on the row and tried again later."""
    delivery = WebhookDelivery.claim(pk)
    if delivery is None:
        return
    if delivery.webhook.paused_at is not None:
        delivery.wait(RuntimeError("paused"))
        return
    try:
        telling.tell(delivery)
    except Exception as error:
        telling.settle(delivery, error)
    else:
        telling.settle(delivery, None)


def sweep() -> int:
    """Remove the exports and packages that have served; wake the worker for those that are due."""
    verbs.purge()
    packages.purge()
    tokens.purge()
    telling.purge()
    telling.enrol()
    return sweep_owed(Export) + sweep_owed(ArchivePackage) + sweep_owed(WebhookDelivery)
