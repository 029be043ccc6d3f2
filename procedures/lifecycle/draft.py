"""A draft's life: begun, saved step by step, given files, sent a link, thrown away."""

import uuid
from typing import Any

from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Mandate, Person
from messaging.outbox import deliver
from town import models as town

from ..definition.base import Answers
from ..definition.document import Step
from ..definition.fields import FileField
from ..definition.trace import Trace
from ..models import Draft, DraftFile, Edition, Procedure, StepCount, StoredFile
from ..models.draft import RESUME_LINK, expiry
from ..models.storage import drop_pieces, remove
from . import prefill
from .files import RefusedFile, receive

_SALT = "draft.resume"


def start(
    procedure: Procedure,
    person: Person | None,
    known: prefill.Proposed | None = None,
    edition: Edition | None = None,
    mandate: Mandate | None = None,
) -> Draft:
    """Begin a draft of the current version, with what the person's profile and ``known`` propose.

    Under a ``mandate`` it is for its principal.
    """
    assert procedure.current_version is not None, "a procedure that is open has a version"  # noqa: S101
    return Draft.objects.create(
        procedure=procedure,
        version=procedure.current_version,
        person=mandate.principal if mandate else person,
        mandate=mandate,
        edition=edition,
        proposed={**(known or {}), **(prefill.of_mandate(mandate) if mandate else prefill.of_profile(person))},
    )


def locked(public_id: Any, *, whole: bool = False) -> Draft:
    """Load a draft for a write: two tabs wait for each other. Raises Draft.DoesNotExist. Needs a transaction.

    ``whole`` brings along what a filing reads: its version, procedure, edition and department.
    """
    found = Draft.objects.pinned().select_for_update(of=("self",))
    if whole:
        found = found.select_related(
            "version", "edition", "person", "procedure__department__place", "procedure__department__entity"
        ).defer("version__content", "procedure__search_text")
    return found.get(public_id=public_id)


def save_step(draft: Draft, step_id: str, answers: Answers, tab: str = "") -> None:
    """Keep the valid answers of a step, and forget what was pending of it. ``tab`` names the page that sends them."""
    draft.answers = {**draft.answers, **answers}
    draft.pending = {name: raw for name, raw in draft.pending.items() if name != step_id}
    # What an agent enters at the counter is another way: it says nothing of the form.
    if step_id not in draft.counted and not draft.is_entered:
        draft.counted = [*draft.counted, step_id]
        StepCount.add(draft.version_id, step_id)
    _touch(draft, step_id, tab)


def keep_pending(draft: Draft, step_id: str, raw: dict[str, list[str]], answers: Answers, tab: str = "") -> None:
    """Keep what was typed in a step that is not valid yet: nothing typed is lost; the valid part is kept as answers."""
    draft.answers = {**draft.answers, **answers}
    draft.pending = {**draft.pending, step_id: raw}
    _touch(draft, step_id, tab)


def prolong(draft: Draft) -> None:
    """Keep a draft longer, since someone works on it; its pages did not change."""
    draft.expires_at = expiry()
    draft.save(update_fields=["expires_at"])


def files_of(draft: Draft, traced: Trace) -> list[DraftFile]:
    """Return the files joined to a draft, each with its row; nothing is asked where no answer names a file."""
    if not any(field.files(traced.kept.get(field.id)) for _step, _section, field in traced.questions()):
        return []
    return list(draft.files.select_related("stored"))


def as_they_stand(answers: Answers, links: list[DraftFile]) -> Answers:
    """Return the answers with what is known now of each file: for a page, never for what is kept."""
    states = {str(link.stored.public_id): link.stored.scan for link in links}
    return {name: _with_states(value, states) for name, value in answers.items()} if states else answers


def _with_states(value: Any, states: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_with_states(item, states) for item in value]
    if isinstance(value, dict):
        if value.get("id") in states and "sha256" in value:
            return {**value, "scan": states[value["id"]]}
        return {name: _with_states(part, states) for name, part in value.items()}
    return value


def blocked_step(traced: Trace, links: list[DraftFile]) -> str | None:
    """Return the first step with a file that the scanner blocked and that would be sent; None when there is none."""
    blocked = {str(link.stored.public_id) for link in links if link.stored.scan == StoredFile.Scan.INFECTED}
    if not blocked:
        return None
    for step, _section, field in traced.questions():
        if not blocked.isdisjoint(str(file["id"]) for file in field.files(traced.kept.get(field.id))):
            return step.id
    return None


# Which of a step's questions a partial ``pending`` holds; without it, all of them.
ONLY = "~only"


def keep_conflict(draft: Draft, step_id: str, raw: dict[str, list[str]]) -> None:
    """Keep what was sent over a newer save of the same step, beside it: neither is lost."""
    draft.conflicts = {**draft.conflicts, step_id: raw}
    draft.save(update_fields=["conflicts"])


def settle(draft: Draft, step: Step, chosen: set[str], answers: Answers, raw: dict[str, list[str]]) -> None:
    """End a conflict: of the questions chosen, ``answers`` hold the valid ones and ``raw`` what was typed of the others."""
    saved = draft.pending.get(step.id)
    only = set(saved.get(ONLY, [field.id for field in step.fields])) if saved else set()
    left = {key: values for key, values in (saved or {}).items() if key != ONLY and key.split("-", 1)[0] not in chosen}
    unread = sorted((only - chosen) | (chosen - set(answers)))
    draft.answers = {**draft.answers, **answers}
    draft.conflicts = {name: kept for name, kept in draft.conflicts.items() if name != step.id}
    draft.pending = {name: kept for name, kept in draft.pending.items() if name != step.id}
    if unread:
        draft.pending[step.id] = {**left, **raw, ONLY: unread}
    _touch(draft, step.id)


def _touch(draft: Draft, step_id: str = "", tab: str = "") -> None:
    draft.revision += 1
    if step_id:
        draft.touched = {**draft.touched, step_id: [draft.revision, tab[:16]]}
    draft.updated_at = timezone.now()
    draft.expires_at = expiry()
    draft.save(
        update_fields=["answers", "pending", "conflicts", "revision", "touched", "counted", "updated_at", "expires_at"]
    )


def attach(draft: Draft, field: FileField, uploads: list[UploadedFile[Any]], path: str) -> list[str]:
    """Keep the uploads that are accepted; return, for each refused one, what is wrong and how to mend it.

    ``path`` names the input: the field's id, or "group-2-field" in the second row of a group.
    """
    refused = []
    room = field.max_files - draft.files.filter(field_id=path).count()
    for upload in uploads[:room]:
        try:
            stored = receive(upload, field)
        except RefusedFile as error:
            refused.append(str(error))
        else:
            DraftFile.objects.create(draft=draft, field_id=path, stored=stored)
    if len(uploads) > max(room, 0):
        refused.append(no_room(field))
    return refused


def no_room(field: FileField) -> str:
    """Say that a question takes no more files."""
    return _("%(count)d files at most for this question: the last ones were not kept.") % {"count": field.max_files}


def detach(draft: Draft, file_id: str) -> None:
    """Remove a file from a draft, row and bytes; a file that is not there is no error."""
    for stored in StoredFile.objects.filter(draft_link__draft=draft, public_id=file_id):
        remove(stored)
    draft.answers = {name: _without(value, file_id) for name, value in draft.answers.items()}
    draft.save(update_fields=["answers"])
    prolong(draft)


def _without(value: Any, file_id: str) -> Any:
    """Return an answer without a file, in a row of a group too."""
    if isinstance(value, list):
        return [_without(item, file_id) for item in value if not (isinstance(item, dict) and item.get("id") == file_id)]
    if isinstance(value, dict):
        return {name: _without(part, file_id) for name, part in value.items()}
    return value


@transaction.atomic
def discard(draft: Draft) -> None:
    """Throw a draft away, with its files."""
    for stored in StoredFile.objects.filter(draft_link__draft=draft):
        remove(stored)
    for upload in draft.uploads.filter(done_at=None):
        drop_pieces(upload)
    if not draft.is_entered:
        # While it is there it counts by itself.
        StepCount.add(draft.version_id, StepCount.BEGUN, timezone.localdate(draft.created_at))
    draft.delete()


def resume_address(draft: Draft) -> str:
    """Return the address that re-opens the draft on another device for 30 days: a secret."""
    token = signing.dumps([str(draft.public_id), str(draft.resume_nonce)], salt=_SALT)
    return f"{settings.PUBLIC_URL}{reverse('filing:resume', args=[token])}"


def send_link(draft: Draft, address: str) -> None:
    """Send a link that re-opens the draft on another device for 30 days."""
    context = {"draft": draft, "link": resume_address(draft), "days": RESUME_LINK.days, "town": town.current()}
    deliver(
        key=f"draft:{draft.public_id}:{timezone.now().timestamp()}",
        purpose="resume",
        address=address,
        subject=_("Resume your request: %(title)s") % {"title": draft.procedure.title},
        body=render_to_string("mail/resume.txt", context),
        secret=True,
    )


def opened_by(token: str) -> Draft | None:
    """Return the draft that a link opens; None when it is forged, over 30 days old, revoked or already used."""
    try:
        public_id, nonce = signing.loads(token, salt=_SALT, max_age=RESUME_LINK)
    except (signing.BadSignature, ValueError):
        return None
    found = Draft.objects.filter(public_id=public_id, resume_nonce=nonce, submission=None)
    # What someone fills for another is opened by her own account only.
    return found.filter(mandate=None, entered_by=None).first()


def revoke_links(draft: Draft) -> None:
    """Make every link sent so far useless."""
    draft.resume_nonce = uuid.uuid4()
    draft.save(update_fields=["resume_nonce"])
