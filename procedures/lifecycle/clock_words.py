"""The computation of a legal date, one sentence a fact, as agents and citizens read it.

French only, whatever the language of the page: these sentences say the law (decision 0005).
"""

from collections.abc import Callable
from datetime import date

from django.utils import translation

from portal.kit.moments import day_in_words

from ..definition.clock import Fact, Reading
from ..definition.legal import Delay

_UNITS = {"days": ("jour", "jours"), "weeks": ("semaine", "semaines"), "months": ("mois", "mois")}


def sentences(reading: Reading) -> list[str]:
    """Say each step of a computation, in its order."""
    with translation.override("fr"):
        return [_SAID[fact.code](fact) for fact in reading.facts]


def in_words(delay: Delay | None) -> str:
    """Say a delay: 2 mois, 15 jours."""
    if delay is None:
        return ""
    return f"{delay.count}\u00a0{_UNITS[delay.unit][delay.count > 1]}"


def consequence(effect: str | None, *, by_text: bool) -> str:
    """Say what a request for pieces does to the delay."""
    if effect is None:
        return "Aucune décision ne naît du silence de la mairie pour cette démarche : aucun délai légal n’est en cours."
    if not by_text:
        return "Aucun texte n’exige ces pièces : le délai pour vous répondre ne change pas."
    if effect == "acceptance":
        return "Le délai pour vous répondre court à partir de l’arrivée de ces pièces."
    return "Le délai pour vous répondre est suspendu jusqu’à l’arrivée de ces pièces, et au plus tard jusqu’à la date donnée."


def _day(value: date | None) -> str:
    return day_in_words(value) if value else ""


def _basis(fact: Fact) -> str:
    return f" ({fact.basis.rstrip('. ')})" if fact.basis else ""


_SAID: dict[str, Callable[[Fact], str]] = {
    "received": lambda fact: f"Reçue le {_day(fact.day)}.",
    "sent_on": lambda fact: (
        f"Transmise à l’autorité compétente le {_day(fact.day)}"
        + (f", reçue par elle le {_day(fact.until)}." if fact.until else ".")
    ),
    "delay_acceptance": lambda fact: f"Sans réponse pendant {in_words(fact.delay)}, elle est acceptée{_basis(fact)}.",
    "delay_rejection": lambda fact: f"Sans réponse pendant {in_words(fact.delay)}, elle est refusée{_basis(fact)}.",
    "asked_acceptance": lambda fact: (
        f"Des pièces exigées par un texte ont été demandées le {_day(fact.day)}, jusqu’au {_day(fact.until)} : "
        "le délai court à partir de leur arrivée."
    ),
    "asked_rejection": lambda fact: (
        f"Des pièces exigées par un texte ont été demandées le {_day(fact.day)}, jusqu’au {_day(fact.until)} : "
        "le délai est suspendu jusqu’à leur arrivée, au plus tard jusqu’à cette date."
    ),
    "asked_without_text": lambda fact: (
        f"Des pièces qu’aucun texte n’exige ont été demandées le {_day(fact.day)}, jusqu’au {_day(fact.until)} : "
        "cela ne change pas le délai."
    ),
    "asked_already_there": lambda fact: (
        f"Les pièces demandées le {_day(fact.day)} étaient déjà arrivées : le délai ne change pas."
    ),
    "asked_late": lambda fact: (
        f"Des pièces ont été demandées le {_day(fact.day)}, après la fin du délai : il ne change pas."
    ),
    "arrived": lambda fact: f"Les pièces sont arrivées le {_day(fact.day)}.",
    "waived": lambda fact: f"Le service a repris l’étude sans les attendre le {_day(fact.day)}.",
    "extended": lambda fact: f"Délai prolongé de {in_words(fact.delay)} le {_day(fact.day)}{_basis(fact)}.",
    "extended_late": lambda fact: f"Une prolongation du {_day(fact.day)}, après la fin du délai, ne le change pas.",
    "suspended": lambda fact: (
        f"Suspendu du {_day(fact.day)} au {_day(fact.until)}, pièces demandées : "
        f"{fact.days}\u00a0{'jours' if fact.days > 1 else 'jour'} de plus."
    ),
    "restarted": lambda fact: f"Le délai court depuis le {_day(fact.day)}.",
    "due": lambda fact: f"Dernier jour pour répondre : le {_day(fact.day)}.",
    "not_running": lambda fact: "Le délai ne court pas : il manque encore de quoi étudier la demande.",
    "decided": lambda fact: f"Réponse ou fin de la demande le {_day(fact.day)}.",
}
