"""Mandates as the pages of the space list them: in force, waiting for an answer, over; each with its procedures in words."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from accounts.models import Mandate

from ..lifecycle.mandate_mail import titles_of


@dataclass(frozen=True)
class Row:
    """One mandate, and the titles of its procedures: none where it is for all."""

    mandate: Mandate
    titles: list[str]


@dataclass
class Lists:
    """The mandates of one side."""

    now: list[Row] = field(default_factory=list)
    waiting: list[Row] = field(default_factory=list)
    over: list[Row] = field(default_factory=list)


def lists(mandates: Iterable[Mandate], in_force: set[int]) -> Lists:
    """Sort the mandates of one side, the newest first."""
    held, found = list(mandates), Lists()
    titles = titles_of(held)
    for mandate in held:
        waits = mandate.is_open and mandate.accepted_at is None
        shelf = found.now if mandate.pk in in_force else found.waiting if waits else found.over
        shelf.append(Row(mandate, titles.get(mandate.pk, [])))
    return found
