"""The withdrawal of a decision: until when, and its sentences. Pure functions on local days.

French only: these sentences say the law (decision 0005).
"""

from datetime import date
from typing import Literal

from django.utils import translation

from portal.kit.moments import day_in_words

from .legal import Delay, add_delay

Basis = Literal["unlawful", "fraud", "asked"]
TIME = Delay(count=4, unit="months")
_CODE = "du code des relations entre le public et l’administration"


def last_day(taken_on: date) -> date:
    """Return the last day on which an unlawful decision is withdrawn (CRPA L242-1, L243-3): four months from the day."""
    return add_delay(taken_on, TIME)


def is_open(basis: Basis, taken_on: date, today: date) -> bool:
    """Say whether a withdrawal is in time: fraud (L241-2) and the person's own wish (L242-4) know no limit."""
    return basis != "unlawful" or today <= last_day(taken_on)


def wants_hearing(basis: Basis, *, granted: bool) -> bool:
    """Say whether the person is heard first: where what is taken back was in her favour, unless she asked (L121-1)."""
    return granted and basis != "asked"


def sentences(
    basis: Basis, taken_on: date, *, granted: bool, by_silence: bool, heard_on: date | None, heard: str
) -> list[str]:
    """Say what is withdrawn, why it may be, and how the person was heard."""
    with translation.override("fr"):
        day = day_in_words(taken_on)
        invited = day_in_words(heard_on) if heard_on else ""
    what = "acceptait" if granted else "refusait"
    if by_silence:
        born = "L’acceptation" if granted else "Le refus"
        first = f"{born} de votre demande, né{'e' if granted else ''} du silence le {day}, est retiré{'e' if granted else ''}."
    else:
        first = f"La décision du {day}, qui {what} votre demande, est retirée."
    article = "L. 242-1" if granted else "L. 243-3"
    why = {
        "unlawful": f"Elle était illégale, et le délai de quatre mois pour la retirer court encore (article {article} {_CODE}).",
        "fraud": f"Elle a été obtenue par fraude : elle peut être retirée à tout moment (article L. 241-2 {_CODE}).",
        "asked": f"Vous en avez demandé le retrait (article L. 242-4 {_CODE}).",
    }[basis]
    said = [first, why]
    if invited:
        said.append(f"Le {invited}, nous vous avons proposé de présenter vos observations (article L. 121-1 {_CODE}).")
    return [*said, heard] if heard else said
