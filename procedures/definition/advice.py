"""What is worth another look in a definition, and blocks nothing: each with its place in words."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from . import estimate
from .checks import Problem
from .document import ProcedureDefinition

# A figure out of these bounds is more likely an old one, or a slip, than a careful measure.
LEAST, MOST = 1 / 2, 3


def advice(definition: ProcedureDefinition) -> list[Problem]:
    """Return what a careful author would look at again; an empty list says nothing to look at."""
    return [*_time(definition)]


def _time(definition: ProcedureDefinition) -> Iterator[Problem]:
    written, found = definition.minutes, estimate.minutes(definition)
    if written is None or found * LEAST <= written <= found * MOST:
        return
    yield Problem(
        _("page of the procedure"),
        _("it says %(written)s to fill in, and its questions take about %(found)s: check the figure, or remove it")
        % {"written": _minutes(written), "found": _minutes(found)},
    )


def _minutes(number: int) -> str:
    return ngettext("%(count)d minute", "%(count)d minutes", number) % {"count": number}
