"""Sensitive answers and files, destroyed at their own time, before the rest of their request (GDPR article 5.1, e).

The receipts go with them: they print the same answers. Numbers, codes and digests stay, so that a copy can be verified.
"""

import json
import logging
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from journal import models as journal

from ..definition.document import ProcedureDefinition
from ..definition.retention import sensitive_until
from ..definition.upgrade import canonical
from ..models import AnswerFile, AnswerSet, Destruction, Document, Submission
from ..models.storage import destroy
from . import hold, retention
from .eliminate import documents

DESTROYED = "sensitive_destroyed"
_log = logging.getLogger(__name__)


def destroy_due(limit: int = 100) -> int:
    """Destroy what is due, some requests at a time; return how many. Looks at what is due, and may run twice.

    One that fails is told in the logs and tried again at the next run; it holds up no other.
    """
    done = 0
    for one in retention.sensitive(timezone.localdate()):
        try:
            done += destroy_of(one.submission)
        except Exception:
            _log.exception("sensitive answers of %s are still there", one.submission.reference)
        if done >= limit:
            break
    return done


@transaction.atomic
def destroy_of(submission: Submission, today: date | None = None) -> bool:
    """Destroy the sensitive answers and files of a request; say whether it was done."""
    current = Submission.objects.select_for_update(of=("self",)).select_related("version").get(pk=submission.pk)
    on = retention.ended_on(current)
    until = sensitive_until(on, current.version.definition.privacy) if on else None
    if until is None or (today or timezone.localdate()) <= until:
        return False
    if (
        current.sensitive_destroyed_at is not None
        or current.eliminated_at is not None
        or hold.held(current) is not None
    ):
        return False
    definition = current.version.definition
    record = Destruction.objects.create(submission=current, kind=Destruction.Kind.SENSITIVE)
    for sent in current.answer_sets.all():
        redacted = without_sensitive(definition, sent.answers)
        kept = {name: source for name, source in sent.sources.items() if name in redacted}
        AnswerSet.objects.filter(pk=sent.pk).update(content=canonical(redacted), sources=kept)
    for link in AnswerFile.objects.filter(submission=current).select_related("stored"):
        if is_sensitive(definition, link.field_id):
            destroy(link.stored)
    count = documents(current, [Document.Kind.RECEIPT])
    current.sensitive_destroyed_at = timezone.now()
    current.save(update_fields=["sensitive_destroyed_at"])
    journal.append(current.key, DESTROYED, role="system", data={"documents": count})
    record.done_at = timezone.now()
    record.save(update_fields=["done_at"])
    return True


def is_sensitive(definition: ProcedureDefinition, asked: str) -> bool:
    """Say whether the question that a file answers is sensitive; one of a row is named "group-2-field"."""
    fields = definition.every_field
    names = {asked, asked.split("-", 1)[0], asked.rsplit("-", 1)[-1]}
    return any(name in fields and fields[name].sensitive for name in names)


def without_sensitive(definition: ProcedureDefinition, answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers without the sensitive ones, those in the rows of a group included."""
    sensitive = {name for name, field in definition.every_field.items() if field.sensitive}
    kept: dict[str, Any] = json.loads(json.dumps(answers))
    for name in list(kept):
        if name in sensitive:
            del kept[name]
        elif isinstance(kept[name], list):
            rows = [row for row in kept[name] if isinstance(row, dict)]
            for row in rows:
                for inner in sensitive & row.keys():
                    del row[inner]
    return kept
