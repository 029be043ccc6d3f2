"""Many cases, made from one that was really filed: same rows, other people, days, states and departments."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import connection, models, transaction
from django.db.models.base import ModelState
from django.utils import timezone

from accounts.models import User
from journal.models import Event, canonical_body, digest_of
from messaging.models import Delivery
from portal.kit.text import fold
from procedures.models import AnswerSet, Applicant, Decision, Document, Facet, Message, Submission
from procedures.models.reference import new_reference
from town.models import Department

M = TypeVar("M", bound=models.Model)
BATCH = 2000
# One request in five is still open, of which some are late, answered or to be signed: with a thousand cases already,
# every list of the desk is full, so that what grows is the pile alone.
OPEN_SHARE = 0.2
DAYS = 4 * 365
CONSONANTS, VOWELS = "bdflmnrstv", "aeio"


class Cases:
    """The growing pile of cases, in a few departments."""

    def __init__(self, template: Submission, departments: list[Department], agent: User) -> None:
        self.template = Submission.objects.select_related("applicant").get(pk=template.pk)
        self.departments, self.agent = departments, agent
        self.sent = AnswerSet.objects.get(submission=template)
        self.event = Event.objects.of(template.key).get()
        self.receipt = Document.objects.get(submission=template)
        self.facets = list(Facet.objects.filter(submission=template))
        self.deliveries = list(Delivery.objects.filter(about=template.key))
        self.random = random.Random(20260101)  # noqa: S311 the same pile at each run
        self.references = {template.reference}
        self.now = timezone.now()
        workflow = self.template.version.definition.workflow
        self.states: dict[str, str] = {state.status: state.id for state in reversed(workflow.states)}

    def grow(self, total: int) -> None:
        """Add cases until there are ``total``."""
        while (missing := total - len(self.references)) > 0:
            with transaction.atomic():
                self._add(min(missing, BATCH))

    def _add(self, count: int) -> None:
        made = Submission.objects.bulk_create([self._case() for _ in range(count)])
        Applicant.objects.bulk_create(self._applicant(case) for case in made)
        answers = AnswerSet.objects.bulk_create(_fresh(self.sent, submission=case) for case in made)
        Document.objects.bulk_create(
            _fresh(
                self.receipt, submission=case, answer_set=sent, state="failed", stored_id=None, public_id=uuid.uuid4()
            )
            for case, sent in zip(made, answers, strict=True)
        )
        Facet.objects.bulk_create(
            _fresh(facet, submission=case, department_id=case.department_id) for case in made for facet in self.facets
        )
        Event.objects.bulk_create(event for case in made for event in self._events(case))
        Delivery.objects.bulk_create(
            _fresh(one, key=f"receipt:{case.public_id}", about=case.key, public_id=uuid.uuid4(), state="done")
            for case in made
            for one in self.deliveries
        )
        Message.objects.bulk_create(self._messages(made))
        Decision.objects.bulk_create(self._decisions(made))

    def _case(self) -> Submission:
        received = self.now - timedelta(minutes=self.random.randrange(DAYS * 24 * 60))
        reference = self._reference(received)
        is_open = self.random.random() < OPEN_SHARE
        status = self.random.choice(["submitted", "under_review"]) if is_open else "decided"
        due = self.now + timedelta(days=self.random.randrange(-5, 60)) if is_open else received + timedelta(days=60)
        return _fresh(
            self.template,
            public_id=uuid.uuid4(),
            reference=reference,
            department=self.random.choice(self.departments),
            received_at=received,
            recorded_at=received,
            state=self.states[status],
            status=status,
            outcome="" if is_open else "granted",
            outcome_by="" if is_open else "decision",
            due_on=timezone.localtime(due).date(),
            assigned_to=self.agent if is_open and self.random.random() < 0.3 else None,
            search_text=f"{fold(reference)} {self._name()} {self._name()} {self._name()} 14 rue des tanneurs 99240",
        )

    def _reference(self, received: datetime) -> str:
        while (found := new_reference(received.year)) in self.references:
            pass
        self.references.add(found)
        return found

    def _name(self) -> str:
        return "".join(self.random.choice(CONSONANTS) + self.random.choice(VOWELS) for _ in range(4))

    def _applicant(self, case: Submission) -> Applicant:
        family = case.search_text.split()[1].title()
        return _fresh(self.template.applicant, submission=case, family_name=family, display_name=f"Zoé {family}")

    def _events(self, case: Submission) -> Iterator[Event]:
        previous = ""
        wanted = [("submitted", self.event.data)]
        if case.status != "submitted":
            wanted.append(("moved", {"from": self.template.state, "to": case.state}))
        for number, (kind, data) in enumerate(wanted, 1):
            body = canonical_body(case.key, number, kind, case.received_at, "anonymous", "applicant", data)
            event = Event(
                subject=case.key,
                number=number,
                kind=kind,
                at=case.received_at,
                actor="anonymous",
                role="applicant",
                body=body,
                previous=previous,
                digest=digest_of(previous, body),
            )
            previous = event.digest
            yield event

    def _messages(self, made: Iterable[Submission]) -> Iterator[Message]:
        for case in made:
            if case.status == "under_review" and self.random.random() < 0.1:
                yield Message(submission=case, from_citizen=True, author_name="Zoé", body="Bonjour, où en est-on ?")

    def _decisions(self, made: Iterable[Submission]) -> Iterator[Decision]:
        for case in made:
            if case.status == "under_review" and self.random.random() < 0.05:
                yield Decision(submission=case, number=1, outcome="granted", law_grounds="Droit", fact_grounds="Fait")


def _fresh(row: M, **changes: Any) -> M:
    """Return an unsaved copy of a row with some values changed."""
    new = copy(row)
    new.pk, new._state = None, ModelState()
    for name, value in changes.items():
        setattr(new, name, value)
    return new


def size_mb() -> float:
    """Return the size of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return float(cursor.fetchone()[0]) / 1_000_000
