"""Notes for colleagues on a request, and whom they ask to look; the citizen's pages never show them."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..models import Mention, Note, Submission
from . import colleague_mail, colleagues
from .grounds import MissingWords

NOTED = "noted"


@transaction.atomic
def write(submission: Submission, body: str, *, by: Actor, asking: Iterable[User] = ()) -> Note:
    """Write a note; each of ``asking`` finds it in her day. Raises PermissionDenied and MissingWords.

    Who does not work on this request is not asked: a note opens no door.
    """
    if not permissions.may_note(by, submission):
        raise PermissionDenied
    if not body.strip():
        raise MissingWords("words", _("Write your note before you keep it."))
    name = by.name or submission.department.name
    made = Note.objects.create(submission=submission, author=by.user, author_name=name, body=body.strip())
    wanted = set(asking)
    asked = [user for user in colleagues.team(submission) if user in wanted and user != by.user]
    Mention.objects.bulk_create(Mention(note=made, user=user) for user in asked)
    for user in asked:
        colleague_mail.tell(made, user)
    data = {"note": str(made.public_id)} | permissions.behalf(by, submission)
    journal.append(submission.key, NOTED, actor=by.key, role="agent", data=data)
    return made


def seen(submission: Submission, *, by: Actor) -> int:
    """Note that ``by`` has seen what the notes of a request asked her to look at; return how many."""
    waiting = Mention.objects.filter(note__submission=submission, user=by.user, seen_at=None)
    return waiting.update(seen_at=timezone.now()) if by.user else 0
