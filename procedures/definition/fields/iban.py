"""A bank account: IBAN, and BIC where it is asked. Sensitive: only the answer itself shows it whole."""

import re
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from stdnum import bic, iban
from stdnum import exceptions as faults
from stdnum.iso7064 import mod_97_10

from portal.kit.widgets import Input, Inputs

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, ValueType
from .dated import typed, wrong

# The letters of a French account number, as its key counts them.
_RIB_LETTERS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "12345678912345678923456789")


def masked(number: str) -> str:
    """Show both ends of an IBAN: FR76 **** … 189."""
    return f"{number[:4]} **** … {number[-3:]}"


def from_rib(number: str) -> str | None:
    """Return the IBAN of a French RIB (bank, branch, account, key: 23 signs); None where its key is wrong."""
    if not re.fullmatch(r"[0-9]{10}[0-9A-Z]{11}[0-9]{2}", number):
        return None
    figures = number[:21].translate(_RIB_LETTERS)
    bank, branch, account = int(figures[:5]), int(figures[5:10]), int(figures[10:])
    if (89 * bank + 15 * branch + 3 * account + int(number[21:])) % 97:
        return None
    return f"FR{mod_97_10.calc_check_digits(number + 'FR')}{number}"


class IbanField(Field):
    type: Literal["iban"]
    with_bic: bool = False
    sensitive: bool = True

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"iban": "text", "bic": "text"}

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build one or two inputs, the person's own account or not: no token stands for it."""
        inputs = [Input("iban", _("IBAN"), hint=_("It begins with 2 letters, FR in France, and stands on your RIB."))]
        if self.with_bic:
            inputs.append(Input("bic", _("BIC"), hint=_("8 or 11 letters and figures."), css="short"))
        return _Control(self, widget=Inputs(inputs), **self.common())

    def missing(self) -> str:
        """Say what is needed."""
        return str(_("Write the IBAN: “%(label)s”.") % {"label": self.name})

    def to_initial(self, value: Json) -> Any:
        """Show the IBAN in groups of four."""
        return {"iban": iban.format(value["iban"]), "bic": value.get("bic", "")} if value else None

    def display(self, value: Json) -> str:
        """Say the IBAN whole, in groups of four, then the BIC."""
        if not value:
            return ""
        lines = [iban.format(value["iban"], "\u00a0")]
        return "\n".join([*lines, _("BIC: %(bic)s") % {"bic": value["bic"]}] if value.get("bic") else lines)

    def search_terms(self, value: Json) -> list[str]:
        """An account is not searched for."""
        return []

    def facet(self, value: Json) -> str | None:
        """Show both ends in a list."""
        return masked(value["iban"]) if value else None

    def export(self, value: Json) -> list[Json]:
        """Export both ends only: a file travels further than a page."""
        return [masked(value["iban"]) if value else None]

    @classmethod
    def sample(cls) -> Self:
        """Return the account of a refund, with its BIC."""
        return cls(type="iban", id="q", label="Compte à créditer", with_bic=True)

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return the account that standards give as an example."""
        raw = {"q-iban": "fr14 2004 1010 0505 0001 3M02 606", "q-bic": "psst frpp par"}
        return raw, {"iban": "FR1420041010050500013M02606", "bic": "PSSTFRPPPAR"}

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, a wrong key, one sign short, an unknown country, a card number, a wrong RIB, a wrong BIC."""
        good = {"q-iban": "FR1420041010050500013M02606", "q-bic": "PSSTFRPPPAR"}
        return [
            {},
            {**good, "q-iban": "FR1420041010050500013M02607"},
            {**good, "q-iban": "FR1420041010050500013M0260"},
            {**good, "q-iban": "QQ1420041010050500013M02606"},
            {**good, "q-iban": "4970 1000 0000 0154"},
            {**good, "q-iban": "20041 01005 0500013M026 07"},
            {**good, "q-iban": ""},
            {**good, "q-bic": ""},
            {**good, "q-bic": "PSSTFR"},
            {**good, "q-bic": "PSSTQQPPPAR"},
            {**good, "q-iban": "FR１４20041010050500013M02606"},
            {**good, "q-iban": "\u202e\x07"},
            {**good, "q-iban": "F" * 10_000},
        ]


class _Control(QuestionControl[IbanField]):
    def clean(self, value: Any) -> dict[str, str] | None:
        """Return the account without spaces; the errors name the wrong input."""
        parts = {name: re.sub(r"[\W_]", "", text).upper() for name, text in typed(value, ("iban", "bic")).items()}
        if not self.question.with_bic:
            parts["bic"] = ""
        if not any(parts.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        errors = []
        account = from_rib(parts["iban"]) or parts["iban"]
        if fault := iban_error(account):
            errors.append(wrong(fault, ["iban"]))
        if self.question.with_bic and not bic.is_valid(parts["bic"]):
            errors.append(
                wrong(
                    _("A BIC has 8 or 11 letters and figures, for example PSSTFRPPPAR. Copy it from your RIB."), ["bic"]
                )
            )
        if errors:
            raise ValidationError(errors)
        return {"iban": account, "bic": parts["bic"]} if parts["bic"] else {"iban": account}


def iban_error(number: str) -> str:
    """Return what is wrong with an IBAN without spaces, and how to mend it; an empty text where nothing is."""
    if not number:
        return _("Write the IBAN. It stands on your RIB.")
    if re.fullmatch(r"[0-9]{16}", number):
        return _("This looks like a card number. Never give it: write the IBAN of the account, which begins with FR.")
    if re.fullmatch(r"[0-9]{10}[0-9A-Z]{11}[0-9]{2}", number):
        return _("This is a RIB, and its key is wrong. Copy the IBAN instead: it begins with FR.")
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]+", number):
        return _("An IBAN begins with the 2 letters of its country, FR in France. Copy it from your RIB.")
    if number.startswith("FR") and len(number) != 27:
        return _("A French IBAN has 27 letters and figures; you typed %(count)d. Check that none is missing.") % {
            "count": len(number)
        }
    # The form is judged apart from the key: a wrong length is not a wrong figure.
    keyed = f"{number[:2]}{iban.calc_check_digits(number)}{number[4:]}"
    try:
        # Without the lists of banks of some countries: they age, and would refuse a good account.
        iban.validate(keyed, check_country=False)
        iban.validate(number, check_country=False)
    except faults.InvalidComponent:
        return _("No country has an IBAN that begins with “%(start)s”. Check the first 2 letters.") % {
            "start": number[:2]
        }
    except faults.InvalidFormat:
        return _("This IBAN does not have the form of its country. Copy it again from your RIB.")
    except faults.ValidationError:
        return _("The key of this IBAN is wrong: one letter or figure is not right. Check each of them.")
    return ""
