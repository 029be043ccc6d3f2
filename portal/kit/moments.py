"""Days and hours said in words."""

from datetime import date, time
from functools import lru_cache

from django.utils.formats import date_format
from django.utils.translation import get_language


def day_in_words(value: date) -> str:
    """Say a day: 24 novembre 2026, 1er mars 2026."""
    return _day(value, "j F Y", get_language())


def known_day(text: str) -> str:
    """Say what is known of a day written "1962-04-03", or in part: "1962-04-00" and "1962-00-00" for births abroad."""
    year, month, day = [*text[:10].split("-"), "", ""][:3]
    if not month.strip("0"):
        return year
    first = date(int(year), int(month), int((day.strip("0") and day) or 1))
    return day_in_words(first) if day.strip("0") else date_format(first, "F Y")


def long_day(value: date, *, year: bool = True) -> str:
    """Say a day with its weekday: mardi 24 novembre 2026."""
    return _day(value, "l j F Y" if year else "l j F", get_language())


# A page says the same few days over and over, and Django's formats cost ten times this look-up.
@lru_cache(maxsize=1024)
def _day(value: date, form: str, language: str) -> str:
    first = language == "fr" and value.day == 1
    return date_format(value, form.replace("j", r"1\e\r") if first else form)


def hour(value: time) -> str:
    """Say an hour the French way, 10 h 47; 8 h when it is full."""
    if get_language() == "fr":
        return f"{value.hour}\u00a0h" + (f"\u00a0{value.minute:02d}" if value.minute else "")
    return f"{value:%H:%M}"
