"""A person's own papers: kept with her consent, renamed, joined to a draft as a copy, removed for good."""

from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Count, Sum
from django.utils.translation import gettext as _

from accounts import consents
from accounts.models import Person, Purpose

from ..definition.fields import FileField
from ..definition.formats import size_in_words
from ..models import Draft, DraftFile, SafePaper, StoredFile
from ..models.storage import copy, remove
from .draft import no_room, prolong
from .files import RefusedFile, receive

__all__ = ["NotAgreed", "RefusedFile", "change", "close", "join", "keep", "keep_copy", "open_safe", "throw", "upload"]


class NotAgreed(Exception):
    """The person did not agree that the town keeps her papers, or no longer does."""


def upload() -> FileField:
    """Return the question that judges what is kept: the same checks as in a request."""
    return FileField(type="file", id="file", label=_("File"), max_files=1)


def open_safe(person: Person) -> None:
    """Record that the person wants papers kept (GDPR article 6.1, a)."""
    consents.give(person, Purpose.SAFE)


@transaction.atomic
def close(person: Person) -> int:
    """Withdraw the consent and remove every paper with its bytes; return how many (GDPR articles 7.3 and 17.1, b)."""
    consents.withdraw(person, Purpose.SAFE)  # which holds the person
    count = 0
    for stored in StoredFile.objects.filter(safe_link__person=person):
        remove(stored)
        count += 1
    return count


@transaction.atomic
def keep(person: Person, file: UploadedFile[Any]) -> SafePaper:
    """Keep a file under its own name, until its person says what it is. Raises RefusedFile and NotAgreed."""
    _hold(person)
    _refuse_more(person, file.size or 0)
    stored = receive(file, upload())
    return SafePaper.objects.create(person=person, stored=stored, kind=SafePaper.Kind.OTHER, name=stored.name)


@transaction.atomic
def keep_copy(person: Person, sent: StoredFile) -> SafePaper:
    """Keep a copy of a file that was sent with a request; one that is kept already is found again.

    Raises RefusedFile, NotAgreed, and OSError where its bytes are gone.
    """
    _hold(person)
    known = SafePaper.objects.filter(person=person, stored__sha256=sent.sha256).first()
    if known is not None:
        return known
    _refuse_more(person, sent.size)
    return SafePaper.objects.create(person=person, stored=copy(sent), kind=SafePaper.Kind.OTHER, name=sent.name)


def _hold(person: Person) -> None:
    """Hold the person: two posts at once are counted one after the other, and none slips in once the safe is closed."""
    Person.objects.select_for_update().get(pk=person.pk)
    if not consents.agrees(person, Purpose.SAFE):
        raise NotAgreed


def _refuse_more(person: Person, size: int) -> None:
    """Refuse what would go over the limits."""
    held = person.papers.aggregate(count=Count("pk"), size=Sum("stored__size"))
    if held["count"] >= settings.SAFE_MAX_PAPERS:
        raise RefusedFile(
            _("You keep %(count)d papers, which is the most. Delete one that you no longer need.")
            % {"count": held["count"]}
        )
    if (held["size"] or 0) + size > settings.SAFE_MAX_BYTES:
        raise RefusedFile(
            _(
                "Your papers together may weigh %(limit)s at most. Delete one that you no longer need, or make this lighter."
            )
            % {"limit": size_in_words(settings.SAFE_MAX_BYTES)}
        )


def change(paper: SafePaper, *, kind: str, name: str, expires_on: date | None) -> None:
    """Give a paper another kind, name or date; a new date is reminded of anew."""
    if paper.expires_on != expires_on:
        paper.reminded_at = None
    paper.kind, paper.name, paper.expires_on = kind, name, expires_on
    paper.save(update_fields=["kind", "name", "expires_on", "reminded_at"])


@transaction.atomic
def throw(paper: SafePaper) -> None:
    """Remove a paper and its bytes; requests that it was joined to keep their copy."""
    remove(paper.stored)


def join(draft: Draft, field: FileField, path: str, paper: SafePaper) -> None:
    """Join a copy of a paper to a question of a draft, which the caller holds. Raises RefusedFile."""
    stored = paper.stored
    if stored.content_type not in field.content_types or stored.size > field.max_bytes:
        raise RefusedFile(
            _("This paper does not fit this question: %(limits)s") % {"limits": field.limits(field.max_bytes)}
        )
    if draft.files.filter(field_id=path).count() >= field.max_files:
        raise RefusedFile(no_room(field))
    try:
        copied = copy(stored)
    except OSError as error:
        raise RefusedFile(_("“%(name)s” cannot be read any more. Choose a file.") % {"name": paper.name}) from error
    DraftFile.objects.create(draft=draft, field_id=path, stored=copied)
    prolong(draft)
