"""HTML written in Python: patterns and attributes whose values are escaped, at the cost of a plain string."""

import html
from collections.abc import Mapping
from typing import Any

from django.utils.safestring import SafeData, SafeString, mark_safe


def fill(pattern: str, *values: Any) -> SafeString:
    """Fill the ``{}`` of a pattern, escaping what is not safe: ``format_html``, which is made for lazy texts, costs thrice."""
    return mark_safe(pattern.format(*[escaped(value) for value in values]))  # noqa: S308 every value is escaped


def escaped(value: Any) -> str:
    """Return a value as HTML; what says itself in HTML (safe strings, drawn forms) is taken as it is."""
    if isinstance(value, SafeData):
        return str(value)
    return str(value.__html__()) if hasattr(value, "__html__") else html.escape(str(value))


def attributes(values: Mapping[str, Any]) -> SafeString:
    """Write HTML attributes; None and False are left out, True stands alone."""
    parts = []
    for name, value in values.items():
        if value is True:
            parts.append(f" {name}")
        elif value is not None and value is not False and (text := str(value)):
            parts.append(f' {name}="{text if isinstance(text, SafeData) else html.escape(text)}"')
    return mark_safe("".join(parts))  # noqa: S308 every value is escaped above
