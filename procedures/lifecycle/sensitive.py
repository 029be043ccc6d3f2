"""Sensitive answers and files, destroyed at their own time, before the rest of their request (GDPR article 5.1, e).

The receipts go with them: they print the same answers. Numbers, codes and digests stay, so that a copy can be verified.
"""

import json
from itertools import islice
from typing import Any

from django.db import transaction
from django.utils import timezone

from journal import models as journal

from ..definition.document import ProcedureDefinition
from ..definition.upgrade import canonical
from ..models import AnswerFile, AnswerSet, Destruction, Document, Submission
from ..models.storage import destroy
from . import hold, retention
from .eliminate import documents

DESTROYED = "sensitive_destroyed"


def destroy_due(limit: int = 100) -> int:
    """Destroy what is due, some requests at a time; return how many. Looks at what is due, and may run twice."""
    due = islice(retention.sensitive(timezone.localdate()), limit)
    return sum(destroy_of(one.submission) for one in list(due))


@transaction.atomic
def destroy_of(submission: Submission) -> bool:
    """Destroy the sensitive answers and files of a request; say whether it was done."""
    current = Submission.objects.select_for_update(of=("self",)).select_related("version").get(pk=submission.pk)
    if current.sensitive_destroyed_at is not None or not current.is_over or hold.held(current) is not None:
        return False
    definition = current.version.definition
    record = Destruction.objects.create(submission=current, kind=Destruction.Kind.SENSITIVE)
    for sent in current.answer_sets.all():
        redacted = without_sensitive(definition, sent.answers)
        kept = {name: source for name, source in sent.sources.items() if name in redacted}
        AnswerSet.objects.filter(pk=sent.pk).update(content=canonical(redacted), sources=kept)
    names = {name for name, field in definition.every_field.items() if field.sensitive}
    for link in AnswerFile.objects.filter(submission=current).select_related("stored"):
        if {link.field_id, link.field_id.split("-", 1)[0], link.field_id.rsplit("-", 1)[-1]} & names:
            destroy(link.stored)
    count = documents(current, [Document.Kind.RECEIPT])
    current.sensitive_destroyed_at = timezone.now()
    current.save(update_fields=["sensitive_destroyed_at"])
    journal.append(current.key, DESTROYED, role="system", data={"documents": count})
    record.done_at = timezone.now()
    record.save(update_fields=["done_at"])
    return True


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
