"""The town of the bench: a fresh SQLite database and one procedure of three steps and twenty fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management import call_command
from django.core.wsgi import get_wsgi_application

from bench_support.browser import Browser
from procedures.models import Procedure
from tests.support import samples

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

# What a person types, step by step: five questions, nine, then the six of her identity.
TYPED: dict[str, dict[str, str | list[str]]] = {
    "demandeur": {
        "family_name": "Lefèvre",
        "given_name": "Zoé",
        "email": "zoe.lefevre@exemple.fr",
        "born-day": "29",
        "born-month": "2",
        "born-year": "1960",
        "kind": "full",
    },
    "evenement": {
        "mother": "Anne Morvan",
        "father": "Paul Lefèvre",
        "copies": "2",
        "happened-day": "12",
        "happened-month": "3",
        "happened-year": "1990",
        "where-street": "14 rue des Tanneurs",
        "where-extra": "",
        "where-postcode": "99240",
        "where-city": "Val-de-Brume",
        "where-country": "",
        "urgent": "no",
        "days": ["lundi", "jeudi"],
        "reason": "Bonjour,\r\nj’ai besoin de cet acte pour un dossier de mariage.\r\nMerci.",
        "agreed": "on",
    },
    "applicant": {
        "applicant_family_name": "Lefèvre",
        "applicant_given_names": "Zoé",
        "applicant_address-street": "14 rue des Tanneurs",
        "applicant_address-extra": "Bâtiment B",
        "applicant_address-postcode": "99240",
        "applicant_address-city": "Val-de-Brume",
        "applicant_address-country": "",
        "applicant_contact": "email",
        "applicant_email": "zoe.lefevre@exemple.fr",
        "applicant_phone": "01 99 00 12 99",
    },
}


@dataclass(frozen=True)
class World:
    """What every figure starts from."""

    application: WSGIApplication
    procedure: Procedure

    def browser(self, **cookies: str) -> Browser:
        """Return a new browser."""
        return Browser(self.application, cookies)


def build() -> World:
    """Make the database, the static files and the procedure."""
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    call_command("migrate", verbosity=0)
    call_command("collectstatic", verbosity=0, interactive=False)
    procedure = samples.procedure("etalon", steps=steps())
    count = len(procedure.current_version.definition.fields) if procedure.current_version else 0
    if count != 20:
        raise RuntimeError(f"the bench's procedure has {count} fields, not 20")
    return World(get_wsgi_application(), procedure)


def steps() -> list[dict[str, Any]]:
    """Return the two written steps; the applicant's identity is the third."""
    return [
        step(
            "demandeur",
            "Votre demande",
            [
                field("text", "family_name", "Nom de naissance", max_length=80, searchable=True),
                field("text", "given_name", "Prénom", max_length=80),
                field("email", "email", "Adresse électronique", help="Par exemple : nom@exemple.fr"),
                field("date", "born", "Date de naissance", earliest="1900-01-01", latest="today"),
                field(
                    "choice",
                    "kind",
                    "Type d’acte",
                    filterable=True,
                    options=options(full="Copie intégrale", extract="Extrait", short="Extrait sans filiation"),
                ),
            ],
        ),
        step(
            "evenement",
            "L’événement",
            [
                field("text", "mother", "Nom de la mère", searchable=True),
                field("text", "father", "Nom du père", required=False),
                field("number", "copies", "Nombre d’exemplaires", minimum=1, maximum=5),
                field("date", "happened", "Date de l’événement", latest="today", filterable=True),
                field("address", "where", "Lieu de l’événement", own=False),
                field("yes_no", "urgent", "Est-ce urgent ?"),
                field(
                    "choices",
                    "days",
                    "Jours souhaités",
                    options=options(lundi="Lundi", mardi="Mardi", jeudi="Jeudi"),
                ),
                field("long_text", "reason", "Motif de la demande", max_length=1000),
                field("consent", "agreed", "J’accepte d’être rappelé à ce sujet"),
            ],
        ),
    ]


def step(name: str, title: str, fields: list[dict[str, Any]]) -> dict[str, Any]:
    """Return one step of one section."""
    sections = [{"id": f"{name}_s", "fields": fields}]
    return {"id": name, "title": title, "question": f"{title} : que faut-il savoir ?", "sections": sections}


def field(kind: str, name: str, label: str, **options: Any) -> dict[str, Any]:
    """Return one question as a definition writes it."""
    return {"type": kind, "id": name, "label": label, **options}


def options(**labels: str) -> list[dict[str, str]]:
    """Return the options of a list."""
    return [{"value": value, "label": label} for value, label in labels.items()]
