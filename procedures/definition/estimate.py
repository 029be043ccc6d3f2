"""How long a procedure takes to fill in: an estimate from its questions, for when the town did not time it."""

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from .applicant import APPLICANT_STEP_ID
from .fields import Field

if TYPE_CHECKING:
    from .document import ProcedureDefinition

# Seconds to read, answer and check one question, of a person who is not quick with a keyboard. They are our own
# judgement, not a measure: a town that has timed its procedure writes its own figure. What we weighed: a choice is
# read more than typed; a name or a date is known by heart; a number of an identity card, an IBAN or a SIRET is looked
# for, then copied; a text of one's own is thought over; a file is found, photographed or scanned, then sent.
SECONDS = {
    "text": 15,
    "long_text": 90,
    "email": 15,
    "phone": 15,
    "number": 8,
    "decimal": 12,
    "amount": 15,
    "identifier": 40,
    "date": 12,
    "partial_date": 15,
    "time": 10,
    "datetime": 20,
    "period": 25,
    "yes_no": 6,
    "consent": 10,
    "choice": 10,
    "choices": 15,
    "linked_choice": 20,
    "table_choice": 12,
    "civility": 4,
    "name": 20,
    "address": 35,
    "commune": 12,
    "departement": 10,
    "region": 10,
    "country": 10,
    "siret": 40,
    "rna": 40,
    "iban": 60,
    "plate": 15,
    "family_quotient": 60,
    "map": 40,
    "signature": 20,
    "file": 90,
    "request_link": 30,
    "heading": 2,
    "computed": 3,
    "placeholder": 0,
}
# A type that is not in the table: as a short text.
UNKNOWN = 15
# An explanation is read at two hundred words a minute, a usual pace for plain prose.
WORDS_A_SECOND = 200 / 60
# A question, or a page, that only some answers open is met by about half of the people.
SOMETIMES = 0.5


def minutes(definition: "ProcedureDefinition") -> int:
    """Return the minutes to fill in a procedure, the applicant's own step included: whole, rounded up, one at least."""
    return max(1, math.ceil(sum(_parts(definition)) / 60))


def _parts(definition: "ProcedureDefinition") -> Iterator[float]:
    """Yield the seconds of each question; a condition counts once, wherever it stands."""
    for step in definition.all_steps:
        # Where one may stay unknown, the last step is often passed over.
        passed = step.id == APPLICANT_STEP_ID and definition.applicant.identification == "optional"
        for section in step.sections:
            for field in section.fields:
                always = not passed and step.when is None and section.when is None and field.when is None
                yield seconds(field) * (1 if always else SOMETIMES)


def seconds(field: Field) -> float:
    """Return the seconds that one question takes where it is asked; a group counts its least rows, one at least."""
    if field.type == "group":
        rows = max(1, getattr(field, "least", 1))
        return rows * sum(seconds(inner) * (1 if inner.when is None else SOMETIMES) for inner in field.inner())
    if field.type == "explanation":
        return len(getattr(field, "text", "").split()) / WORDS_A_SECOND
    return SECONDS.get(field.type, UNKNOWN)
