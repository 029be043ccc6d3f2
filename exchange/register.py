"""The register of processing (GDPR article 30), read from the procedures that are published: nobody keeps it by hand.

French whatever the language of the page: it is shown to the supervisory authority. What no procedure says is left to be
completed, never invented.
"""

import json
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from typing import IO, Any

from django.utils import timezone, translation

from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import Field, FileField
from procedures.models import Procedure
from town import models as town

from .exporting import ods_format
from .exporting.cells import Column
from .exporting.tables import Table

_BASES = {
    "public_task": "Mission d’intérêt public (article 6, paragraphe 1, e)",
    "legal_obligation": "Obligation légale (article 6, paragraphe 1, c)",
    "consent": "Consentement (article 6, paragraphe 1, a)",
    "contract": "Contrat (article 6, paragraphe 1, b)",
}
# What the answers of a type are, in the words of the regulator's own model of a register.
_CATEGORIES = {
    "Identité, état civil": {"name", "civility", "partial_date", "signature"},
    "Coordonnées": {"email", "phone", "address"},
    "Vie économique et financière": {"iban", "family_quotient", "amount"},
    "Vie professionnelle, organismes": {"siret", "rna"},
    "Localisation": {"map", "commune", "departement", "region", "country"},
    "Véhicules": {"plate"},
    "Fichiers et justificatifs": {"file"},
}
_PERSONS = {"person": "particuliers", "association": "membres d’associations", "company": "représentants d’entreprises"}
_TO_COMPLETE = "à compléter"
# What the portal itself does, whatever the procedure: facts of this program, each held by its tests.
SECURITY = (
    "Droits par service, par secteur et par démarche ; second facteur pour les agents ; consultations journalisées "
    "12 mois ; journal chaîné des actes ; fichiers contrôlés et servis après contrôle des droits ; réponses sensibles "
    "absentes de la recherche, des listes et des courriels."
)


@dataclass(frozen=True)
class Treatment:
    """One line of the register: what a procedure does with data."""

    procedure: str
    title: str
    version: int
    published_on: str
    controller: str
    controller_siret: str
    dpo: str
    department: str
    purpose: str
    basis: str
    basis_text: str
    persons: str
    categories: str
    sensitive: str
    recipients: str
    transfers: str
    retention: str
    security: str

    def missing(self) -> list[str]:
        """Return the headings of what the procedure, or the town, does not say yet."""
        return [column.title for column in COLUMNS if getattr(self, column.key) == _TO_COMPLETE]


COLUMNS = [
    Column("title", "Traitement"),
    Column("procedure", "Démarche"),
    Column("version", "Version", "number"),
    Column("published_on", "Publiée le"),
    Column("controller", "Responsable"),
    Column("controller_siret", "SIRET"),
    Column("dpo", "Délégué à la protection des données"),
    Column("department", "Service chargé"),
    Column("purpose", "Finalité"),
    Column("basis", "Base légale"),
    Column("basis_text", "Texte"),
    Column("persons", "Personnes concernées"),
    Column("categories", "Catégories de données"),
    Column("sensitive", "Données sensibles"),
    Column("recipients", "Destinataires"),
    Column("transfers", "Transferts hors de l’Union européenne"),
    Column("retention", "Durées de conservation"),
    Column("security", "Mesures de sécurité"),
]


def treatments(departments: Iterable[int] | None = None) -> list[Treatment]:
    """Return the line of each procedure that has been published, by title; of some departments where they are given."""
    found = Procedure.objects.filter(current_version__isnull=False)
    if departments is not None:
        found = found.filter(department__in=departments)
    wanted = found.select_related("current_version", "department__entity").order_by("title", "pk")
    with translation.override("fr"):
        return [_treatment(procedure) for procedure in wanted]


def _treatment(procedure: Procedure) -> Treatment:
    version, entity, here = procedure.current_version, procedure.department.entity, town.current()
    assert version is not None, "it was asked for"  # noqa: S101
    definition = version.definition
    privacy = definition.privacy
    dpo = ", ".join(filter(None, (entity.dpo_name or here.dpo_name, entity.dpo_email or here.dpo_email)))
    return Treatment(
        procedure=procedure.slug,
        title=definition.title,
        version=version.number,
        published_on=timezone.localdate(version.published_at).isoformat(),
        controller=entity.name,
        controller_siret=entity.siret,
        dpo=dpo or _TO_COMPLETE,
        department=procedure.department.name,
        purpose=privacy.purpose or _TO_COMPLETE,
        basis=_BASES.get(privacy.basis or "", _TO_COMPLETE),
        basis_text=privacy.basis_text or _TO_COMPLETE,
        persons=_persons(definition),
        categories=_categories(definition),
        sensitive=", ".join(field.name for field in _every(definition) if field.sensitive) or "Aucune",
        recipients=", ".join(privacy.recipients) or _TO_COMPLETE,
        transfers=_TO_COMPLETE,
        retention=_retention(definition),
        security=SECURITY,
    )


def _every(definition: ProcedureDefinition) -> list[Field]:
    tops = [field for step in definition.all_steps for field in step.fields]
    return [field for top in tops for field in (top, *top.inner()) if field.asked]


def _persons(definition: ProcedureDefinition) -> str:
    asks = definition.applicant
    if asks.identification == "none":
        return "Personnes qui écrivent sans donner leur identité"
    said = ", ".join(_PERSONS[kind] for kind in asks.kinds)
    return f"Demandeurs : {said} ; personnes que leurs réponses désignent"


def _categories(definition: ProcedureDefinition) -> str:
    """Name the categories of what is asked, each with its questions; the rest is the content of the request."""
    named: dict[str, list[str]] = {}
    for field in _every(definition):
        if field.id.startswith("applicant_"):
            continue
        wanted = next((name for name, types in _CATEGORIES.items() if field.type in types), "Contenu de la demande")
        if field.name not in named.setdefault(wanted, []):
            named[wanted].append(field.name)
    lines = ["Identité et coordonnées du demandeur"] if definition.applicant.identification != "none" else []
    lines += [f"{category} : {', '.join(names)}" for category, names in named.items()]
    return "\n".join(lines)


def _retention(definition: ProcedureDefinition) -> str:
    privacy = definition.privacy
    lines = ["Brouillon : 90 jours après la dernière modification"]
    if privacy.retention_months:
        lines.append(f"Demande : {privacy.retention_months} mois après sa fin")
    elif not privacy.retention_text:
        lines.append(f"Demande : {_TO_COMPLETE}")
    if privacy.retention_text:
        lines.append(privacy.retention_text)
    short = [field.name for field in _every(definition) if isinstance(field, FileField) and field.is_short_lived]
    if short:
        lines.append(f"Détruits quelque temps après la décision : {', '.join(short)}")
    lines.append("Consultations par les agents : 12 mois")
    return "\n".join(lines)


def as_json(found: list[Treatment]) -> str:
    """Return the register for a program: who answers for it, the day, one object a treatment."""
    here = town.current()
    said: dict[str, Any] = {
        "format": 1,
        "town": here.name,
        "siret": here.siret,
        "made_on": timezone.localdate().isoformat(),
        "treatments": [asdict(one) for one in found],
    }
    return json.dumps(said, ensure_ascii=False, indent=1)


class _Book:
    """The one sheet of the register, and the sheet that says what each column is."""

    def __init__(self, found: list[Treatment], stack: ExitStack) -> None:
        self._sheet = self._table("Registre", COLUMNS, stack)
        for one in found:
            self._sheet.add([getattr(one, column.key) for column in COLUMNS])
        self._legend = self._table("Colonnes", [Column("colonne", "Colonne"), Column("cle", "Clé")], stack)
        for column in COLUMNS:
            self._legend.add([column.title, column.key])

    def _table(self, name: str, columns: list[Column], stack: ExitStack) -> Table:
        table = Table(name, columns, lambda: None)
        stack.callback(table.close)
        return table

    def all(self) -> list[Table]:
        """Return the sheets, the register first."""
        return [self._sheet]

    def legend(self) -> Table:
        """Return what each column is called by programs."""
        return self._legend


def write_ods(out: IO[bytes], found: list[Treatment]) -> None:
    """Write the register as a spreadsheet."""
    with ExitStack() as stack:
        ods_format.write(out, _Book(found, stack))
