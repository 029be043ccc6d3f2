"""Law as data: what silence means, and how long a delay is. What is made of dated facts is in clock.py."""

from calendar import monthrange
from datetime import date, timedelta
from operator import not_
from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from .base import Line, Node, Prose, Words

# What becomes of a request at its term; "sort": the archives keep some.
Fate = Literal["destroy", "keep", "sort"]


class Delay(Node):
    """A length of time: whole days, weeks or months."""

    count: PositiveInt
    unit: Literal["days", "weeks", "months"]


class MoreTime(Node):
    """An extension that a text gives; whoever uses it says why, and tells the person before the delay is over."""

    basis: Line
    delay: Delay


class Legal(Node):
    """The legal block of a procedure. Silence has no default: publication is refused without it (CRPA L231-1, L231-4)."""

    nature: Literal["request", "declaration", "report", "appeal"] | None = None
    basis: Prose = ""
    financial: bool = False
    silence_effect: Literal["acceptance", "rejection", "none"] | None = None
    silence_delay: Delay | None = None
    silence_legal_basis: str = ""
    extensions: Annotated[list[MoreTime], Field(exclude_if=not_)] = []
    # The text that wants decisions sent by registered letter; empty where none does (L112-15).
    registered_basis: Annotated[Line, Field(exclude_if=not_)] = ""
    # One sentence per remedy, said as it is printed (CRPA R112-11-1, CJA R421-5).
    remedies: list[Words] = []
    review: Literal["needed", "done"] = "needed"
    review_questions: list[Words] = []


class Privacy(Node):
    """The data-protection notice of a procedure (GDPR article 13); publication is refused while a part is missing."""

    purpose: Prose = ""
    basis: Literal["public_task", "legal_obligation", "consent", "contract"] | None = None
    basis_text: str = ""
    recipients: list[Words] = []
    retention_months: PositiveInt | None = None
    retention_text: str = ""
    # After that active use: how long it is kept in case it is asked for, and what becomes of it then, by which rule.
    archive_months: Annotated[PositiveInt | None, Field(exclude_if=not_)] = None
    final_fate: Annotated[Fate, Field(exclude_if=lambda fate: fate == "destroy")] = "destroy"
    archival_rule: Annotated[Line, Field(exclude_if=not_)] = ""
    # Sensitive answers, where they go before the rest.
    sensitive_months: Annotated[PositiveInt | None, Field(exclude_if=not_)] = None
    if_not_provided: str = ""


def add_delay(start: date, delay: Delay) -> date:
    """Return the day a delay ends. Months run "de quantième à quantième"; a missing day becomes the month's last."""
    if delay.unit == "days":
        return start + timedelta(days=delay.count)
    if delay.unit == "weeks":
        return start + timedelta(weeks=delay.count)
    months = start.year * 12 + start.month - 1 + delay.count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))
