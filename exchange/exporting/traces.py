"""What an export leaves behind: one access for each request, and what the right to its file depends on."""

import json
from collections.abc import Iterator
from io import TextIOWrapper
from itertools import islice
from typing import Any

from django.utils import timezone

from journal.models import AccessLog
from procedures.lifecycle.content import temporary

from .reading import Case

_BATCH = 1000


class Traces:
    """Kept apart on disk until the file is made, then written at once: an export that fails has exported nothing."""

    def __init__(self) -> None:
        self._lines = TextIOWrapper(temporary(), "utf-8")
        self._departments: set[tuple[int, str, bool]] = set()
        self._granted: list[int] = []

    def __enter__(self) -> "Traces":
        return self

    def __exit__(self, *_error: object) -> None:
        self._lines.close()

    def add(self, case: Case) -> None:
        """Note that a request leaves."""
        submission = case.submission
        self._lines.write(json.dumps([submission.key, case.role, case.service]) + "\n")
        if case.role:
            self._departments.add((submission.department_id, str(submission.procedure.public_id), case.sensitive))
        else:
            self._granted.append(submission.pk)

    @property
    def scope(self) -> dict[str, Any]:
        """Return what must still be hers when she takes the file (see exchange/permissions.py)."""
        return {"departments": sorted(self._departments), "granted": self._granted}

    def write(self, *, actor: str) -> None:
        """Write the accesses, in the caller's transaction: each person sees that her request was exported (RGPD-10)."""
        now = timezone.now()
        self._lines.seek(0)
        rows = self._read(actor, now)
        while batch := list(islice(rows, _BATCH)):
            AccessLog.objects.bulk_create(batch)

    def _read(self, actor: str, now: Any) -> Iterator[AccessLog]:
        for line in self._lines:
            subject, role, service = json.loads(line)
            yield AccessLog(at=now, actor=actor, role=role, service=service, action="export", subject=subject)
