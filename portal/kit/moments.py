"""Days and hours said in words."""

from datetime import date, time

from django.utils.formats import date_format
from django.utils.translation import get_language


def day_in_words(value: date) -> str:
    """Say a day: 24 novembre 2026, 1er mars 2026."""
    if get_language() == "fr" and value.day == 1:
        return "1er " + date_format(value, "F Y")
    return date_format(value, "j F Y")


def hour(value: time) -> str:
    """Say an hour the French way, 10 h 47; 8 h when it is full."""
    if get_language() == "fr":
        return f"{value.hour}\u00a0h" + (f"\u00a0{value.minute:02d}" if value.minute else "")
    return f"{value:%H:%M}"
