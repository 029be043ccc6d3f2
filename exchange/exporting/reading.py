"""The requests of an export, read in chunks of constant cost, each with its answers and the right under which it leaves."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Role
from accounts.permissions import Actor
from procedures import permissions
from procedures.models import AnswerSet, CaseAccess, ProcedureVersion, Submission
from procedures.models.case import SubmissionQuerySet

CHUNK = 250


@dataclass
class Case:
    """One request, what was last sent of it, and under which role and for which department it leaves."""

    submission: Submission
    answers: dict[str, Any]
    role: str
    service: str
    # Whether its sensitive answers may leave: they were asked for by a head of its department.
    sensitive: bool


@dataclass
class Reader:
    """Reads a view by the order in which requests were recorded: one that comes or changes meanwhile moves no other."""

    actor: Actor
    found: SubmissionQuerySet
    sensitive: bool
    versions: dict[int, ProcedureVersion] = field(default_factory=dict)
    _rights: dict[tuple[int, int], tuple[str, str, bool]] = field(default_factory=dict)

    def total(self) -> int:
        """Count the requests."""
        return self.found.order_by().count()

    def known_versions(self) -> list[ProcedureVersion]:
        """Return the versions that the view holds, the newest first."""
        keys = self.found.order_by().values_list("version", flat=True).distinct()
        known = ProcedureVersion.objects.select_related("procedure").in_bulk(list(keys))
        self.versions = dict(known)
        return sorted(known.values(), key=lambda one: (one.procedure.title, one.procedure_id, -one.number))

    def chunks(self) -> Iterator[list[Case]]:
        """Yield the requests, some at a time; one of a version that came meanwhile waits for the next export."""
        last = 0
        while rows := list(self._some(last)):
            last = rows[-1].pk
            yield self._cases([row for row in rows if row.version_id in self.versions])

    def _some(self, after: int) -> SubmissionQuerySet:
        wanted = self.found.filter(pk__gt=after).order_by("pk")
        wanted = wanted.select_related("procedure", "department", "assigned_to__person", "applicant", "person")
        return wanted.defer("acknowledgement", "search_text", "procedure__search_text")[:CHUNK]

    def _cases(self, rows: list[Submission]) -> list[Case]:
        latest: dict[int, AnswerSet] = {}
        for sent in AnswerSet.objects.filter(submission__in=rows).order_by("number"):
            latest[sent.submission_id] = sent
        cases = []
        for row in rows:
            # One object a version, whose definition is parsed once.
            row.version = self.versions[row.version_id]
            role, service, led = self._right(row)
            sent_last = latest.get(row.pk)
            answers = sent_last.answers if sent_last else {}
            cases.append(Case(row, answers, role, service, self.sensitive and led))
        self._name_grants([case for case in cases if not case.role])
        return cases

    def _right(self, row: Submission) -> tuple[str, str, bool]:
        """Return the role under which a request leaves, the department, and whether she leads it."""
        place = (row.department_id, row.procedure_id)
        if place not in self._rights:
            held = permissions.roles_on(self.actor, row)
            role = next((role for role in permissions.EXPORTERS if role in held), "")
            membership = self.actor.membership_for(row.department_id, role) if role else None
            service = membership.department.name if membership else ""
            self._rights[place] = (role, service, Role.HEAD in held)
        return self._rights[place]

    def _name_grants(self, cases: list[Case]) -> None:
        """Name the department to which another one gave requests to read."""
        if not cases:
            return
        own = permissions.desk_departments(self.actor, permissions.EXPORTERS)
        given = CaseAccess.objects.filter(submission__in=[case.submission for case in cases], department__in=own)
        names = {one.submission_id: one.department.name for one in given.select_related("department") if one.department}
        for case in cases:
            case.service = names.get(case.submission.pk, "")
