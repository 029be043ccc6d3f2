"""Départements, régions and countries: short official lists, searched by name or code."""

from typing import ClassVar, Literal, Self

from django.utils.translation import gettext as _

from ..base import Json
from .base import Raw, ValueType
from .official import OfficialField


class DepartementField(OfficialField):
    type: Literal["departement"]

    parts: ClassVar[dict[str, ValueType]] = {"code": "text", "name": "text", "region": "text"}

    @property
    def source(self) -> str:
        """The départements and overseas collectivities."""
        return "departement"

    def display(self, value: Json) -> str:
        """Say the name and the number."""
        return f"{value['name']} ({value['code']})" if value else ""

    @classmethod
    def sample(cls) -> Self:
        """Return a département of residence."""
        return cls(type="departement", id="q", label="Département")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a département by its number."""
        return {"q-text": "69"}, {"code": "69", "name": "Rhône", "region": "Auvergne-Rhône-Alpes"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, several, none."""
        return [{}, {"q-text": "Loir"}, {"q-text": "Bavière"}]


class RegionField(OfficialField):
    type: Literal["region"]

    parts: ClassVar[dict[str, ValueType]] = {"code": "text", "name": "text"}

    @property
    def source(self) -> str:
        """The régions and overseas collectivities."""
        return "region"

    @classmethod
    def sample(cls) -> Self:
        """Return a région."""
        return cls(type="region", id="q", label="Région")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a région without its accents."""
        return {"q-text": "ile de france"}, {"code": "11", "name": "Île-de-France"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, several, none."""
        return [{}, {"q-text": "N"}, {"q-text": "Bavière"}]


class CountryField(OfficialField):
    type: Literal["country"]
    # Countries that no longer exist too, with the year of their end: for a place of birth.
    historic: bool = False

    parts: ClassVar[dict[str, ValueType]] = {"code": "text", "name": "text", "insee": "text"}

    @property
    def source(self) -> str:
        """Today's countries, or the former ones with them."""
        return "country_historic" if self.historic else "country"

    def display(self, value: Json) -> str:
        """Say the name, and when the country ended."""
        if not value or "until" not in value:
            return super().display(value)
        return str(_("%(name)s (former country, until %(year)s)") % {"name": value["name"], "year": value["until"]})

    @classmethod
    def sample(cls) -> Self:
        """Return a country of birth."""
        return cls(type="country", id="q", label="Pays de naissance", historic=True)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a country without its accent."""
        return {"q-text": "bresil"}, {"code": "BR", "name": "Brésil", "insee": "99416"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, several, none."""
        return [{}, {"q-text": "Guiné"}, {"q-text": "Atlantide"}]
