"""One act on many requests: tried without writing, asked for once, carried out case by case, stopped, told.

Each request has its own transaction and its own event; a worker that dies loses none and does none twice.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Min
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Actor
from portal.kit.owed import LEASE

from .. import permissions
from ..definition.workflow import Transition
from ..models import Batch, BatchItem, Submission
from ..models.case import SubmissionQuerySet
from . import assign, colleagues, label, message
from . import transition as transitions
from .grounds import MissingWords

# More is asked for in several times: nobody reads over what she does to more.
MOST = 5000
KEPT = timedelta(days=30)
# Requests between two looks at whether it was stopped, and at what its agent may still do.
_BEAT = 20
_CHUNK = 500
_SHOWN = 30


class Stopped(Exception):
    """It was stopped meanwhile, or another worker has taken it over."""


@dataclass(frozen=True)
class Asked:
    """What to do: the act, and its one word: a colleague's key ("" for nobody), a label, a text, a transition's id."""

    act: str
    given: str


@dataclass
class Trial:
    """What would happen: how many pass, and why the others do not, the first of them by name."""

    passing: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[Submission, str]] = field(default_factory=list)


class _Judge:
    """Says why an act would leave a request as it is; what it looks up of a department, it looks up once."""

    def __init__(self, asked: Asked, by: Actor) -> None:
        self.asked, self.by = asked, by
        self.user = _colleague(asked) if asked.act == Batch.Act.ASSIGN else None
        self._teams: dict[tuple[int, int], list[User]] = {}

    def why_not(self, submission: Submission) -> str:
        """Return the reason in words; empty where it would be done."""
        match self.asked.act:
            case Batch.Act.ASSIGN:
                return self._assign(submission)
            case Batch.Act.LABEL:
                return "" if permissions.may_handle(self.by, submission) else _not_yours()
            case Batch.Act.MESSAGE:
                return "" if permissions.may_write_as_agent(self.by, submission) else _not_yours()
            case _:
                return self._move(submission)

    def _assign(self, submission: Submission) -> str:
        if not permissions.may_handle(self.by, submission):
            return _not_yours()
        if submission.is_over:
            return _("It is over.")
        if submission.assigned_to == self.user:
            return _("It is so already.")
        key = (submission.department_id, submission.procedure_id)
        if key not in self._teams:
            self._teams[key] = colleagues.followers(submission)
        if self.user is not None and self.user not in self._teams[key]:
            return _("This colleague does not work on it.")
        return ""

    def _move(self, submission: Submission) -> str:
        move = move_of(submission, self.asked.given)
        if move is None or submission.state not in move.from_:
            return _("Its state does not allow it.")
        return "" if permissions.may_apply(self.by, submission, move) else _not_yours()


def _not_yours() -> str:
    return _("You may not do this on it.")


def _colleague(asked: Asked) -> User | None:
    try:
        return User.objects.filter(public_id=uuid.UUID(asked.given)).first() if asked.given else None
    except ValueError:
        return None


def move_of(submission: Submission, key: str) -> Transition | None:
    """Return a move that asks for nothing but itself; None where it is another act, to be done one request at a time.

    What gives up waiting for the person moves the legal date: it is no move for many.
    """
    if submission.awaiting:
        return None
    moves = submission.version.definition.workflow.transitions
    fit = (one for one in moves if one.id == key and one.act == "move" and one.role != "applicant")
    return next((one for one in fit if not one.needs_text), None)


def moves_from(some: Iterable[Submission], by: Actor) -> dict[str, str]:
    """Return the moves that these requests allow: their id, and how the town calls them."""
    offered: dict[str, str] = {}
    for row in some:
        for move in row.version.definition.workflow.leaving(row.state):
            if move_of(row, move.id) is not None and permissions.may_apply(by, row, move):
                offered.setdefault(move.id, move.label)
    return offered


def one_of_each(found: SubmissionQuerySet) -> list[Submission]:
    """Return one request of each version, state and department."""
    alike = found.order_by().values("version", "state", "department").annotate(first=Min("pk")).values("first")
    return list(Submission.objects.filter(pk__in=alike).for_list().order_by("pk"))


def check(asked: Asked) -> None:
    """Refuse what says nothing. Raises MissingWords, which names the field."""
    if asked.act == Batch.Act.LABEL:
        label.named(asked.given)
    if asked.act == Batch.Act.MESSAGE and not asked.given.strip():
        raise MissingWords("message", _("Write your message before you send it."))
    if asked.act == Batch.Act.MOVE and not asked.given:
        raise MissingWords("move", _("Choose the next step."))
    if asked.act == Batch.Act.ASSIGN and asked.given and _colleague(asked) is None:
        raise MissingWords("agent", _("Choose a colleague of the list."))


def tried(found: SubmissionQuerySet, asked: Asked, *, by: Actor) -> Trial:
    """Say what an act would do to these requests, and write nothing."""
    trial, judge = Trial(), _Judge(asked, by)
    rows = found.for_list().order_by("pk").iterator(chunk_size=_CHUNK)
    for row in rows:
        why = judge.why_not(row)
        if not why:
            trial.passing += 1
            continue
        trial.reasons[why] += 1
        if len(trial.refused) < _SHOWN:
            trial.refused.append((row, why))
    return trial


@transaction.atomic
def ask(found: SubmissionQuerySet, asked: Asked, *, by: Actor, token: uuid.UUID) -> Batch:
    """Owe an act on these requests; the same ``token`` twice is one batch.

    Raises PermissionDenied, MissingWords, and ValueError where they are none, or more than MOST.
    """
    if by.user is None or by.sector is None or not permissions.may_batch(by):
        raise PermissionDenied
    check(asked)
    known: Batch | None = Batch.objects.filter(token=token).first()
    if known is not None:
        return _own(known, by)
    keys = list(found.order_by("pk").values_list("pk", flat=True)[: MOST + 1])
    if not 0 < len(keys) <= MOST:
        raise ValueError(len(keys))
    said = {"sector": by.sector, "act": asked.act, "given": asked.given.strip(), "total": len(keys)}
    batch, fresh = Batch.objects.get_or_create(token=token, defaults={"by": by.user, **said})
    if not fresh:
        # The other click of a double one came first.
        return _own(batch, by)
    BatchItem.objects.bulk_create((BatchItem(batch=batch, submission_id=key) for key in keys), batch_size=_CHUNK)
    batch.wake()
    return batch


def _own(batch: Batch, by: Actor) -> Batch:
    """Return what was asked for with the same token. Raises PermissionDenied where somebody else did."""
    if by.user is None or batch.by_id != by.user.pk:
        raise PermissionDenied
    return batch


def carry(batch: Batch) -> None:
    """Do what waits, case by case. Raises Stopped where it was stopped, or another worker has it."""
    asked = Asked(batch.act, batch.given)
    with translation.override("fr"):
        for keys in _beats(batch):
            actor = Actor(user=User.objects.get(pk=batch.by_id), chosen_sector=batch.sector_id)
            judge = _Judge(asked, actor)
            for key in keys:
                _one(key, judge)
    batch.succeed()


def _beats(batch: Batch) -> Iterator[list[int]]:
    """Yield the keys of what waits, some at a time, and say that the work goes on."""
    last = 0
    while True:
        mine = Batch.objects.filter(pk=batch.pk, state=Batch.State.WORKING, attempts=batch.attempts)
        if not mine.update(next_try_at=timezone.now() + LEASE):
            raise Stopped
        waiting = batch.items.filter(state=BatchItem.State.WAITING, pk__gt=last).order_by("pk")
        keys = list(waiting.values_list("pk", flat=True)[:_BEAT])
        if not keys:
            return
        last = keys[-1]
        yield keys


@transaction.atomic
def _one(item_id: int, judge: _Judge) -> None:
    """Do it to one request, and note what became of it, in one transaction."""
    item = BatchItem.objects.select_for_update(of=("self",)).filter(pk=item_id).first()
    if item is None or item.state != BatchItem.State.WAITING:
        return
    # Through the same door as every list: what she may no longer see is left as it is.
    visible = permissions.visible_submissions(judge.by).for_list()
    submission = visible.filter(pk=item.submission_id).first()
    why = judge.why_not(submission) if submission else _not_yours()
    if not why and submission is not None:
        why = _done(submission, judge)
    item.state, item.why = (BatchItem.State.REFUSED, why[:300]) if why else (BatchItem.State.DONE, "")
    item.save(update_fields=["state", "why"])


def _done(submission: Submission, judge: _Judge) -> str:
    """Do it; return why it was refused after all, empty where it is done."""
    given, by = judge.asked.given, judge.by
    try:
        with transaction.atomic():
            match judge.asked.act:
                case Batch.Act.ASSIGN:
                    assign.assign(submission, judge.user, by=by, seen=submission.assigned_to)
                case Batch.Act.LABEL:
                    label.put(submission, given, by=by)
                case Batch.Act.MESSAGE:
                    message.send(submission, given, by=by)
                case _:
                    transitions.apply(submission, given, by=by)
    except PermissionDenied:
        return _not_yours()
    except assign.NotAColleague:
        return _("This colleague does not work on it.")
    except transitions.StaleAction:
        return _("It has changed meanwhile.")
    except (MissingWords, transitions.SilenceHasSpoken) as refusal:
        return str(refusal)
    return ""


@transaction.atomic
def stop(batch: Batch) -> bool:
    """Leave what waits as it is, and say whether it was still running. What is done stays done."""
    now = timezone.now()
    running = Batch.objects.filter(pk=batch.pk, state__in=("queued", "working"))
    if not running.update(state=Batch.State.DONE, done_at=now, stopped_at=now):
        return False
    left = batch.items.filter(state=BatchItem.State.WAITING)
    left.update(state=BatchItem.State.REFUSED, why=_("Stopped before its turn."))
    return True


def counts(batches: Iterable[Batch]) -> dict[int, Counter[str]]:
    """Return how many requests of each batch are in each state, in one query."""
    found: dict[int, Counter[str]] = {batch.pk: Counter() for batch in batches}
    items = BatchItem.objects.filter(batch__in=list(found)).order_by()
    for batch, state, count in items.values_list("batch", "state").annotate(count=Count("pk")):
        found[batch][state] = count
    return found


def purge(limit: int = 50) -> int:
    """Forget what was asked for long ago: words to many, and who was among them, are kept with the requests."""
    old = Batch.objects.filter(created_at__lte=timezone.now() - KEPT).order_by("created_at")[:limit]
    return sum(bool(batch.delete()) for batch in old)
