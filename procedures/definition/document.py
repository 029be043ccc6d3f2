"""The document itself: ProcedureDefinition > Step > Section > Field, parsed strictly."""

from collections.abc import Iterator
from functools import cached_property
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Meta
from pydantic import PositiveInt, field_validator, model_validator

from . import limits
from .applicant import APPLICANT_STEP_ID, applicant_fields
from .base import Answers, Identifier, Line, Node, Prose, Words
from .conditions import Condition, applies, tests_of
from .fields import AnyField, Field
from .legal import Legal, Privacy
from .workflow import READY, Workflow

FORMAT = 1
# Addresses under a draft that are not steps.
RESERVED_STEP_IDS = frozenset({APPLICANT_STEP_ID, "recapitulatif", "terminer", "lien", "supprimer", "prefill"})


class Section(Node):
    id: Identifier
    title: str = ""
    intro: Prose = ""
    when: Condition | None = None
    fields: Annotated[list[AnyField], Meta(min_length=1)]


class Step(Node):
    """One page of the form: ``title`` names it in the progress, ``question`` heads the page."""

    id: Identifier
    title: Words
    question: Words
    intro: Prose = ""
    when: Condition | None = None
    sections: Annotated[list[Section], Meta(min_length=1)]

    @cached_property
    def fields(self) -> list[Field]:
        """Every field of the step, in order."""
        return [field for section in self.sections for field in section.fields]


class OtherWays(Node):
    """The same procedure without a computer (a human is always within reach)."""

    counter: Prose = ""
    post: Prose = ""
    phone: Prose = ""


class ApplicantRule(Node):
    """Who identifies, and how (CRPA R112-9-1): "full", "optional" or "none"."""

    identification: Literal["full", "optional", "none"]
    kinds: Annotated[list[Literal["person", "association", "company"]], Meta(min_length=1)] = ["person"]


class Letters(Node):
    """What is said after the filing: one line per coming step, and the opening of the decision letters."""

    next_steps: list[Words] = []
    granted: Prose = ""
    refused: Prose = ""


class ProcedureDefinition(Node):
    """A whole procedure. What a town must still say may be missing while it is in the making: see checks.py."""

    format: Literal[1] = 1
    id: Identifier
    title: Words
    summary: Prose = ""
    theme: Line = ""
    keywords: list[Words] = []
    service: Identifier  # an abstract key; the procedure maps it to a department
    who_may_ask: Prose = ""
    documents: list[Words] | None = None  # an empty list says that none is needed; None says nothing yet
    cost: Line = ""
    minutes: PositiveInt | None = None
    usual_delay: Line = ""
    other_ways: OtherWays = OtherWays()
    applicant: ApplicantRule
    legal: Legal
    privacy: Privacy
    letters: Letters = Letters()
    workflow: Workflow
    steps: Annotated[list[Step], Meta(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def within_bounds(cls, value: Any) -> Any:
        """Refuse a document that no page could serve before building any of it."""
        faults = limits.faults(value)
        if faults:
            raise ValueError("; ".join(faults))
        return value

    @field_validator("workflow", mode="before")
    @classmethod
    def ready_workflow(cls, value: Any) -> Any:
        """Accept the name of a ready workflow in place of a whole one."""
        if isinstance(value, str):
            if value not in READY:
                raise ValueError(f"no ready workflow is called “{value}” (there are: {', '.join(READY)})")
            return READY[value]
        return value

    @model_validator(mode="after")
    def names_resolve(self) -> Self:
        """Refuse ids used twice, and conditions on a field that does not come before."""
        seen: set[str] = set()
        nodes: list[Step | Section] = [*self.steps, *(section for step in self.steps for section in step.sections)]
        for node in nodes:
            if node.id in seen or node.id in RESERVED_STEP_IDS:
                raise ValueError(f"the id “{node.id}” is used twice, or reserved")
            seen.add(node.id)
        known: set[str] = set()
        for step in self.steps:
            self._resolve(step.when, known, f"step “{step.id}”")
            for section in step.sections:
                self._resolve(section.when, known, f"section “{section.id}”")
                for field in section.fields:
                    self._resolve(field.when, known, f"field “{field.id}”")
                    if field.id in known or field.id.startswith("applicant_"):
                        raise ValueError(f"the field id “{field.id}” is used twice, or reserved")
                    known.add(field.id)
        return self

    @staticmethod
    def _resolve(condition: Condition | None, known: set[str], place: str) -> None:
        for test in tests_of(condition):
            if test.field not in known:
                raise ValueError(
                    f"the condition of the {place} asks for “{test.field}”, which no earlier question gives"
                )

    @cached_property
    def all_steps(self) -> list[Step]:
        """The written steps, then the applicant's identity where the procedure asks for it."""
        if self.applicant.identification == "none":
            return self.steps
        sections = [
            Section(
                id="applicant_identity", fields=applicant_fields(self.applicant.kinds, self.applicant.identification)
            )
        ]
        return [
            *self.steps,
            Step(
                id=APPLICANT_STEP_ID,
                title="Vos coordonnées",
                question="Comment vous joindre ?",
                intro="Elles sont facultatives : sans elles, nous ne pourrons pas vous répondre."
                if self.applicant.identification == "optional"
                else "",
                sections=sections,
            ),
        ]

    @cached_property
    def fields(self) -> dict[str, Field]:
        """Every field by its id, the applicant's included."""
        return {field.id: field for step in self.all_steps for field in step.fields}

    def walk(self, answers: Answers) -> Iterator[tuple[Step, Section, Field]]:
        """Yield what applies, in order, for ``answers``; a hidden answer opens nothing further."""
        kept: Answers = {}
        for step in self.all_steps:
            if not applies(step.when, kept):
                continue
            for section in step.sections:
                if not applies(section.when, kept):
                    continue
                for field in section.fields:
                    if applies(field.when, kept):
                        if field.id in answers:
                            kept[field.id] = answers[field.id]
                        yield step, section, field

    def kept(self, answers: Answers) -> Answers:
        """Return only the answers of the questions that apply: a hidden answer is not kept."""
        return {field.id: answers[field.id] for _, _, field in self.walk(answers) if field.id in answers}

    def steps_for(self, answers: Answers) -> list[Step]:
        """Return the steps that apply, in order."""
        steps: dict[str, Step] = {}
        for step, _, _ in self.walk(answers):
            steps.setdefault(step.id, step)
        return list(steps.values())

    def is_done(self, step: Step, answers: Answers) -> bool:
        """Say whether every applicable question of ``step`` was answered (None answers an optional one)."""
        return all(
            field.id in answers and not (field.required and answers[field.id] in (None, [], ""))
            for walked, _, field in self.walk(answers)
            if walked.id == step.id
        )
