"""The one condition language: does a field, section or step apply, given the answers before it."""

from collections.abc import Iterator
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Answers, Identifier, Json, Node

Operator = Literal["is", "is_not", "in", "includes", "answered", "at_least", "at_most"]


class Test(Node):
    """One answer compared with a value; an answer that is missing satisfies only "is_not"."""

    __test__ = False  # not a test case, whatever its name says to a test runner
    field: Identifier
    op: Operator = "is"
    value: Json = None

    @model_validator(mode="after")
    def value_fits_operator(self) -> Self:
        """Refuse a list where one value is meant, and the reverse."""
        if self.op == "in" and not (isinstance(self.value, list) and self.value):
            raise ValueError("“in” needs a list of values")
        if self.op == "answered" and self.value is not None:
            raise ValueError("“answered” takes no value")
        if self.op in {"is", "is_not", "includes", "at_least", "at_most"} and (
            self.value is None or isinstance(self.value, (list, dict))
        ):
            raise ValueError(f"“{self.op}” needs one value")
        return self


class All(Node):
    all: Annotated[list["Condition"], Field(min_length=1)]


class Any(Node):
    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Node):
    not_: Annotated["Condition", Field(alias="not")]


Condition = Test | All | Any | Not


def applies(condition: Condition | None, answers: Answers) -> bool:
    """Say whether ``condition`` holds for ``answers``; no condition always holds."""
    if condition is None:
        return True
    if isinstance(condition, All):
        return all(applies(part, answers) for part in condition.all)
    if isinstance(condition, Any):
        return any(applies(part, answers) for part in condition.any)
    if isinstance(condition, Not):
        return not applies(condition.not_, answers)
    return _holds(condition, answers.get(condition.field))


def _holds(test: Test, answer: Json) -> bool:
    if test.op == "is_not":
        return bool(answer != test.value)
    if answer is None or answer == []:
        return False
    match test.op:
        case "is":
            return bool(answer == test.value)
        case "in":
            return answer in test.value
        case "includes":
            return isinstance(answer, list) and test.value in answer
        case "answered":
            return True
        case "at_least":
            return _comparable(answer, test.value) and bool(answer >= test.value)
        case _:
            return _comparable(answer, test.value) and bool(answer <= test.value)


def _comparable(answer: Json, value: Json) -> bool:
    """Numbers with numbers, ISO dates with ISO dates; never a boolean."""
    if isinstance(answer, bool) or isinstance(value, bool):
        return False
    return (isinstance(answer, (int, float)) and isinstance(value, (int, float))) or (
        isinstance(answer, str) and isinstance(value, str)
    )


def tests_of(condition: Condition | None) -> Iterator[Test]:
    """Yield every comparison in ``condition``, whatever its depth."""
    match condition:
        case Test():
            yield condition
        case All():
            for part in condition.all:
                yield from tests_of(part)
        case Any():
            for part in condition.any:
                yield from tests_of(part)
        case Not():
            yield from tests_of(condition.not_)
