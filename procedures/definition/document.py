"""The document itself: ProcedureDefinition > Step > Section > Field, parsed strictly."""

from collections.abc import Iterator
from datetime import date
from functools import cached_property
from operator import not_
from typing import Annotated, Any, Literal, Self

from pydantic import Field as Meta
from pydantic import PositiveInt, ValidationInfo, field_validator, model_validator

from . import estimate, limits
from .analysis import dangling, duplicates
from .applicant import APPLICANT_STEP_ID, applicant_fields
from .base import Answers, Identifier, Line, Node, Prose, Words, is_published
from .fields import AnyField, Field
from .language import Condition, references
from .legal import Legal, Privacy
from .letter import Letter
from .ready import READY
from .rules import Rule
from .sentences import say
from .trace import Run, Trace, runs, trace
from .workflow import Workflow

FORMAT = 1


class Section(Node):
    id: Identifier
    title: str = ""
    intro: Prose = ""
    when: Condition | None = None
    fields: Annotated[list[AnyField], Meta(min_length=1)]

    @cached_property
    def reads(self) -> frozenset[str]:
        """The ids of the questions on which showing the section depends."""
        return references(self.when)

    @cached_property
    def runs(self) -> list[Run]:
        """The questions as a walk takes them."""
        return runs(self)


class Stop(Node):
    """Why the procedure cannot be asked for here, with some answers, and what to do instead (eligibility)."""

    id: Identifier
    when: Condition
    title: Words
    text: Prose
    link: Annotated[str, Meta(pattern=r"^(https://[^\s]{1,300}|/[^\s]{0,200})?$")] = ""
    link_label: str = ""


class Step(Node):
    """One page of the form: ``title`` names it in the progress, ``question`` heads the page."""

    id: Identifier
    title: Words
    question: Words
    intro: Prose = ""
    when: Condition | None = None
    stops: Annotated[list[Stop], Meta(exclude_if=not_)] = []
    sections: Annotated[list[Section], Meta(min_length=1)]

    @cached_property
    def fields(self) -> list[Field]:
        """Every field of the step, in order."""
        return [field for section in self.sections for field in section.fields]

    @cached_property
    def own(self) -> list[str]:
        """The id of each of its fields, in order."""
        return [field.id for field in self.fields]

    @cached_property
    def watched(self) -> frozenset[str]:
        """The ids of the questions whose answers may change the step: its own, and those that any part of it reads."""
        parts: list[Section | Field] = [
            *self.sections,
            *self.fields,
            *(field for top in self.fields for field in top.inner()),
        ]
        stops = (references(stop.when) for stop in self.stops)
        return references(self.when).union(self.own, *(part.reads for part in parts), *stops)

    @cached_property
    def moves(self) -> bool:
        """Say whether a question or a section depends on another one of the same page."""
        every = [field for top in self.fields for field in (top, *top.inner())]
        local = {field.id for field in every}
        reads = [section.reads for section in self.sections] + [field.reads for field in every]
        return any(not local.isdisjoint(one) for one in reads)

    @cached_property
    def takes_files(self) -> bool:
        """Say whether a question of the step, or of its rows, takes files."""
        return any(field.type == "file" for top in self.fields for field in (top, *top.inner()))


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
    granted_in_part: Annotated[Prose, Meta(exclude_if=not_)] = ""
    no_object: Annotated[Prose, Meta(exclude_if=not_)] = ""
    # Whole bodies, with chips and conditions; where there is one, it takes the place of the opening.
    templates: Annotated[list[Letter], Meta(exclude_if=not_)] = []

    def opening(self, outcome: str) -> str:
        """Return how the letter of a decision opens; a sentence of its own where the procedure says nothing."""
        return (getattr(self, outcome, "") if outcome in type(self).model_fields else "") or _OPENINGS.get(outcome, "")


# French alone: it is what the letter says, and it has legal force.
_OPENINGS = {
    "granted_in_part": "Votre demande est acceptée en partie. Ce qui est accordé, ce qui ne l’est pas et pourquoi "
    "sont dits ci-dessous.",
    "no_object": "Votre demande n’a plus d’objet : il n’y a plus lieu d’y répondre. Les raisons sont dites ci-dessous.",
}


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
    minutes: PositiveInt | None = None  # None leaves it to the estimate
    usual_delay: Line = ""
    other_ways: OtherWays = OtherWays()
    applicant: ApplicantRule
    legal: Legal
    privacy: Privacy
    letters: Letters = Letters()
    workflow: Workflow
    # What agents note on a request among themselves; its person never sees them on the portal.
    annotations: Annotated[list[AnyField], Meta(exclude_if=not_, max_length=20)] = []
    # What happens by itself.
    rules: Annotated[list[Rule], Meta(exclude_if=not_, max_length=50)] = []
    steps: Annotated[list[Step], Meta(min_length=1)]

    @model_validator(mode="before")
    @classmethod
    def within_bounds(cls, value: Any, info: ValidationInfo) -> Any:
        """Refuse a document that no page could serve before building any of it."""
        faults = [] if is_published(info) else limits.faults(value)
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
    def names_resolve(self, info: ValidationInfo) -> Self:
        """Refuse ids used twice, and whatever reads an answer that does not come before it."""
        if not is_published(info) and (faults := [*duplicates(self), *dangling(self)]):
            raise ValueError(" · ".join(faults))
        return self

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

    @cached_property
    def every_field(self) -> dict[str, Field]:
        """Every field by its id, those inside repeated groups included."""
        return {field.id: field for top in self.fields.values() for field in (top, *top.inner())}

    @cached_property
    def estimated_minutes(self) -> int:
        """How long it takes to fill in, as its questions tell."""
        return estimate.minutes(self)

    def trace(self, answers: Answers, today: date | None = None, since: Trace | None = None) -> Trace:
        """Walk the definition once with ``answers``: what applies on that day, what is kept, done, or stopped."""
        return trace(self, answers, today, since)

    def walk(self, answers: Answers) -> Iterator[tuple[Step, Section, Field]]:
        """Yield the questions that apply today, in order; a hidden answer opens nothing further."""
        return trace(self, answers).questions()

    def sent(self, answers: Answers) -> Iterator[tuple[Step, Section, Field]]:
        """Yield the questions that ``answers``, once sent, hold: no condition is asked again on a later day."""
        for step in self.all_steps:
            for section in step.sections:
                for field in section.fields:
                    if field.id in answers:
                        yield step, section, field

    def kept(self, answers: Answers) -> Answers:
        """Return the answers of the questions that apply, and those that follow: a hidden answer is not kept."""
        return trace(self, answers).kept

    def steps_for(self, answers: Answers) -> list[Step]:
        """Return the steps that apply, in order."""
        return [traced.step for traced in trace(self, answers).steps]

    def say(self, condition: Condition | None) -> str:
        """Put a condition into words, with the labels of this definition."""
        return say(condition, self.every_field)
