"""Lists for the archives: made of what is due, answered by them, or given up. Nothing is destroyed before they answered."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from django.core.exceptions import PermissionDenied
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor, administered
from journal import models as journal
from town.models import Department

from ..definition.reference import normalise_reference
from ..models import ArchiveItem, ArchiveList, ArchivePackage
from . import retention
from .grounds import MissingWords

# What each kind of list is made of, and how it is numbered: bordereau d'élimination, de versement.
FATES = {"elimination": ("destroy", "sort"), "transfer": ("keep", "sort")}
_LETTERS = {"elimination": "BE", "transfer": "VE"}
# One list stays readable by the archives, and its file of a size that travels.
MOST = {"elimination": 5_000, "transfer": 200}
MADE, ANSWERED, CANCELLED = "archive_list_made", "archive_list_answered", "archive_list_cancelled"
KEPT, PACKED, TAKEN = "archive_lines_kept", "archive_package_made", "archive_package_taken"


class NothingDue(Exception):
    """No request of the department has reached its term with such a fate."""


class AlreadyAnswered(Exception):
    """The archives have answered this list, or it was given up."""


class NotHandedOver(Exception):
    """The package of this transfer never left: no reply can be about it."""


class NotOnList(Exception):
    """Some numbers are of no request that waits on this list; ``numbers`` are those."""

    def __init__(self, numbers: list[str]) -> None:
        super().__init__(", ".join(numbers))
        self.numbers = numbers


@dataclass(frozen=True)
class Answer:
    """Who answered for the archives, under which reference, on which day."""

    name: str
    reference: str
    day: date


@transaction.atomic
def make(department: Department, kind: str, *, by: Actor) -> ArchiveList:
    """Make the list of what is due; at most ``MOST`` of it. Raises PermissionDenied and NothingDue."""
    _must_administer(department, by)
    Department.objects.select_for_update().get(pk=department.pk)
    today = timezone.localdate()
    found = list(islice(retention.due([department.pk], FATES[kind], today), MOST[kind]))
    if not found:
        raise NothingDue
    made = ArchiveList.objects.create(
        number=_number(kind, today.year),
        kind=kind,
        department=department,
        made_by=by.user,
        made_by_name=by.name or str(by.user),
    )
    ArchiveItem.objects.bulk_create(
        ArchiveItem(
            list=made,
            submission=one.submission,
            ended_on=one.on,
            kept_until=one.term.until,
            rule=one.submission.version.definition.privacy.archival_rule,
        )
        for one in found
    )
    _note(made, MADE, by, {"requests": len(found)})
    if made.is_transfer:
        ArchivePackage.objects.create(list=made).wake()
    return made


def check(answer: Answer, made: ArchiveList, today: date) -> None:
    """Refuse an answer that says too little, or a day that cannot be; MissingWords names the question."""
    if not answer.name.strip():
        raise MissingWords("name", _("Name who answered for the archives."))
    if not answer.reference.strip():
        raise MissingWords("reference", _("Give the reference of the answer: it is the proof."))
    if not timezone.localdate(made.made_at) <= answer.day <= today:
        raise MissingWords("day", _("This day is before the list, or still to come: check it."))


@transaction.atomic
def record_answer(made: ArchiveList, answer: Answer, *, by: Actor) -> ArchiveList:
    """Record the visa of the archives on an elimination, or their reply to a transfer: the worker then carries it out.

    Code du patrimoine L212-2, L212-3. Raises PermissionDenied, MissingWords, AlreadyAnswered, and NotHandedOver where
    nothing of a transfer ever left.
    """
    current = _open(made, by)
    check(answer, current, timezone.localdate())
    if current.is_transfer:
        package = ArchivePackage.objects.select_for_update().filter(list=current).first()
        if package is None or package.taken_at is None:
            raise NotHandedOver
        _forget(package)
    current.answered_by, current.answer_reference = answer.name.strip(), answer.reference.strip()
    current.answered_on, current.state = answer.day, ArchiveList.State.ANSWERED
    current.save(update_fields=["answered_by", "answer_reference", "answered_on", "state"])
    _note(current, ANSWERED, by, {"day": answer.day.isoformat()})
    return current


@transaction.atomic
def cancel(made: ArchiveList, *, by: Actor) -> ArchiveList:
    """Give a list up: its requests may be on another one. Raises PermissionDenied and AlreadyAnswered."""
    current = _open(made, by)
    current.items.filter(state=ArchiveItem.State.WAITING).update(state=ArchiveItem.State.LEFT)
    current.state = ArchiveList.State.CANCELLED
    current.save(update_fields=["state"])
    for package in ArchivePackage.objects.select_for_update().filter(list=current):
        _forget(package)
    _note(current, CANCELLED, by, {})
    return current


@transaction.atomic
def keep(made: ArchiveList, numbers: list[str], *, by: Actor) -> int:
    """Take requests off an elimination because the archives want them: they wait for a transfer. Return how many.

    ``numbers``: references as they are written on the list. Raises PermissionDenied, AlreadyAnswered, NotOnList (then
    nothing is written), and PermissionDenied for a transfer, whose package is what it is.
    """
    current = _open(made, by)
    if current.is_transfer:
        raise PermissionDenied
    wanted = {normalise_reference(number) or number: number for number in numbers}
    items = current.items.filter(state=ArchiveItem.State.WAITING, submission__reference__in=wanted)
    found = dict(items.values_list("submission__reference", "pk"))
    if len(found) < len(wanted):
        raise NotOnList([said for reference, said in wanted.items() if reference not in found])
    ArchiveItem.objects.filter(pk__in=found.values()).update(state=ArchiveItem.State.KEPT)
    _note(current, KEPT, by, {"requests": len(found)})
    return len(found)


def rows(made: ArchiveList) -> Iterator[ArchiveItem]:
    """Yield the lines of a list, in constant memory."""
    found = made.items.select_related("submission__procedure", "submission__version").order_by("pk")
    yield from found.iterator(chunk_size=500)


@transaction.atomic
def take(made: ArchiveList, *, by: Actor) -> ArchivePackage | None:
    """Note that the package of a transfer leaves in her hands; None where it is not made, or gone. Raises PermissionDenied."""
    _must_administer(made.department, by)
    found = ArchivePackage.objects.select_for_update(of=("self",)).filter(list=made)
    package: ArchivePackage | None = found.select_related("list").first()
    if package is None or package.state != package.State.DONE or package.list.state != ArchiveList.State.MADE:
        return None
    if package.taken_at is None:
        package.taken_at = timezone.now()
        package.save(update_fields=["taken_at"])
    _note(made, TAKEN, by, {"sha256": package.sha256})
    return package


@transaction.atomic
def pack_again(made: ArchiveList, *, by: Actor) -> bool:
    """Owe anew a package that could not be made; say whether it was. Raises PermissionDenied."""
    _must_administer(made.department, by)
    package = ArchivePackage.objects.select_for_update().filter(list=made, state=ArchivePackage.State.FAILED).first()
    if package is None or made.state != ArchiveList.State.MADE:
        return False
    package.state, package.reason, package.next_try_at = package.State.QUEUED, "", timezone.now()
    package.attempts = 0
    package.save(update_fields=["state", "reason", "next_try_at", "attempts"])
    package.wake()
    return True


def _forget(package: ArchivePackage) -> None:
    """Remove the bytes of a package once they have served; a worker that is making it removes its own."""
    place = package.place
    transaction.on_commit(lambda: default_storage.delete(place))


def _open(made: ArchiveList, by: Actor) -> ArchiveList:
    current = ArchiveList.objects.select_for_update().get(pk=made.pk)
    _must_administer(current.department, by)
    if current.state != ArchiveList.State.MADE:
        raise AlreadyAnswered
    return current


def _must_administer(department: Department, by: Actor) -> None:
    if department.pk not in administered(by):
        raise PermissionDenied


def _number(kind: str, year: int) -> str:
    start = f"{_LETTERS[kind]}-{year}-"
    last = ArchiveList.objects.filter(number__startswith=start).order_by("-number").first()
    return f"{start}{int(last.number.rsplit('-', 1)[1]) + 1 if last else 1:04d}"


def _note(made: ArchiveList, kind: str, by: Actor, data: dict[str, object]) -> None:
    journal.append(f"archive:{made.public_id}", kind, actor=by.key, role="town_admin", data=data)
