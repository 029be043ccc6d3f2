"""The types of questions as a secretary knows them: their names, what each is for, and the icon beside it."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise

# In the order in which they are offered: most used first in each family.
FAMILIES: list[tuple[Words, list[str]]] = [
    (_("Words and numbers"), ["text", "long_text", "number", "decimal", "amount", "identifier"]),
    (_("A choice"), ["choice", "choices", "yes_no", "table_choice", "linked_choice"]),
    (_("Days and hours"), ["date", "partial_date", "period", "time", "datetime"]),
    (_("A person"), ["name", "civility", "email", "phone", "iban", "family_quotient", "plate"]),
    (_("A place"), ["address", "commune", "map", "departement", "region", "country"]),
    (_("An organisation"), ["siret", "rna"]),
    (_("Documents and agreement"), ["file", "consent", "signature", "request_link"]),
    (_("Only to be read"), ["explanation", "heading"]),
    (_("Several at once"), ["group"]),
]

NAMES: dict[str, tuple[Words, Words]] = {
    "text": (_("Short text"), _("A line: a name, a street, a reason in a few words.")),
    "long_text": (_("Long text"), _("Several lines: what happened, why.")),
    "number": (_("Whole number"), _("How many: copies, children, days.")),
    "decimal": (_("Number with decimals"), _("A surface, a length.")),
    "amount": (_("Amount in euros"), _("A price, an income.")),
    "identifier": (_("Number with a fixed form"), _("A file number whose digits and letters stand in known places.")),
    "choice": (_("One choice"), _("One answer among a few, all of them in view.")),
    "choices": (_("Several choices"), _("As many answers as apply.")),
    "yes_no": (_("Yes or no"), _("Two answers, none of them ticked beforehand.")),
    "table_choice": (_("Choice in a list of the town"), _("Streets, schools, halls: the list is kept elsewhere.")),
    "linked_choice": (_("Choice by degrees"), _("A first answer opens a second list: district, then school.")),
    "date": (_("Day"), _("A day, month and year.")),
    "partial_date": (_("Day that may be unknown"), _("A year alone is accepted: old civil-status records.")),
    "period": (_("Period"), _("A first and a last day.")),
    "time": (_("Hour"), _("An hour and its minutes.")),
    "datetime": (_("Day and hour"), _("A moment.")),
    "name": (_("Name of a person"), _("Family name, first names, used name.")),
    "civility": (_("Form of address"), _("Madame, Monsieur, or none.")),
    "email": (_("E-mail address"), _("Checked as it is typed.")),
    "phone": (_("Telephone"), _("French or foreign.")),
    "iban": (_("Bank account (IBAN)"), _("Its key is checked.")),
    "family_quotient": (_("Family quotient"), _("As the CAF computes it.")),
    "plate": (_("Registration of a vehicle"), _("Present and older forms.")),
    "address": (_("Postal address"), _("In France or abroad.")),
    "commune": (_("Commune"), _("Found by its name or its postcode.")),
    "map": (_("Place on a map"), _("A point, a line or an area.")),
    "departement": (_("Département"), _("One of the list.")),
    "region": (_("Région"), _("One of the list.")),
    "country": (_("Country"), _("One of the list.")),
    "siret": (_("SIRET or SIREN number"), _("Its key is checked.")),
    "rna": (_("RNA number of an association"), _("W and nine digits.")),
    "file": (_("Document to attach"), _("One file or several, photographed or scanned.")),
    "consent": (_("Box to tick"), _("An agreement, a statement on one’s honour.")),
    "signature": (_("Signature"), _("A statement, and one’s name written under it.")),
    "request_link": (_("Another request"), _("The number of a request filed before.")),
    "explanation": (_("Explanation"), _("A text to read; nothing is asked.")),
    "heading": (_("Heading"), _("A title between questions.")),
    "group": (_("Repeated questions"), _("The same questions for each child, each vehicle.")),
    "computed": (_("Computed value"), _("It follows from the other answers.")),
    "placeholder": (_("To be replaced"), _("Imported from elsewhere, and of no type known here.")),
}

_ICONS = {
    "text": "text", "long_text": "text", "identifier": "text", "name": "user", "civility": "user", "signature": "pen",
    "number": "num", "decimal": "num", "amount": "num", "family_quotient": "num", "computed": "num",
    "date": "cal", "partial_date": "cal", "period": "cal", "time": "clock", "datetime": "cal",
    "email": "mail", "phone": "user", "file": "clip", "explanation": "bulb", "heading": "text", "group": "twin",
    "address": "town", "commune": "town", "map": "town", "consent": "check", "placeholder": "late",
}  # fmt: skip


def name_of(kind: str) -> str:
    """Return what a type is called."""
    return str(NAMES[kind][0]) if kind in NAMES else kind


def icon_of(kind: str) -> str:
    """Return the name of the icon of a type."""
    return _ICONS.get(kind, "list")


def offered(kind: str = "") -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the types that one may give a question, by family; a question keeps a type that is offered no more."""
    families = [(str(family), [(key, name_of(key)) for key in keys]) for family, keys in FAMILIES]
    if kind and not any(key == kind for _family, keys in FAMILIES for key in keys):
        families.append((name_of(kind), [(kind, name_of(kind))]))
    return families
