"""A person's name: family name, name in use, given names, and the civility where it is asked."""

import unicodedata
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.kit.widgets import Input
from portal.kit.widgets import NameParts as Widget

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, ValueType, at_parts
from .civility import CIVILITIES, civilities
from .dated import about, typed, wrong

TEXTS = ("family", "usage", "given")
LONGEST = 100
_MARKS = " -'’‘ʼ.,·‐‑"
Needed = Literal["civility", "family", "given"]


class NameField(Field):
    """A person may bear one name only, names of one letter, and no given name: only what is in ``needed`` is."""

    type: Literal["name"]
    own: bool = True  # the person's own name: browsers may fill it in (RGAA 11.13)
    usage_name: bool = True
    civility: bool = False
    needed: list[Needed] = ["family"]

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"civility": "choice", **dict.fromkeys(TEXTS, "text")}

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the civility where it is asked, then one input a name."""
        return _Control(
            self,
            widget=Widget(
                self.inputs(),
                civilities(also_neutral=True) if self.civility else (),
                required="civility" in self.needed,
            ),
            **self.common(),
        )

    def inputs(self) -> list[Input]:
        """Return the inputs of the names that are asked."""
        family = Input(
            "family",
            _("Birth name (family name)"),
            hint=_("Someone who bears one name only writes it here."),
            autocomplete="family-name" if self.own else "off",
            required="family" in self.needed,
        )
        usage = Input("usage", _("Name in use"), hint=_("If it differs, such as a married name."), required=False)
        given = Input(
            "given",
            _("Given names"),
            hint=_("In the order of civil status. Leave empty if there is none."),
            autocomplete="given-name" if self.own else "off",
            required="given" in self.needed,
        )
        return [family, usage, given] if self.usage_name else [family, given]

    def missing(self) -> str:
        """Say what is needed."""
        return str(_("Write the name: “%(label)s”.") % {"label": self.name})

    def display(self, value: Json) -> str:
        """Say the name in full, then the name in use."""
        if not value:
            return ""
        first = " ".join(part for part in (self._civility(value), value.get("given"), value.get("family")) if part)
        usage = _("Name in use: %(name)s") % {"name": value["usage"]} if value.get("usage") else ""
        return "\n".join(line for line in (first, usage) if line)

    @staticmethod
    def _civility(value: Json) -> str:
        return str(CIVILITIES.get(value.get("civility") or "", ""))

    def search_terms(self, value: Json) -> list[str]:
        """Find by each name."""
        return [value[part] for part in TEXTS if value.get(part)] if value else []

    def facet(self, value: Json) -> str | None:
        """Sort by family name."""
        return (
            " ".join(part for part in ((value or {}).get("family"), (value or {}).get("given")) if part)[:200] or None
        )

    def export_columns(self) -> list[str]:
        """Return one column a part."""
        parts = [_("form of address"), _("family name"), _("name in use"), _("given names")]
        return [f"{self.name} – {part}" for part in parts]

    def export(self, value: Json) -> list[Json]:
        """Export each part; the form of address in words."""
        return [self._civility(value or {}) or None, *((value or {}).get(part) or None for part in TEXTS)]

    @classmethod
    def sample(cls) -> Self:
        """Return the person's own name with the form of address."""
        return cls(type="name", id="q", label="Votre nom", civility=True, needed=["civility", "family"])

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a name of one letter, with an apostrophe and a hyphen beside it."""
        raw = {"q-civility": "mme", "q-family": " O ", "q-usage": "d’Ée-Le  Goff", "q-given": "Zoé, Anne-Lise"}
        return raw, {"civility": "mme", "family": "O", "usage": "d’Ée-Le Goff", "given": "Zoé, Anne-Lise"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a part missing, an address, figures, signs, marks alone, too long, an unknown civility."""
        good = {"q-civility": "m", "q-family": "Petit", "q-usage": "", "q-given": "Jean"}
        return [
            {},
            {**good, "q-family": ""},
            {**good, "q-civility": ""},
            {**good, "q-civility": "dr"},
            {**good, "q-family": "zoe@exemple.fr"},
            {**good, "q-family": "Petit2"},
            {**good, "q-given": "Jean ３"},
            {**good, "q-given": "<b>"},
            {**good, "q-usage": "🙂"},
            {**good, "q-family": "-’-"},
            {**good, "q-family": "\u202e\x07"},
            {**good, "q-given": "J" * 10_000},
            {"q-given": "Jean"},
        ]


def name_error(text: str) -> str:
    """Return what is wrong with a name, and how to mend it; an empty text where nothing is."""
    if len(text) > LONGEST:
        return _("This name is too long: keep it under %(limit)d characters.") % {"limit": LONGEST}
    if "@" in text:
        return _("This is an e-mail address. Write the name alone.")
    kinds = {char: unicodedata.category(char)[0] for char in text}
    if "N" in kinds.values():
        return _("A name holds no figure. Write the name alone.")
    strange = next((char for char, kind in kinds.items() if kind not in "LM" and char not in _MARKS), "")
    if strange:
        return _("A name is written with letters, spaces, hyphens and apostrophes. Remove “%(sign)s”.") % {
            "sign": strange
        }
    if text and "L" not in kinds.values():
        return _("Write the name with its letters.")
    return ""


class _Control(QuestionControl[NameField]):
    def clean(self, value: Any) -> dict[str, str] | None:
        """Return the four parts; the error names the wrong ones."""
        parts = typed(value, ("civility", *TEXTS), LONGEST * 3)
        parts |= {name: " ".join(parts[name].split()) for name in TEXTS}
        if not self.question.civility:
            parts["civility"] = ""
        if not self.question.usage_name:
            parts["usage"] = ""
        needed = [name for name in self.question.needed if name != "civility" or self.question.civility]
        if not any(parts.values()):
            if self.required:
                raise at_parts(self.error_messages["required"], needed, "required")
            return None
        errors = []
        missing = {
            "civility": _("Choose a form of address."),
            "family": _("Write the family name. Someone who bears one name only writes it there."),
            "given": _("Write the given names."),
        }
        errors += [wrong(missing[name], [name]) for name in needed if not parts[name]]
        if parts["civility"] and parts["civility"] not in dict(civilities(also_neutral=True)):
            errors.append(wrong(_("Choose one of the answers of the list."), ["civility"]))
        labels = {one.part: one.label for one in self.question.inputs()}
        errors += [wrong(about(labels[name], said), [name]) for name in labels if (said := name_error(parts[name]))]
        if not any(parts[name] for name in TEXTS) and not errors:
            errors.append(wrong(missing["family"], ["family"]))
        if errors:
            raise ValidationError(errors)
        return parts
