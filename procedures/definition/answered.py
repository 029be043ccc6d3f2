"""The answers of a request in words, by step and section, for whoever reads it."""

from dataclasses import dataclass

from .applicant import APPLICANT_STEP_ID
from .base import Answers
from .document import ProcedureDefinition
from .fields import FileField


@dataclass(frozen=True)
class Answered:
    """A section's questions, each with its answer in words."""

    title: str
    answers: list[tuple[str, str]]


def answers_of(definition: ProcedureDefinition, answers: Answers, *, identity: bool = True) -> list[Answered]:
    """Return the answers in words, without those of who files where ``identity`` is false; files are listed apart."""
    shown: dict[tuple[str, str], Answered] = {}
    for step, section, field in definition.sent(answers):
        if isinstance(field, FileField) or (step.id == APPLICANT_STEP_ID and not identity):
            continue
        heading = " · ".join(part for part in (step.title, section.title) if part)
        entry = shown.setdefault((step.id, section.id), Answered(heading, []))
        entry.answers.extend(field.entries(answers.get(field.id)))
    return [entry for entry in shown.values() if entry.answers]
