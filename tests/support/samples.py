"""A small town and a small procedure, as plain functions: what most tests start from."""

from datetime import time
from typing import Any

from accounts.models import Person, User
from accounts.permissions import Actor
from procedures.definition.completeness import asks_for_nir
from procedures.definition.upgrade import parse
from procedures.lifecycle.publish import publish
from procedures.models import Procedure
from town.models import Department, LegalEntity, OpeningHours, Place, Sector, Town

PASSWORD = "une phrase bien longue"


def town() -> Town:
    """Return the one town of the tests, complete."""
    here, _ = Town.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Val-de-Brume",
            "siret": "21990001500012",
            "street": "1 place de l’Hôtel-de-Ville",
            "postcode": "99240",
            "city": "Val-de-Brume",
            "phone": "0199001240",
            "email": "mairie@val-de-brume.example",
            "mayor_name": "Jeanne Exemple",
            "mayor_title": "la maire",
            "dpo_name": "Dominique Exemple",
            "dpo_email": "dpo@val-de-brume.example",
            "host_name": "Hébergeur fictif",
            "host_address": "2 rue de l’Exemple, 99000 Hautebrume",
            "court": "tribunal administratif de Hautebrume, 3 rue du Palais, 99000 Hautebrume",
        },
    )
    return here


def department(slug: str = "etat-civil", name: str = "Service État civil", sector: str = "population") -> Department:
    """Return a department, open on Mondays."""
    town()
    found, created = Department.objects.get_or_create(
        slug=slug,
        defaults={
            "name": name,
            "sector": Sector.objects.get_or_create(code=sector, defaults={"name": sector})[0],
            "entity": LegalEntity.objects.get_or_create(
                siret="21990001500012", defaults={"name": "Commune de Val-de-Brume"}
            )[0],
            "place": Place.objects.get_or_create(
                name="Mairie",
                defaults={"street": "1 place de l’Hôtel-de-Ville", "postcode": "99240", "city": "Val-de-Brume"},
            )[0],
            "phone": "0199001252",
            "email": f"{slug}@val-de-brume.example",
        },
    )
    if created:
        OpeningHours.objects.create(department=found, weekday=0, opens=time(8, 30), closes=time(12, 30))
    return found


def content(**changes: Any) -> dict[str, Any]:
    """Return a definition with a branch, a reveal, a file and each kind of condition; ``changes`` replace its parts."""
    base: dict[str, Any] = {
        "id": "acte",
        "title": "Demander un acte",
        "summary": "Une copie ou un extrait.",
        "theme": "Papiers et état civil",
        "keywords": ["papier naissance"],
        "service": "etat_civil",
        "who_may_ask": "Toute personne.\n\n- vous-même ;\n- un proche.",
        "documents": ["Le livret de famille"],
        "cost": "Gratuit",
        "minutes": 5,
        "usual_delay": "3 jours",
        "other_ways": {
            "counter": "Venez au {address}.",
            "post": "Écrivez au {address}.",
            "phone": "Appelez le {phone}.",
        },
        "applicant": {"identification": "full"},
        "legal": {
            "nature": "request",
            "basis": "Décret n° 2017-890, article 30.",
            "silence_effect": "rejection",
            "silence_delay": {"count": 2, "unit": "months"},
            "silence_legal_basis": "Article L. 231-4 du CRPA",
            "remedies": ["Écrire à {mayor} pour demander de revoir la décision.", "Saisir le {court}."],
            "review": "done",
        },
        "privacy": {
            "purpose": "Délivrer l’acte.",
            "basis": "public_task",
            "basis_text": "Mission d’intérêt public.",
            "recipients": ["le service État civil"],
            "retention_months": 24,
            "retention_text": "Les réponses sont gardées 2 ans.",
            "if_not_provided": "Sans elles, l’acte ne peut pas être délivré.",
        },
        "letters": {
            "next_steps": ["Le service vérifie votre demande", "Nous vous envoyons l’acte"],
            "granted": "Votre demande est acceptée.",
            "refused": "Votre demande ne peut pas être acceptée.",
        },
        "workflow": "decision_with_pieces",
        "steps": [
            {
                "id": "acte",
                "title": "Acte souhaité",
                "question": "Quel acte voulez-vous ?",
                "sections": [
                    {
                        "id": "acte_s",
                        "fields": [
                            {
                                "type": "choice",
                                "id": "kind",
                                "label": "Type d’acte",
                                "filterable": True,
                                "options": [
                                    {"value": "full", "label": "Copie intégrale"},
                                    {"value": "bare", "label": "Extrait sans filiation"},
                                    {"value": "other", "label": "Autre"},
                                ],
                            },
                            {
                                "type": "text",
                                "id": "which",
                                "label": "Lequel ?",
                                "when": {"field": "kind", "op": "is", "value": "other"},
                            },
                            {
                                "type": "number",
                                "id": "copies",
                                "label": "Nombre d’exemplaires",
                                "minimum": 1,
                                "maximum": 5,
                            },
                        ],
                    }
                ],
            },
            {
                "id": "parents",
                "title": "Parents",
                "question": "Qui sont les parents ?",
                "when": {"not": {"field": "kind", "op": "is", "value": "bare"}},
                "sections": [
                    {
                        "id": "parents_s",
                        "fields": [
                            {"type": "text", "id": "mother", "label": "Nom de la mère", "searchable": True},
                            {
                                "type": "text",
                                "id": "secret",
                                "label": "Chose sensible",
                                "sensitive": True,
                                "searchable": True,
                                "required": False,
                            },
                            {"type": "file", "id": "proof", "label": "Livret de famille", "max_files": 2},
                        ],
                    }
                ],
            },
        ],
    }
    whole = {**base, **changes}
    if whole["applicant"]["identification"] != "full" and "legal" not in changes:
        # Only a report comes without saying who sends it (R112-9-1).
        whole["legal"] = {**whole["legal"], "nature": "report"}
    return whole


def completed(imported: dict[str, Any]) -> dict[str, Any]:
    """Return an imported definition with what a town would say: nothing that blocks its publication is left."""
    whole = _merged(content(), imported)
    whole["legal"]["review"] = "done"
    if whole["applicant"]["identification"] != "full":
        whole["legal"]["nature"] = "report"
    whole["steps"] = [step for step in map(_completed_step, imported["steps"]) if step["sections"]]
    return whole


def _merged(complete: dict[str, Any], said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said, and the complete one's words where nothing was."""
    whole = dict(complete)
    for name, value in said.items():
        inner = complete.get(name)
        if isinstance(value, dict) and isinstance(inner, dict):
            whole[name] = _merged(inner, value)
        elif value or name not in complete:
            whole[name] = value
    return whole


def _completed_step(step: dict[str, Any]) -> dict[str, Any]:
    sections = [{**section, "fields": _completed_fields(section["fields"])} for section in step["sections"]]
    return {**step, "sections": [section for section in sections if section["fields"]]}


def _completed_fields(fields: list[dict[str, Any]]) -> list[dict[str, Any]]:
    kept = []
    for field in fields:
        more = {"legal_reference": "Décret n° 2019-341, article 2"} if asks_for_nir(field["label"]) else {}
        inside = {"fields": _completed_fields(field["fields"])} if field["type"] == "group" else {}
        if field["type"] != "placeholder" and inside.get("fields") != []:
            kept.append({**field, **more, **inside})
    return kept


def procedure(slug: str = "acte", *, department: Department | None = None, **changes: Any) -> Procedure:
    """Return a published procedure."""
    home = department or globals()["department"]()
    found = Procedure.objects.create(slug=slug, title="x", theme="x", department=home)
    publish(found, parse(content(**changes)), by=Actor(), reviewed_by="Test", reviewed_on=None)
    return found


def citizen(email: str = "camille@exemple.fr", family_name: str = "Marchand", given_names: str = "Camille") -> User:
    """Return a citizen's login, with her person."""
    user = User.objects.create_user(email, PASSWORD)
    Person.objects.create(user=user, family_name=family_name, given_names=given_names)
    return user
