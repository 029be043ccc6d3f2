"""The words of conditions and computations: what a definition may write, before anything is evaluated.

A condition compares answers and combines comparisons; an expression computes a value. Each may hold the other.
"""

from collections.abc import Iterator
from operator import not_
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from .base import Identifier, Json, Node

Function = Literal[
    "add",
    "subtract",
    "multiply",
    "divide",
    "least",
    "most",
    "round",
    "floor",
    "join",
    "age",
    "days_between",
    "year",
]


class Ref(Node):
    """The answer to a question, or one named part of it."""

    field: Identifier
    part: str = ""


class Value(Node):
    """A constant; a text such as "today-18y" is a day."""

    value: Json


class Today(Node):
    """Today in the town's time zone, moved by some days, weeks, months or years ("+3d", "-18y")."""

    today: Annotated[str, Field(pattern=r"^([+-]?[0-9]{1,5}[dwmy])?$")]


class Shift(Node):
    """A day moved by some days, weeks, months or years."""

    shift: "Expression"
    by: Annotated[str, Field(pattern=r"^[+-]?[0-9]{1,5}[dwmy]$")]


class Call(Node):
    """A function of other values."""

    fn: Function
    args: Annotated[list["Expression"], Field(min_length=1, max_length=40)]


class If(Node):
    """One value or another."""

    if_: Annotated["Condition", Field(alias="if")]
    then: "Expression"
    else_: Annotated["Expression", Field(alias="else")]


class Count(Node):
    """How many rows of a repeated group, or how many that hold a condition."""

    count: Identifier
    where: "Condition | None" = None


class Over(Node):
    """The sum, the least or the most of a value over the rows of a repeated group."""

    over: Identifier
    fn: Literal["sum", "least", "most"] = "sum"
    of: "Expression"
    where: "Condition | None" = None


Expression = Ref | Value | Today | Shift | Call | If | Count | Over


Operator = Literal[
    "is",
    "is_not",
    "in",
    "not_in",
    "includes",
    "excludes",
    "answered",
    "empty",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "contains",
    "starts_with",
]
# What a missing answer satisfies.
NEGATIVE = frozenset({"is_not", "not_in", "excludes", "empty"})


class Test(Node):
    """One answer, or one part of it, compared with a value; a missing answer satisfies only the negative operators."""

    __test__ = False  # not a test case, whatever its name says to a test runner
    field: Identifier
    part: Annotated[str, Field(exclude_if=not_)] = ""
    op: Operator = "is"
    value: Json = None

    @model_validator(mode="after")
    def value_fits_operator(self) -> Self:
        """Refuse a list where one value is meant, and the reverse."""
        fits(self.op, self.value)
        return self


class Compare(Node):
    """Two computed values compared."""

    left: Expression
    op: Operator = "is"
    right: Expression | None = None

    @model_validator(mode="after")
    def right_fits_operator(self) -> Self:
        """Refuse a second value where none is meant, and the reverse."""
        if (self.right is None) != (self.op in {"answered", "empty"}):
            raise ValueError(f"“{self.op}” {'takes no' if self.right else 'needs a'} second value")
        return self


class All(Node):
    all: Annotated[list["Condition"], Field(min_length=1)]


class Any(Node):
    any: Annotated[list["Condition"], Field(min_length=1)]


class Not(Node):
    not_: Annotated["Condition", Field(alias="not")]


Condition = Test | Compare | All | Any | Not


def fits(op: str, value: Json) -> None:
    """Refuse, with ValueError, a value that ``op`` cannot be given."""
    if op in {"in", "not_in"} and not (isinstance(value, list) and value):
        raise ValueError(f"“{op}” needs a list of values")
    if op in {"answered", "empty"} and value is not None:
        raise ValueError(f"“{op}” takes no value")
    if op not in {"in", "not_in", "answered", "empty"} and (value is None or isinstance(value, (list, dict))):
        raise ValueError(f"“{op}” needs one value")


def leaves(condition: Condition | None) -> Iterator[Test | Compare]:
    """Yield every comparison in ``condition``, whatever its depth."""
    match condition:
        case Test() | Compare():
            yield condition
        case All():
            for part in condition.all:
                yield from leaves(part)
        case Any():
            for part in condition.any:
                yield from leaves(part)
        case Not():
            yield from leaves(condition.not_)


def references(condition: Condition | None) -> frozenset[str]:
    """Return the ids of every question that ``condition`` reads."""
    found: set[str] = set()
    for leaf in leaves(condition):
        if isinstance(leaf, Test):
            found.add(leaf.field)
        else:
            found |= expression_references(leaf.left)
            if leaf.right is not None:
                found |= expression_references(leaf.right)
    return frozenset(found)


def expression_references(expression: Expression) -> frozenset[str]:
    """Return the ids of every question that ``expression`` reads, inside its conditions too."""
    found: set[str] = set()
    for part in parts_of(expression):
        match part:
            case Ref():
                found.add(part.field)
            case If():
                found |= references(part.if_)
            case Count():
                found |= {part.count, *references(part.where)}
            case Over():
                found |= {part.over, *references(part.where)}
            case _:
                pass
    return frozenset(found)


def parts_of(expression: "Expression") -> Iterator["Expression"]:
    """Yield ``expression`` and every expression inside it, conditions excepted."""
    yield expression
    match expression:
        case Shift():
            yield from parts_of(expression.shift)
        case Call():
            for arg in expression.args:
                yield from parts_of(arg)
        case If():
            yield from parts_of(expression.then)
            yield from parts_of(expression.else_)
        case Over():
            yield from parts_of(expression.of)
        case _:
            pass


for _model in (Shift, Call, If, Count, Over, Compare, All, Any, Not):
    _model.model_rebuild()
