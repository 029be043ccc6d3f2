"""The acknowledgement of a filing: every mention of R112-11-1, composed once, frozen on the request.

Written in French whatever the language of the page: the French text alone has legal force.
"""

from datetime import date, datetime
from typing import Any

from django.utils import timezone, translation

from accounts.models import Mandate
from portal.kit.moments import day_in_words, long_day
from town import models as town
from town.models import Department

from ..definition.clock import Facts, due_on
from ..definition.document import ProcedureDefinition


def in_words(moment: datetime, *, hour_known: bool = True) -> str:
    """Say a moment in the town's time zone: "mardi 24 novembre 2026 à 10 h 47"; its day alone where no hour is known."""
    with translation.override("fr"):
        local = timezone.localtime(moment)
        return long_day(local.date()) + (f" à {local.hour} h {local.minute:02d}" if hour_known else "")


def compose(
    definition: ProcedureDefinition,
    department: Department,
    received_at: datetime,
    *,
    hour_known: bool = True,
    waits: bool = False,
    mandate: Mandate | None = None,
) -> dict[str, Any]:
    """Return the mentions (1) to (5) as JSON: date and hour, service, silence effect and date, attestation or remedies.

    Raises ValueError when a mention that the law wants would be empty (CRPA-13).
    """
    local = timezone.localtime(received_at)
    due = due_on(definition.legal, Facts(local.date()))
    here = town.current()
    service = {
        "name": department.name,
        "entity": department.entity.name,
        "address": [*([department.place.name]), *department.place.address_lines],
        "phone": department.phone,
        "email": department.email,
    }
    if not (service["name"] and service["phone"] and (service["email"] or service["address"])):
        raise ValueError("the acknowledgement needs the service, its telephone and an address (R112-11-1)")
    fill = {"{court}": here.court or "le tribunal compétent", "{mayor}": here.mayor_title}
    return {
        "received_at": received_at.isoformat(),
        "received_words": in_words(received_at, hour_known=hour_known),
        "offset": f"UTC{local:%z}"[:6] + ":" + f"{local:%z}"[3:] if hour_known else "",
        "service": service,
        "effect": definition.legal.silence_effect,
        "due_on": due.isoformat() if due else None,
        "silence": _silence(definition, due),
        "basis": definition.legal.silence_legal_basis,
        "attestation": _ATTESTATION if definition.legal.silence_effect == "acceptance" else "",
        "remedies": [_filled(remedy, fill) for remedy in definition.legal.remedies],
        "missing_pieces": "Aucune pièce ne manque à ce jour. S’il en manquait une, nous vous l’écririons.",
        "waiting": _WAITING if waits else "",
        "filed_by": _filed_by(mandate) if mandate else "",
        "not_a_decision": "Cet accusé ne vaut pas acceptation de la demande.",
    }


def _filed_by(mandate: Mandate) -> str:
    """Say who filed it for whom, and by what right, as things stand on that day."""
    helper, name = mandate.helper, mandate.principal.display_name
    assert helper is not None, "it is in force"  # noqa: S101
    assert mandate.accepted_at is not None, "it is in force"  # noqa: S101
    with translation.override("fr"):
        day = day_in_words(timezone.localtime(mandate.accepted_at).date())
    if mandate.basis == Mandate.Basis.PARENT:
        return f"{helper.display_name}, au titre de l’autorité parentale, pour {name}"
    place = f" ({mandate.structure.name})" if mandate.structure else ""
    association = f", pour l’association {mandate.organisation}" if mandate.organisation else ""
    return f"{helper.display_name}{place}, pour {name}{association}, avec le mandat du {day}"


def _filled(text: str, fill: dict[str, str]) -> str:
    for name, value in fill.items():
        text = text.replace(name, value)
    return text


_ATTESTATION = (
    "Vous pourrez alors demander au service une attestation de cette acceptation "
    "(article L. 232-3 du code des relations entre le public et l’administration)."
)


_WAITING = (
    "Toutes les places sont prises : votre demande est sur la liste d’attente, dans l’ordre d’arrivée. "
    "Nous vous écrirons dès qu’une place se libère."
)


def _silence(definition: ProcedureDefinition, due: date | None) -> str:
    if due is None:
        return "Aucune décision ne naît du silence de la mairie pour cette démarche."
    with translation.override("fr"):
        day = day_in_words(due)
    if definition.legal.silence_effect == "acceptance":
        return f"Sans réponse de notre part le {day}, et si votre demande est complète, elle sera considérée comme acceptée."
    return f"Sans réponse de notre part le {day}, et si votre demande est complète, elle sera considérée comme refusée."
