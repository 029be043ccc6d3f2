"""How an export is laid out: the columns that all requests share, then for each procedure its questions and groups."""

from collections.abc import Iterator
from dataclasses import dataclass

from procedures.models import Procedure, ProcedureVersion
from town.models import Sector

from . import common
from .cells import Column, Row
from .questions import Questions
from .reading import Case


@dataclass(frozen=True)
class Asked:
    """One procedure of the view and what it asks."""

    procedure: Procedure
    questions: Questions


class Layout:
    """The columns of an export; ``asked`` is empty where the answers stay behind."""

    def __init__(
        self, sector: Sector, versions: list[ProcedureVersion], *, identity: bool, answers: bool, sensitive: bool
    ) -> None:
        self.sector, self.identity = sector, identity
        self.common: list[Column] = common.columns(identity=identity)
        self.asked: dict[int, Asked] = {}
        by_procedure: dict[int, list[ProcedureVersion]] = {}
        for version in versions if answers else []:
            by_procedure.setdefault(version.procedure_id, []).append(version)
        for key, several in by_procedure.items():
            pairs = [(version.digest, version.definition) for version in several]
            self.asked[key] = Asked(several[0].procedure, Questions(pairs, sensitive=sensitive))

    def shared(self, case: Case) -> Row:
        """Return the cells that every request has."""
        return common.row(case.submission, self.sector, identity=self.identity)

    def answers(self, case: Case) -> Row:
        """Return the cells of a request's answers."""
        asked = self.asked[case.submission.procedure_id].questions
        return asked.row(case.submission.version.digest, case.answers, sensitive=case.sensitive)

    def rows(self, case: Case) -> Iterator[tuple[str, Row]]:
        """Yield the rows of a request's repeated groups, each with the id of its group."""
        asked = self.asked[case.submission.procedure_id].questions
        yield from asked.rows(case.submission.version.digest, case.answers, sensitive=case.sensitive)
