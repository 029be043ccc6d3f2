"""How long a request is kept once it is over: pure functions on local days (RGPD-04; code du patrimoine L212-2, L212-3).

Months run "de quantième à quantième" from the end. A term is kept through its last day; what is due is due the day after.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from .legal import Delay, Fate, Privacy, add_delay

# "active": of use to the department. "intermediate": kept in case it is asked for. "due": its final fate is to be carried out.
Age = Literal["active", "intermediate", "due"]


@dataclass(frozen=True)
class Term:
    """The last days of each age of a request, and what becomes of it then."""

    active_until: date
    until: date
    fate: Fate


def months_of(privacy: Privacy) -> int | None:
    """Return for how many months a request is kept in all; None where the procedure does not say."""
    return None if privacy.retention_months is None else privacy.retention_months + (privacy.archive_months or 0)


def term_of(ended_on: date, privacy: Privacy) -> Term | None:
    """Return the term of a request that ended on a day; None where the procedure says no duration: it is kept."""
    months = months_of(privacy)
    if months is None or privacy.retention_months is None:
        return None
    # Counted from the end each time: two delays in a row would lose days at the ends of months.
    active = add_delay(ended_on, Delay(count=privacy.retention_months, unit="months"))
    return Term(active, add_delay(ended_on, Delay(count=months, unit="months")), privacy.final_fate)


def age_of(term: Term, today: date) -> Age:
    """Return the age of a request ``today``."""
    if today <= term.active_until:
        return "active"
    return "intermediate" if today <= term.until else "due"


def sensitive_until(ended_on: date, privacy: Privacy) -> date | None:
    """Return the last day on which sensitive answers are kept; None where they are kept as long as the rest."""
    if privacy.sensitive_months is None:
        return None
    return add_delay(ended_on, Delay(count=privacy.sensitive_months, unit="months"))
