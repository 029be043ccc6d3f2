"""The columns that every request has, whatever was asked: where it stands, and who filed it."""

from collections.abc import Callable

from portal.kit.templatetags.kit import phone
from procedures.definition.fields.address import PARTS
from procedures.models import Submission
from town.models import Sector

from .cells import Cell, Column, Row, moment
from .person_ids import person_id

Reader = Callable[[Submission, Sector], Cell]
REFERENCE = Column("reference", "Référence")

_STANDS: list[tuple[Column, Reader]] = [
    (REFERENCE, lambda case, _: case.reference),
    (Column("demarche", "Démarche"), lambda case, _: case.procedure.title),
    (Column("version", "Version", "number"), lambda case, _: case.version.number),
    (Column("service", "Service"), lambda case, _: case.department.name),
    (Column("canal", "Canal"), lambda case, _: case.get_channel_display()),
    (Column("recue_le", "Reçue le", "datetime"), lambda case, _: _received(case)),
    (Column("enregistree_le", "Enregistrée le", "datetime"), lambda case, _: moment(case.recorded_at)),
    (Column("etat", "État"), lambda case, _: case.version.definition.workflow.state(case.state).label),
    (Column("statut", "Statut"), lambda case, _: case.get_status_display()),
    (Column("issue", "Issue"), lambda case, _: case.get_outcome_display() or None),
    (Column("echeance", "Échéance légale", "date"), lambda case, _: case.due_on),
    (Column("agent", "Agent"), lambda case, _: case.assigned_to.display_name if case.assigned_to else None),
    (Column("personne", "Personne"), lambda case, sector: person_id(case.person, sector) or None),
]
_KINDS = {"person": "personne", "association": "association", "company": "entreprise ou organisme"}
_IDENTITY: list[tuple[Column, Reader]] = [
    (Column("demandeur", "Demandeur"), lambda case, _: case.applicant.display_name),
    (Column("demandeur.nature", "Nature du demandeur"), lambda case, _: _KINDS.get(case.applicant.kind)),
    (Column("demandeur.nom", "Nom"), lambda case, _: case.applicant.family_name or None),
    (Column("demandeur.prenoms", "Prénoms"), lambda case, _: case.applicant.given_names or None),
    (Column("demandeur.organisme", "Organisme"), lambda case, _: case.applicant.organisation or None),
    (Column("demandeur.immatriculation", "RNA ou SIRET"), lambda case, _: case.applicant.registration or None),
    (Column("demandeur.courriel", "Adresse électronique"), lambda case, _: case.applicant.email or None),
    (Column("demandeur.telephone", "Téléphone"), lambda case, _: phone(case.applicant.phone) or None),
]
_ADDRESS = ("voie", "Voie"), ("complement", "Complément"), ("code_postal", "Code postal"), ("commune", "Commune")
_ADDRESS_COLUMNS = [Column(f"demandeur.{key}", title) for key, title in (*_ADDRESS, ("pays", "Pays"))]


def columns(*, identity: bool) -> list[Column]:
    """Return the columns, those of the applicant's identity only where they are asked for."""
    stands = [column for column, _reader in _STANDS]
    return [*stands, *(column for column, _reader in _IDENTITY), *_ADDRESS_COLUMNS] if identity else stands


def row(case: Submission, sector: Sector, *, identity: bool) -> Row:
    """Return the cells of a request, in the order of ``columns``."""
    cells: Row = [read(case, sector) for _column, read in _STANDS]
    if identity:
        address = case.applicant.address or {}
        cells += [read(case, sector) for _column, read in _IDENTITY]
        cells += [address.get(part) or None for part in PARTS]
    return cells


def _received(case: Submission) -> Cell:
    """Say when the town got it: a letter often says its day only."""
    received = moment(case.received_at)
    return received if received is None or case.hour_known else received.date()
