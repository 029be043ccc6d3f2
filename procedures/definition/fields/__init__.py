"""The registry of field types: one file each, listed here once."""

from typing import TYPE_CHECKING, Annotated, Union

from pydantic import Discriminator

from .address import AddressField
from .amount import AmountField
from .areas import CountryField, DepartementField, RegionField
from .base import Field
from .choice import ChoiceField, Option
from .choices import ChoicesField
from .civility import CivilityField
from .commune import CommuneField
from .computed import ComputedField
from .consent import ConsentField
from .date import DateField
from .datetime import DateTimeField
from .decimal import DecimalField
from .email import EmailField
from .explanation import ExplanationField
from .family_quotient import FamilyQuotientField
from .file import FileField
from .group import GroupField
from .heading import HeadingField
from .iban import IbanField
from .identifier import IdentifierField
from .linked_choice import LinkedChoiceField
from .long_text import LongTextField
from .map import MapField
from .name import NameField
from .number import NumberField
from .partial_date import PartialDateField
from .period import PeriodField
from .phone import PhoneField
from .placeholder import PlaceholderField
from .plate import PlateField
from .request_link import RequestLinkField
from .rna import RnaField
from .signature import SignatureField
from .siret import SiretField
from .table_choice import TableChoiceField
from .text import TextField
from .time import TimeField
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
    "decimal": DecimalField,
    "identifier": IdentifierField,
    "time": TimeField,
    "datetime": DateTimeField,
    "period": PeriodField,
    "partial_date": PartialDateField,
    "civility": CivilityField,
    "name": NameField,
    "siret": SiretField,
    "rna": RnaField,
    "iban": IbanField,
    "plate": PlateField,
    "family_quotient": FamilyQuotientField,
    "signature": SignatureField,
    "explanation": ExplanationField,
    "heading": HeadingField,
    "computed": ComputedField,
    "group": GroupField,
    "request_link": RequestLinkField,
    "placeholder": PlaceholderField,
}

if TYPE_CHECKING:
    AnyField = Field
else:
    AnyField = Annotated[Union[tuple(FIELD_TYPES.values())], Discriminator("type")]  # noqa: UP007 built from the registry
    # A row holds every type but another group.
    _INNER = tuple(kind for kind in FIELD_TYPES.values() if kind is not GroupField)
    GroupField.model_rebuild(_types_namespace={"AnyInner": Annotated[Union[_INNER], Discriminator("type")]})  # noqa: UP007

__all__ = [
    "FIELD_TYPES",
    "AddressField",
    "AmountField",
    "AnyField",
    "ChoiceField",
    "ChoicesField",
    "CivilityField",
    "CommuneField",
    "ComputedField",
    "ConsentField",
    "CountryField",
    "DateField",
    "DateTimeField",
    "DecimalField",
    "DepartementField",
    "EmailField",
    "ExplanationField",
    "FamilyQuotientField",
    "Field",
    "FileField",
    "GroupField",
    "HeadingField",
    "IbanField",
    "IdentifierField",
    "LinkedChoiceField",
    "LongTextField",
    "MapField",
    "NameField",
    "NumberField",
    "Option",
    "PartialDateField",
    "PeriodField",
    "PhoneField",
    "PlaceholderField",
    "PlateField",
    "RegionField",
    "RequestLinkField",
    "RnaField",
    "SignatureField",
    "SiretField",
    "TableChoiceField",
    "TextField",
    "TimeField",
    "YesNoField",
]
