"""A definition to begin from: one question, the usual workflow and remedies; what only the town can say is left empty."""

from typing import Any

# French alone: it is the document that the town will publish.
_REMEDIES = [
    "Vous pouvez demander à la mairie de revoir sa décision, dans les 2 mois : {mayor} examine ce recours gracieux. "
    "Sans réponse sous 2 mois, il est rejeté.",
    "Vous pouvez saisir le juge dans les 2 mois, aussi en ligne sur telerecours.fr : {court} (articles R. 421-1 et "
    "R. 421-2 du code de justice administrative).",
    "Un recours gracieux envoyé à temps prolonge le délai : vous gardez 2 mois pour saisir le juge après sa réponse ou "
    "son rejet (article L. 411-2 du code des relations entre le public et l’administration).",
]


def blank(department: str) -> dict[str, Any]:
    """Return the JSON of a new definition, for a department of that name."""
    return {
        "id": "nouvelle",
        "title": "Nouvelle démarche",
        "service": "service",
        "other_ways": {
            "counter": "Venez à cette adresse : {address}. Un agent remplit la demande avec vous.",
            "post": "Écrivez à cette adresse : {address}.",
            "phone": "Appelez le {phone}. Un agent remplit la demande avec vous.",
        },
        "applicant": {"identification": "full"},
        "legal": {"remedies": _REMEDIES},
        "privacy": {
            "recipients": [f"Le service {department}" if not department.lower().startswith("service") else department],
            "if_not_provided": "Sans les réponses obligatoires, nous ne pouvons pas traiter votre demande.",
        },
        "letters": {
            "next_steps": ["Le service étudie votre demande.", "Vous recevez sa réponse."],
            "granted": "Votre demande est acceptée.",
            "refused": "Votre demande ne peut pas être acceptée. Voici pourquoi, et ce que vous pouvez faire.",
        },
        "workflow": "decision_with_pieces",
        "steps": [
            {
                "id": "demande",
                "title": "Votre demande",
                "question": "Que demandez-vous ?",
                "sections": [
                    {
                        "id": "demande_1",
                        "fields": [{"type": "long_text", "id": "demande", "label": "Décrivez votre demande"}],
                    }
                ],
            }
        ],
    }
