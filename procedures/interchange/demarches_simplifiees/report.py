"""What became of each question of a file, in words and in figures."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from .texts import cut

SOURCE = "demarches-simplifiees"


@dataclass
class Report:
    """One procedure's account: headers, explanations and the questions of repeated groups count as questions."""

    number: str = ""
    fields_total: int = 0
    fields_expressed: int = 0
    degraded: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    source: str = SOURCE

    def degrade(self, label: str, words: str) -> None:
        """Note what is kept otherwise than it was."""
        self.degraded.append(_said(label, words))

    def warn(self, words: str, label: str = "") -> None:
        """Note what a person should look at."""
        self.warnings.append(_said(label, words) if label else words)

    def as_json(self) -> dict[str, Any]:
        """Return the entry of the report file."""
        return {
            "source": self.source,
            "number": int(self.number) if self.number.isascii() and self.number.isdigit() else self.number or None,
            "fields_total": self.fields_total,
            "fields_expressed": self.fields_expressed,
            "degraded": self.degraded,
            "warnings": self.warnings,
        }


def _said(label: str, words: str) -> str:
    """Name the question by the beginning of its label."""
    return _("“%(label)s”: %(words)s") % {"label": cut(label, 120)[0], "words": words}
