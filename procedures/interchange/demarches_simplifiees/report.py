"""What became of each question of a file, in words and in figures."""

from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

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
        self.degraded.append(_("“%(label)s”: %(words)s") % {"label": label, "words": words})

    def warn(self, words: str, label: str = "") -> None:
        """Note what a person should look at."""
        self.warnings.append(_("“%(label)s”: %(words)s") % {"label": label, "words": words} if label else words)

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
