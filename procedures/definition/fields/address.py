"""A postal address, French or foreign."""

import re
from typing import Annotated, Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from pydantic import Field as Meta

from portal.kit.widgets import AddressParts

from ..base import Json
from ..lookups import Context, Item
from ..places import of_postcode
from ..searching import key
from .base import Field, Raw, ValueType, at_parts, clean_text

PARTS = ("street", "extra", "postcode", "city", "country")
_POSTCODE = re.compile(r"(0[1-9]|[1-8][0-9]|9[0-9])[0-9]{3}", re.ASCII)


def lines(value: Json) -> list[str]:
    """Return the lines of an envelope: street, extra, postcode and city, and the country when it is not France."""
    if not value:
        return []
    city = f"{value.get('postcode', '')} {value.get('city', '')}".strip()
    country = value.get("country", "")
    return [
        line for line in (value.get("street"), value.get("extra"), city, "" if _is_france(country) else country) if line
    ]


def _is_france(country: str) -> bool:
    return country.strip().lower() in {"", "france", "fr"}


class AddressField(Field):
    type: Literal["address"]
    own: bool = True  # the person's own address: browsers may fill it in (RGAA 11.13)
    # Suggestions while typing, from our own server.
    autocomplete: Annotated[bool, Meta(exclude_if=bool)] = True

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = dict.fromkeys(PARTS, "text")

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the five inputs."""
        served = bool(context and getattr(context.lookups, "serves_addresses", False))
        suggested = ({"street"} if served else set()) | {"postcode"} if self.autocomplete else set()
        widget = AddressParts(own=self.own, suggested=suggested, address=f"suggestions/{self.id}/")
        return _Control(widget=widget, **self.common())

    def suggest(self, text: str, context: Context, limit: int = 20) -> list[Item]:
        """Suggest the towns of a postcode, else whole addresses where the town has a service for them."""
        if not self.autocomplete:
            return []
        typed = re.sub(r"\s", "", text)
        if typed.isdigit():
            return [_town(item, typed) for item in of_postcode(typed)[:limit]]
        return context.lookups.search("address", text, on=context.today, limit=min(limit, 5))

    def warnings(self, value: Json, context: Context | None = None) -> list[str]:
        """Say that the postcode is another town's; delivery codes and places we do not know say nothing."""
        if not value or not _is_france(value.get("country", "")):
            return []
        towns, city = of_postcode(value.get("postcode", "")), key(value.get("city", ""))
        named = [key(item.label) for item in towns]
        if not towns or any(city.startswith(name) or name.startswith(city) for name in named):
            return []
        return [str(_("The postcode %(postcode)s does not seem to be that of %(city)s. Check both.") % value)]

    def missing(self) -> str:
        """Say which parts are needed."""
        return str(_("Write the street, the postcode and the town."))

    def display(self, value: Json) -> str:
        """Say the address as on an envelope."""
        return "\n".join(lines(value))

    def facet(self, value: Json) -> str | None:
        """Sort by street."""
        return (value or {}).get("street") or None

    def export_columns(self) -> list[str]:
        """Return one column a part."""
        parts = (_("street"), _("additional line"), _("postcode"), _("town"), _("country"))
        return [f"{self.name} – {part}" for part in parts]

    def export(self, value: Json) -> list[Json]:
        """Export each part."""
        return [(value or {}).get(part) or None for part in PARTS]

    @classmethod
    def sample(cls) -> Self:
        """Return the person's own address."""
        return cls(type="address", id="q", label="Adresse")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return an address in France."""
        raw = {"q-street": "14 rue des Tanneurs", "q-extra": "", "q-postcode": "99 240", "q-city": "Val-de-Brume"}
        stored = {
            "street": "14 rue des Tanneurs",
            "extra": "",
            "postcode": "99240",
            "city": "Val-de-Brume",
            "country": "France",
        }
        return {**raw, "q-country": "France"}, stored

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, no town, four figures in France, a part too long."""
        return [
            {},
            {"q-street": "1 rue Haute", "q-postcode": "99240", "q-city": "", "q-country": ""},
            {"q-street": "1 rue Haute", "q-postcode": "9924", "q-city": "Val-de-Brume", "q-country": "france"},
            {"q-street": "r" * 201, "q-postcode": "99240", "q-city": "Val-de-Brume", "q-country": ""},
        ]


def _town(item: Item, postcode: str) -> Item:
    parts = {"postcode": postcode, "city": item.label}
    return Item(item.value, f"{postcode} {item.label}", item.hint, {"parts": parts})


class _Control(forms.Field):
    def clean(self, value: Any) -> dict[str, str] | None:
        """Return the five parts; the error names the wrong ones in ``params["parts"]``."""
        parts = {name: clean_text((value or {}).get(name) or "") for name in PARTS}
        if not any(text for name, text in parts.items() if name != "country"):
            if self.required:
                raise at_parts(self.error_messages["required"], ["street", "postcode", "city"], "required")
            return None
        for name, text in parts.items():
            if len(text) > 200:
                raise ValidationError(
                    _("This line is too long: keep it under 200 characters."), params={"parts": [name]}
                )
        french = _is_france(parts["country"])
        missing = [
            name for name in ("street", "postcode", "city") if not parts[name] and (french or name != "postcode")
        ]
        if missing:
            raise ValidationError(_("Write the street, the postcode and the town."), params={"parts": missing})
        if french:
            parts["country"] = "France"
            parts["postcode"] = re.sub(r"\s", "", parts["postcode"])
            if not _POSTCODE.fullmatch(parts["postcode"]):
                raise ValidationError(
                    _("A French postcode has 5 figures, for example 99240. For another country, write its name."),
                    params={"parts": ["postcode"]},
                )
        return parts
