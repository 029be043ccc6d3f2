"""Labels by which a department sorts its requests: put, and taken off."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from portal.kit.text import fold

from .. import permissions
from ..definition.fields.base import clean_text
from ..models import Label, LabelMark, Submission
from .grounds import MissingWords

# More would say nothing at a glance.
MOST_ON_ONE = 8


def named(text: str) -> tuple[str, str]:
    """Return a label as it is written and as it is compared. Raises MissingWords where it says nothing, or too much."""
    name = " ".join(clean_text(text).split())
    folded = fold(name)[: Label.MOST]
    if not folded:
        raise MissingWords("label", _("Write the label: a word or two."))
    if len(name) > Label.MOST:
        raise MissingWords(
            "label", _("This label is too long: keep it under %(count)d letters.") % {"count": Label.MOST}
        )
    return name, folded


@transaction.atomic
def put(submission: Submission, name: str, *, by: Actor) -> Label:
    """Put a label on a request; one that its department does not have yet is made. Twice is once.

    Raises PermissionDenied and MissingWords.
    """
    if not permissions.may_handle(by, submission):
        raise PermissionDenied
    name, folded = named(name)
    label, _new = Label.objects.get_or_create(department=submission.department, folded=folded, defaults={"name": name})
    if submission.label_marks.exclude(label=label).count() >= MOST_ON_ONE:
        raise MissingWords(
            "label", _("This request has %(count)d labels already: take one off first.") % {"count": MOST_ON_ONE}
        )
    LabelMark.objects.get_or_create(label=label, submission=submission)
    return label


@transaction.atomic
def take_off(submission: Submission, public_id: uuid.UUID, *, by: Actor) -> str:
    """Take a label off a request, and drop it where it marks none any more; return its name, empty where it was not on it."""
    if not permissions.may_handle(by, submission):
        raise PermissionDenied
    mark = submission.label_marks.select_related("label").filter(label__public_id=public_id).first()
    if mark is None:
        return ""
    mark.delete()
    drop_unused([mark.label])
    return mark.label.name


def drop_unused(labels: list[Label]) -> None:
    """Drop the labels that mark nothing."""
    Label.objects.filter(pk__in=[one.pk for one in labels], marks=None).delete()
