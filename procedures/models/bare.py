"""What a request has nothing of, learnt in the one query that loads it: a page that shows everything then asks nothing more."""

from typing import Any

from django.db.models import Exists, OuterRef

from .case import Submission, SubmissionQuerySet

# What most requests have nothing of.
RARE = (
    "messages",
    "decisions",
    "notes",
    "label_marks",
    "links",
    "watches",
    "pieces_requests",
    "pieces_sendings",
    "files",
    "extensions",
    "opinions",
    "correction_requests",
    "silence_requests",
    "holds",
)
_FLAG = "has_"


def _relation(name: str) -> Any:
    return Submission._meta.get_field(name)


def with_flags(found: SubmissionQuerySet) -> SubmissionQuerySet:
    """Say of each request, in its own query, which of the rare relations hold something."""
    flags = {}
    for name in RARE:
        relation = _relation(name)
        rows = relation.related_model._base_manager.filter(**{relation.field.name: OuterRef("pk")})
        flags[_FLAG + name] = Exists(rows.order_by())
    sent_on = _relation("sent_on").related_model._base_manager.filter(submission=OuterRef("pk"))
    return found.annotate(**flags, has_sent_on=Exists(sent_on))


def settle(submission: Submission) -> None:
    """Answer from what is known: a relation that holds nothing is read from no database, however it is filtered.

    For a page that only shows: what is written meanwhile is not seen by this instance.
    """
    # Django reads a relation from here where it was prefetched; "none" stays "none" through every filter.
    known: dict[str, Any] = submission.__dict__.setdefault("_prefetched_objects_cache", {})
    for name in RARE:
        if not getattr(submission, _FLAG + name):
            known[name] = _relation(name).related_model._default_manager.none()
    if "label_marks" in known:
        known["labels"] = Submission.labels.rel.model._default_manager.none()
    if not getattr(submission, _FLAG + "sent_on"):
        submission._state.fields_cache["sent_on"] = None
