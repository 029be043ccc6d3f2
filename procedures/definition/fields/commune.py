"""A French commune, today's or, where asked, one that has merged since: INSEE code, name, postcode, département."""

from typing import Any, ClassVar, Literal, Self

from ..base import Json
from ..searching import key
from .base import Raw, ValueType
from .official import OfficialField


class CommuneField(OfficialField):
    type: Literal["commune"]
    # Former communes too, with their dates where they are known: for a place of birth or of marriage.
    historic: bool = False

    parts: ClassVar[dict[str, ValueType]] = {
        "code": "text",
        "name": "text",
        "postcode": "text",
        "departement": "text",
        "departement_name": "text",
    }

    @property
    def source(self) -> str:
        """Today's communes, or the former ones with them."""
        return "commune_historic" if self.historic else "commune"

    def value_of(self, value: Json) -> str:
        """A former commune shares its code with today's: its end and its name tell it."""
        if "now" not in value:
            return str(value["code"])
        return f"{value['code']}:{value.get('until', '?')}:{key(value['name'])}"

    def to_initial(self, value: Json) -> Any:
        """Show the name, with the postcode that was chosen."""
        if not value:
            return None
        text = f"{value.get('postcode', '')} {value['name']}".strip()
        return {"value": self.value_of(value), "text": text}

    def display(self, value: Json) -> str:
        """Say the name, the postcode and the département."""
        if not value:
            return ""
        place = f"{value['name']} ({value.get('postcode') or value['departement']})"
        return f"{place}, {value['departement_name']}" if value.get("departement_name") else place

    @classmethod
    def sample(cls) -> Self:
        """Return a place of birth."""
        return cls(type="commune", id="q", label="Commune de naissance", historic=True)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a commune that its name and its postcode tell from others."""
        stored = {
            "code": "69266",
            "name": "Villeurbanne",
            "departement": "69",
            "departement_name": "Rhône",
            "postcode": "69100",
        }
        return {"q": "", "q-text": "69100 villeurbanne"}, stored

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a name that many bear, no commune at all, marks, a value made up."""
        return [
            {},
            {"q-text": "Saint Denis"},
            {"q-text": "zzzzzz"},
            {"q-text": "\U0001f600\u202e\x00"},
            {"q-text": "a" * 10_000},
            {"q": "00000"},
            {"q": "!", "q-text": "Saint Denis"},
            {"q": ["69266", "zz"], "q-text": ["Lyon", "Saint Denis"]},
        ]
