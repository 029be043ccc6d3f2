"""The invented people of the double, as each service would describe them."""

import hashlib
from typing import Any

# Key → what the service says. Births known by year only and births abroad are there on purpose.
PEOPLE: dict[str, dict[str, dict[str, Any]]] = {
    "franceconnect": {
        "camille": {
            "given_name": "Camille Jeanne",
            "family_name": "Marchand",
            "birthdate": "1984-05-17",
            "gender": "female",
            "birthplace": "99001",
            "birthcountry": "99100",
            "email": "camille.marchand@exemple.fr",
        },
        "yvonne": {
            "given_name": "Yvonne Marie",
            "family_name": "Morvan",
            "preferred_username": "Kervella",
            "birthdate": "1957-00-00",
            "gender": "female",
            "birthplace": "99001",
            "birthcountry": "99100",
            "email": "camille.marchand@exemple.fr",
        },
        "idris": {
            "given_name": "Idris",
            "family_name": "Benhadou",
            "birthdate": "1990-03-12",
            "gender": "male",
            "birthplace": "",
            "birthcountry": "99352",
            "email": "citoyen@exemple.fr",
        },
    },
    "proconnect": {
        "lea": {
            "given_name": "Léa",
            "usual_name": "Fontaine",
            "email": "nouvelle.agente@exemple.fr",
            "uid": "lea",
            "siret": "21990001500012",
        },
        "nadia": {
            "given_name": "Nadia",
            "usual_name": "Roussel",
            "email": "agent@exemple.fr",
            "uid": "nadia",
            "siret": "21990001500012",
        },
        "paul": {
            "given_name": "Paul",
            "usual_name": "Ailleurs",
            "email": "nouvelle.agente@exemple.fr",
            "uid": "paul",
            "siret": "99999999900017",
        },
    },
}


def sub(service: str, person: str) -> str:
    """Return the stable, opaque name of a person at a service."""
    return hashlib.sha256(f"{service}/{person}".encode()).hexdigest() + "v1"


def name(claims: dict[str, Any]) -> str:
    """Return the name that the choice shows."""
    return f"{claims['given_name']} {claims.get('family_name') or claims['usual_name']}"
