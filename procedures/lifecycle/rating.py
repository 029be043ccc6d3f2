"""What someone says of how it went: one answer for each moment of a request, changed as long as the request is there."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import record_access

from .. import permissions
from ..models import Rating, Submission


@dataclass(frozen=True)
class Said:
    """How it went and how clear it was, of five (``Rating.Score``), and words."""

    score: int
    clear: int | None = None
    words: str = ""


def moment_of(submission: Submission) -> Rating.Moment:
    """Return the moment that an answer given now is about."""
    return Rating.Moment.OVER if submission.is_over else Rating.Moment.FILING


def given(submission: Submission) -> Rating | None:
    """Return what was answered for the moment of now."""
    return Rating.objects.filter(submission=submission, moment=moment_of(submission)).first()


@transaction.atomic
def give(submission: Submission, said: Said, *, by: Actor) -> Rating:
    """Keep an answer, in the place of the one before. Raises PermissionDenied for whoever does not follow the request.

    It is not written in the journal, nor who gave it: what is kept is a count.
    """
    if not permissions.may_see_as_citizen(by, submission):
        raise PermissionDenied
    about = {
        "procedure": submission.procedure,
        "version": submission.version,
        "department": submission.department,
        "given_on": timezone.localdate(),
        "hidden_at": None,
    }
    words = {"score": said.score, "clear": said.clear, "words": said.words.strip()}
    made, _fresh = Rating.objects.update_or_create(
        submission=submission, moment=moment_of(submission), defaults=about | words
    )
    return made


def hide(rating: Rating, *, by: Actor) -> None:
    """Show its words to colleagues no more, where they name someone. Raises PermissionDenied."""
    if not permissions.may_hide_rating(by, rating):
        raise PermissionDenied
    Rating.objects.filter(pk=rating.pk, hidden_at=None).update(hidden_at=timezone.now())
    record_access("rating.hidden", f"rating:{rating.pk}", actor=by.key, role="head")
