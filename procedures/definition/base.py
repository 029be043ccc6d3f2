"""What every node of a definition shares: strict parsing, stable identifiers, JSON values."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationInfo

# A JSON value: str, int, float, bool, None, list or dict of them. Answers are stored in this shape.
Json = Any
Answers = dict[str, Json]

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,47}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]
# The same, but a definition in the making may not have it yet: publication asks for it.
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=300)]
# Several paragraphs: a blank line parts them, lines that start with "- " are a list.
Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=5000)]


# Given to the validation of bytes that were checked when they were published: what took whole walks is not done again.
PUBLISHED = {"published": True}
# For what is too numerous to be nodes: unknown keys are errors too.
STRICT = ConfigDict(extra="forbid")


class Node(BaseModel):
    """A part of a definition: unknown keys are errors, values never change after parsing."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def is_published(info: ValidationInfo) -> bool:
    """Say whether what is read was checked already."""
    return info.context is PUBLISHED


class DefinitionError(ValueError):
    """A document that cannot be read; ``faults`` holds one sentence per fault, with its place."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults
