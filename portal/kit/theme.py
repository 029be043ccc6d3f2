"""The town's colours as a small style sheet whose address changes with its content."""

import hashlib
from functools import lru_cache

from town.models import Town


def css(town: Town) -> str:
    """Return the variables that a town overrides; the rest follows from the tokens."""
    return _css(town.color, town.color_dark)


@lru_cache(maxsize=8)
def _css(color: str, dark: str) -> str:
    return (
        f":root{{--town:{color};--town-ink:{_ink(color)}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--town:{dark};--town-ink:{_ink(dark)}}}}}"
    )


def url(town: Town) -> str:
    """Return the address of the style sheet, with a digest that lets browsers keep it for ever."""
    return _url(css(town))


@lru_cache(maxsize=8)
def _url(sheet: str) -> str:
    return f"/theme.css?{hashlib.sha256(sheet.encode()).hexdigest()[:10]}"


def luminance(color: str) -> float:
    """Return the relative luminance of "#rrggbb" (WCAG 2)."""
    channels = [int(color[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours, 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _ink(color: str) -> str:
    """Return the ink, white or near black, that reads best on ``color``."""
    return max(("#ffffff", "#0b1a1c"), key=lambda ink: contrast(color, ink))
