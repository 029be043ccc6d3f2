"""Many cases, made from one that was really filed: same rows, other people, days, states and departments."""

from __future__ import annotations

import random
import uuid
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from journal.models import Event, canonical_body, digest_of
from messaging.models import Delivery
from portal.kit.text import fold
from procedures.definition.reference import new_reference
from procedures.models import AnswerSet, Applicant, Decision, Document, Facet, Message, Submission
from town.models import Department

BATCH = 5000
# One request in five is still open, of which some are late, answered or to be signed: with a thousand cases already,
# every list of the desk is full, so that what grows is the pile alone.
OPEN_SHARE = 0.2
DAYS = 4 * 365
CONSONANTS, VOWELS = "bdflmnrstv", "aeio"


class Stamp:
    """One row of one table, made ready for the database once, then written many times with some values changed."""

    def __init__(self, row: models.Model) -> None:
        model = type(row)
        self.fields = {field.attname: field for field in model._meta.concrete_fields}
        self.ready = {name: self._prepared(name, getattr(row, name)) for name in self.fields}
        quote = connection.ops.quote_name
        columns = ", ".join(quote(str(field.column)) for field in self.fields.values())
        places = ", ".join(["%s"] * len(self.fields))
        # Names of our own tables and columns, quoted.
        self.sql = f"INSERT INTO {quote(model._meta.db_table)} ({columns}) VALUES ({places})"  # noqa: S608
        last = model._default_manager.order_by("-pk").first()
        self.pk = last.pk if last else 0
        self.rows: list[list[Any]] = []

    def _prepared(self, name: str, value: Any) -> Any:
        return self.fields[name].get_db_prep_save(value, connection)

    def add(self, **changes: Any) -> int:
        """Note a row to write; return its key."""
        self.pk += 1
        changed = {name: self._prepared(name, value) for name, value in changes.items()}
        self.rows.append(list({**self.ready, **changed, "id": self.pk}.values()))
        return self.pk

    def write(self) -> None:
        """Write what was noted."""
        with connection.cursor() as cursor:
            cursor.executemany(self.sql, self.rows)
        self.rows = []


class Cases:
    """The growing pile of cases, in a few departments."""

    def __init__(self, template: Submission, departments: list[Department], agent: User) -> None:
        self.departments, self.agent = departments, agent
        self.random = random.Random(20260101)  # noqa: S311 the same pile at each run
        self.references = {template.reference}
        self.now = timezone.now()
        workflow = template.version.definition.workflow
        self.states: dict[str, str] = {state.status: state.id for state in reversed(workflow.states)}
        event = Event.objects.of(template.key).get()
        self.sent_data = event.data
        self.case, self.event = Stamp(template), Stamp(event)
        self.applicant = Stamp(Applicant.objects.get(submission=template))
        self.answers = Stamp(AnswerSet.objects.get(submission=template))
        self.receipt = Stamp(Document.objects.get(submission=template))
        self.delivery = Stamp(Delivery.objects.get(about=template.key))
        self.facets = list(Facet.objects.filter(submission=template))
        self.facet = Stamp(self.facets[0])
        self.message = Stamp(Message(submission=template, from_citizen=True, author_name="Zoé", body="Bonjour."))
        self.decision = Stamp(Decision(submission=template, number=1, outcome="granted", law_grounds="Droit"))

    def grow(self, total: int) -> None:
        """Add cases until there are ``total``."""
        with connection.cursor() as cursor:
            # While building only: a pile that a crash would spoil is built again.
            cursor.execute("PRAGMA synchronous=OFF")
            cursor.execute("PRAGMA cache_size=-500000")
        while (missing := total - len(self.references)) > 0:
            for _ in range(min(missing, BATCH)):
                self._add()
            with transaction.atomic():
                for stamp in vars(self).values():
                    if isinstance(stamp, Stamp):
                        stamp.write()
        # The next connection has the portal's own tuning again.
        connection.close()

    def _add(self) -> None:
        received = self.now - timedelta(minutes=self.random.randrange(DAYS * 24 * 60))
        reference, key, family = self._reference(received), uuid.uuid4(), self._name()
        is_open, luck = self.random.random() < OPEN_SHARE, self.random.random()
        status = self.random.choice(["submitted", "under_review"]) if is_open else "decided"
        due = self.now + timedelta(days=self.random.randrange(-5, 60)) if is_open else received + timedelta(days=60)
        department = self.random.choice(self.departments).pk
        case = self.case.add(
            public_id=key,
            reference=reference,
            department_id=department,
            received_at=received,
            state=self.states[status],
            status=status,
            outcome="" if is_open else "granted",
            outcome_by="" if is_open else "decision",
            due_on=timezone.localtime(due).date(),
            assigned_to_id=self.agent.pk if is_open and luck < 0.3 else None,
            search_text=f"{fold(reference)} {family} {self._name()} {self._name()} 14 rue des tanneurs 99240",
        )
        self.applicant.add(submission_id=case, family_name=family.title(), display_name=f"Zoé {family.title()}")
        answers = self.answers.add(submission_id=case)
        self.receipt.add(
            submission_id=case, answer_set_id=answers, public_id=uuid.uuid4(), state="failed", stored_id=None
        )
        for facet in self.facets:
            values = {name: getattr(facet, name) for name in ("field_id", "text", "number", "day")}
            self.facet.add(submission_id=case, department_id=department, **values)
        subject = f"submission:{key}"
        self._events(subject, status, received)
        self.delivery.add(key=f"receipt:{key}", about=subject, public_id=uuid.uuid4(), state="done")
        if status == "under_review" and luck > 0.9:
            self.message.add(submission_id=case, public_id=uuid.uuid4())
        elif status == "under_review" and luck > 0.85:
            self.decision.add(submission_id=case)

    def _events(self, subject: str, status: str, at: datetime) -> None:
        wanted = [("submitted", self.sent_data)]
        if status != "submitted":
            wanted.append(("moved", {"from": self.states["submitted"], "to": self.states[status]}))
        previous = ""
        for number, (kind, data) in enumerate(wanted, 1):
            body = canonical_body(subject, number, kind, at, "anonymous", "applicant", data)
            digest = digest_of(previous, body)
            self.event.add(
                subject=subject, number=number, kind=kind, at=at, body=body, previous=previous, digest=digest
            )
            previous = digest

    def _reference(self, received: datetime) -> str:
        while (found := new_reference(received.year)) in self.references:
            pass
        self.references.add(found)
        return found

    def _name(self) -> str:
        return "".join(self.random.choice(CONSONANTS) + self.random.choice(VOWELS) for _ in range(4))


def size_mb() -> float:
    """Return the size of the database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size")
        return float(cursor.fetchone()[0]) / 1_000_000
