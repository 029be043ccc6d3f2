"""The fictitious town of the demonstration: Val-de-Brume, its entities, sectors, places, departments and hours."""

from datetime import time

from django.db import transaction

from .models import Department, LegalEntity, OpeningHours, Place, ReferenceRow, ReferenceTable, Sector, Town

# Department 99 does not exist in France, nor do these numbers; 01 99 00 xx xx is a range kept for fiction.
_DPO = {"dpo_name": "Dominique Exemple", "dpo_email": "donnees@val-de-brume.example"}
_TOWN = {
    "name": "Val-de-Brume",
    "siret": "21990001500012",
    "street": "1 place de l’Hôtel-de-Ville",
    "postcode": "99240",
    "city": "Val-de-Brume",
    "phone": "0199001240",
    "email": "mairie@val-de-brume.example",
    "mayor_name": "Jeanne Brumaire",
    "mayor_title": "la maire",
    "host_name": "Hébergeur fictif",
    "host_address": "2 rue de l’Exemple, 99000 Hautebrume",
    "host_phone": "0199000200",
    "court": "tribunal administratif de Hautebrume, 3 rue du Palais, 99000 Hautebrume",
    **_DPO,
}
_ENTITIES = {
    "21990001500012": "Commune de Val-de-Brume",
    "26990001500019": "Centre communal d’action sociale de Val-de-Brume",
}
# The sectors of the arrêté of 4 July 2013: the people of one are not seen from another.
_SECTORS = {
    "usagers": "Relations avec les usagers",
    "etat-civil": "État civil et citoyenneté",
    "scolaire": "Prestations scolaires et périscolaires, activités sportives et socioculturelles",
    "voirie": "Polices spéciales et voirie",
    "social": "Travail et social",
}
_PLACES = {
    "Mairie": ("1 place de l’Hôtel-de-Ville", "Entrée de plain-pied par la place. Bus 2, arrêt Hôtel-de-Ville."),
    "Centre technique": ("12 rue des Forgerons", "Parking devant l’entrée."),
    "Maison des associations": ("5 rue du Lavoir", "Ascenseur à droite de l’entrée."),
}
_ALL_DAY = ((8, 30, 12, 30), (13, 30, 17, 30))
_MORNING = ((8, 30, 12, 30),)
_TOWN_HALL = {0: _ALL_DAY, 1: _ALL_DAY, 2: _ALL_DAY, 3: _ALL_DAY, 4: _ALL_DAY, 5: ((9, 0, 12, 0),)}
_OFFICES = {0: _ALL_DAY, 1: _ALL_DAY, 2: _ALL_DAY, 3: _MORNING, 4: _ALL_DAY}
_COMMUNE, _CCAS = _ENTITIES
# slug: name, sector, entity, place, last digits of the telephone, hours
_DEPARTMENTS = {
    "accueil": ("Accueil de la mairie", "usagers", _COMMUNE, "Mairie", "40", _TOWN_HALL),
    "etat-civil": ("Service État civil", "etat-civil", _COMMUNE, "Mairie", "52", _TOWN_HALL),
    "education": ("Service Éducation", "scolaire", _COMMUNE, "Mairie", "53", _OFFICES),
    "voirie": ("Service Voirie", "voirie", _COMMUNE, "Centre technique", "54", _OFFICES),
    "police-municipale": ("Police municipale", "voirie", _COMMUNE, "Mairie", "55", _OFFICES),
    "vie-associative": ("Service Vie associative", "scolaire", _COMMUNE, "Maison des associations", "56", _OFFICES),
    "ccas": ("Centre communal d’action sociale", "social", _CCAS, "Mairie", "57", _OFFICES),
}

# key: name, rows of value, label, hint, parent
_TABLES: dict[str, tuple[str, tuple[tuple[str, str, str, str], ...]]] = {
    "schools": (
        "Écoles",
        (
            ("maternelle-lavoir", "École maternelle du Lavoir", "3 à 5 ans", ""),
            ("elementaire-forgerons", "École élémentaire des Forgerons", "6 à 10 ans", ""),
            ("primaire-moulin", "École primaire du Moulin", "3 à 10 ans", ""),
        ),
    ),
    "halls": (
        "Salles municipales",
        (
            ("fetes", "Salle des fêtes", "200 personnes", ""),
            ("associations", "Maison des associations", "60 personnes", ""),
            ("lavoir", "Salle du Lavoir", "30 personnes", ""),
        ),
    ),
    "streets": (
        "Voies",
        (
            ("hotel-de-ville", "Place de l’Hôtel-de-Ville", "", "primaire-moulin"),
            ("forgerons", "Rue des Forgerons", "", "elementaire-forgerons"),
            ("lavoir", "Rue du Lavoir", "", "maternelle-lavoir"),
            ("tanneurs", "Rue des Tanneurs", "", "primaire-moulin"),
            ("moulin", "Chemin du Moulin", "", "primaire-moulin"),
            ("saint-eloi", "Impasse Saint-Éloi", "", "elementaire-forgerons"),
        ),
    ),
}


def _tables() -> None:
    for key, (name, rows) in _TABLES.items():
        table, created = ReferenceTable.objects.get_or_create(key=key, defaults={"name": name})
        if created:
            made = [
                ReferenceRow(table=table, value=value, label=label, hint=hint, parent=parent, position=place)
                for place, (value, label, hint, parent) in enumerate(rows, start=1)
            ]
            for row in made:
                row.fold()
            ReferenceRow.objects.bulk_create(made)


@transaction.atomic
def load() -> Town:
    """Make what is missing of the demo town; what is there already is left as it was changed."""
    town, _ = Town.objects.get_or_create(pk=1, defaults=_TOWN)
    sectors = {
        code: Sector.objects.get_or_create(code=code, defaults={"name": name})[0] for code, name in _SECTORS.items()
    }
    entities = {
        siret: LegalEntity.objects.get_or_create(siret=siret, defaults={"name": name, **_DPO})[0]
        for siret, name in _ENTITIES.items()
    }
    places = {
        name: Place.objects.get_or_create(
            name=name, defaults={"street": street, "postcode": "99240", "city": "Val-de-Brume", "note": note}
        )[0]
        for name, (street, note) in _PLACES.items()
    }
    for slug, (name, sector, entity, place, digits, week) in _DEPARTMENTS.items():
        department, created = Department.objects.get_or_create(
            slug=slug,
            defaults={
                "name": name,
                "sector": sectors[sector],
                "entity": entities[entity],
                "place": places[place],
                "phone": f"01990012{digits}",
                "email": f"{slug}@val-de-brume.example",
            },
        )
        if created:
            OpeningHours.objects.bulk_create(
                OpeningHours(
                    department=department,
                    weekday=weekday,
                    opens=time(span[0], span[1]),
                    closes=time(span[2], span[3]),
                )
                for weekday, spans in week.items()
                for span in spans
            )
    _tables()
    return town
