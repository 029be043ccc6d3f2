"""Days as they are written by hand: "24/11/2026", "today", "today - 18 years", "“First day” + 3 days"."""

import re
from collections.abc import Mapping
from datetime import date

from django.utils.translation import gettext as _

from ..definition.conditions import fold

_STORED = re.compile(r"^(?:(today)|field:([a-z][a-z0-9_]*)(\.[a-z_]+)?)(?:([+-])([0-9]{1,5})([dwmy]))?$")
_DAY = re.compile(r"^([0-9]{1,2})[/. -]([0-9]{1,2})[/. -]([0-9]{4})$")
_MOVED = re.compile(
    r"^(?P<base>.*?)(?:\s*(?P<sign>[+-]|\bplus\b|\bmoins\b|\bminus\b)\s*(?P<count>[0-9]{1,5})\s*(?P<unit>[a-z]+))?$"
)
_UNITS = {
    "jour": "d",
    "day": "d",
    "semaine": "w",
    "week": "w",
    "mois": "m",
    "month": "m",
    "an": "y",
    "annee": "y",
    "year": "y",
}
_TODAY = {"today", "aujourd'hui", "aujourdhui"}


def _unit(unit: str, count: int) -> str:
    words = {"d": _("days"), "w": _("weeks"), "m": _("months"), "y": _("years")}
    ones = {"d": _("day"), "w": _("week"), "m": _("month"), "y": _("year")}
    return (ones if count == 1 else words)[unit]


def say(stored: str, names: Mapping[str, str]) -> str:
    """Write a kept day as it is typed; ``names`` are those of the questions, by their ids."""
    match = _STORED.match(stored)
    if match is None:
        found = re.match(r"^([0-9]{4})-([0-9]{2})-([0-9]{2})$", stored)
        return f"{found[3]}/{found[2]}/{found[1]}" if found else stored
    base = _("today") if match[1] else _("“%(name)s”") % {"name": names.get(match[2], match[2])}
    if not match[4]:
        return base
    count = int(match[5])
    return f"{base} {'+' if match[4] == '+' else '-'} {count} {_unit(match[6], count)}"


def read(typed: str, names: Mapping[str, str]) -> str:
    """Return the day that was typed as it is kept; an empty text where none was. Raises ValueError, in words."""
    text = _plain(typed)
    if not text:
        return ""
    day = _DAY.match(text)
    if day:
        try:
            return date(int(day[3]), int(day[2]), int(day[1])).isoformat()
        except ValueError:
            raise ValueError(_("The day “%(day)s” does not exist.") % {"day": typed}) from None
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return date.fromisoformat(text).isoformat()
    match = _MOVED.match(text)
    base = _base(match["base"] if match else "", names)
    if match is None or base is None:
        raise ValueError(_("“%(typed)s” is no day: write 24/11/2026, today, or today - 18 years.") % {"typed": typed})
    if not match["count"]:
        return base
    unit = _UNITS.get(match["unit"]) or _UNITS.get(match["unit"].removesuffix("s"))
    if unit is None:
        raise ValueError(_("Count in days, weeks, months or years: today + 3 weeks."))
    sign = "+" if match["sign"] in {"+", "plus"} else "-"
    return f"{base}{sign}{match['count']}{unit}"


def _plain(text: str) -> str:
    return " ".join(fold(text.replace("’", "'")).split())


def _base(words: str, names: Mapping[str, str]) -> str | None:
    words = words.strip(' «»“”"\u00a0\u202f')
    if words in _TODAY or _plain(_("today")) == words:
        return "today"
    found = [key for key, name in names.items() if _plain(name) == words or key == words]
    return f"field:{found[0]}" if len(found) == 1 else None
