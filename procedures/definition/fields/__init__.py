"""The registry of field types: one file each, listed here once."""

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Discriminator

from .address import AddressField
from .amount import AmountField
from .areas import CountryField, DepartementField, RegionField
from .base import Field
from .choice import ChoiceField, Option
from .choices import ChoicesField
from .commune import CommuneField
from .consent import ConsentField
from .date import DateField
from .email import EmailField
from .file import FileField
from .linked_choice import LinkedChoiceField
from .long_text import LongTextField
from .map import MapField
from .number import NumberField
from .phone import PhoneField
from .table_choice import TableChoiceField
from .text import TextField
from .yes_no import YesNoField

FIELD_TYPES: dict[str, type[Field]] = {
    "text": TextField,
    "long_text": LongTextField,
    "email": EmailField,
    "phone": PhoneField,
    "number": NumberField,
    "amount": AmountField,
    "date": DateField,
    "yes_no": YesNoField,
    "choice": ChoiceField,
    "choices": ChoicesField,
    "consent": ConsentField,
    "address": AddressField,
    "commune": CommuneField,
    "departement": DepartementField,
    "region": RegionField,
    "country": CountryField,
    "linked_choice": LinkedChoiceField,
    "table_choice": TableChoiceField,
    "map": MapField,
    "file": FileField,
}

if TYPE_CHECKING:
    AnyField = Field
else:
    AnyField = Annotated[Union[tuple(FIELD_TYPES.values())], Discriminator("type")]  # noqa: UP007 built from the registry

__all__ = [
    "FIELD_TYPES",
    "AddressField",
    "AmountField",
    "AnyField",
    "ChoiceField",
    "ChoicesField",
    "CommuneField",
    "ConsentField",
    "CountryField",
    "DateField",
    "DepartementField",
    "EmailField",
    "Field",
    "FileField",
    "LinkedChoiceField",
    "LongTextField",
    "MapField",
    "NumberField",
    "Option",
    "PhoneField",
    "RegionField",
    "TableChoiceField",
    "TextField",
    "YesNoField",
]
