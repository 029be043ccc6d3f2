"""The French public holidays, fixed and moving (Code du travail L3133-1)."""

from datetime import date, timedelta

_FIXED = {(1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25)}


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (Butcher's algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    h = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    k = (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7
    m = (a + 11 * h + 22 * k) // 451
    month, day = divmod(h + k - 7 * m + 114, 31)
    return date(year, month, day + 1)


def is_holiday(day: date) -> bool:
    """Say whether ``day`` is a public holiday in mainland France."""
    sunday = easter(day.year)
    moving = {sunday + timedelta(days=offset) for offset in (1, 39, 50)}
    return (day.month, day.day) in _FIXED or day in moving
