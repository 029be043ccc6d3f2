"""A place, a line or an area, said in words and, where they are known, in coordinates.

There is no tile map here: one needs a tile service that the town sets and answers for, and none is shipped. The text is
always asked, so that an agent can go there and a person who sees no map can answer; the coordinates make it precise.
"""

import re
from typing import Any, ClassVar, Literal, Self

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.kit.widgets.place import Geometry

from ..base import Json
from ..lookups import Context
from .base import Field, QuestionControl, Raw, ValueType, at_parts, clean_text

_POINT = re.compile(
    r"([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)\s*(?:[,;]\s*|\s+)([+-]?[0-9]{1,3}(?:\.[0-9]{1,12})?)", re.ASCII
)
_MOST_POINTS = 200
_LONGEST = 2000
_LEAST = {"point": 1, "line": 2, "area": 3}


class MapField(Field):
    type: Literal["map"]
    geometry: Literal["point", "line", "area"] = "point"

    grouped: ClassVar[bool] = True
    value_type: ClassVar[ValueType] = "parts"
    parts: ClassVar[dict[str, ValueType]] = {"text": "text"}

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build the words and the coordinates."""
        return _Control(self, widget=Geometry(several=self.geometry != "point"), **self.common())

    def missing(self) -> str:
        """Say to describe the place."""
        return str(_("Describe the place, for example its address: “%(label)s”.") % {"label": self.name})

    def to_initial(self, value: Json) -> Any:
        """Show the words, and one point a line."""
        if not value:
            return None
        return {"text": value["text"], "points": "\n".join(f"{y} {x}" for x, y in _points(value))}

    def display(self, value: Json) -> str:
        """Say the words, then the coordinates as they are read aloud."""
        if not value:
            return ""
        points = [_("latitude %(y)s, longitude %(x)s") % {"y": y, "x": x} for x, y in _points(value)]
        return "\n".join([value["text"], *points])

    def search_terms(self, value: Json) -> list[str]:
        """Find by the words."""
        return [value["text"]] if value else []

    def facet(self, value: Json) -> str | None:
        """Sort by the words."""
        return value["text"][:200] if value else None

    def export_columns(self) -> list[str]:
        """Return the words and the coordinates."""
        return [self.name, str(_("%(label)s (coordinates)") % {"label": self.name})]

    def export(self, value: Json) -> list[Json]:
        """Return the words and the coordinates."""
        if not value:
            return [None, None]
        return [value["text"], " ; ".join(f"{y} {x}" for x, y in _points(value)) or None]

    @classmethod
    def sample(cls) -> Self:
        """Return a point."""
        return cls(type="map", id="q", label="Lieu du problème")

    @classmethod
    def example(cls) -> tuple[Raw, Json]:
        """Return a place with its coordinates; GeoJSON puts the longitude first (RFC 7946)."""
        stored = {
            "text": "Devant le 12 rue des Forgerons",
            "geometry": {"type": "Point", "coordinates": [2.3522, 48.8566]},
        }
        return {"q-text": "Devant le 12 rue des Forgerons", "q-points": "48.8566, 2.3522"}, stored

    @classmethod
    def bad_examples(cls) -> list[Raw]:
        """Return nothing, coordinates alone, out of the world, words for figures, too many, too long."""
        return [
            {},
            {"q-text": "", "q-points": "48.8566 2.3522"},
            {"q-text": "Ici", "q-points": "148 2"},
            {"q-text": "Ici", "q-points": "48 181"},
            {"q-text": "Ici", "q-points": "au nord"},
            {"q-text": "Ici", "q-points": "\uff14\uff18 2"},
            {"q-text": "Ici", "q-points": "48 2\n49 3"},
            {"q-text": "\u202e\x00", "q-points": ""},
            {"q-text": "a" * 10_000, "q-points": ""},
        ]


def _points(value: Json) -> list[list[float]]:
    geometry = value.get("geometry")
    if not geometry:
        return []
    coordinates = geometry["coordinates"]
    match geometry["type"]:
        case "Point":
            return [coordinates]
        case "LineString":
            return list(coordinates)
        case _:
            return list(coordinates[0][:-1])


class _Control(QuestionControl[MapField]):
    def clean(self, value: Any) -> dict[str, Any] | None:
        """Return the words and the GeoJSON geometry; the error names the wrong part."""
        value = value if isinstance(value, dict) else {}
        text = clean_text(value.get("text") or "", keep_lines=True)
        figures = (value.get("points") or "")[: _MOST_POINTS * 60]
        lines = [line for line in map(clean_text, figures.splitlines()) if line]
        if not text and not lines and not self.required:
            return None
        if not text:
            raise at_parts(self.error_messages["required"], ["text"], "required")
        if len(text) > _LONGEST:
            raise _wrong(
                _("This answer is too long: keep it under %(limit)d characters.") % {"limit": _LONGEST}, "text"
            )
        points = [_point(line) for line in lines]
        return {"text": text} | ({"geometry": self._geometry(points)} if points else {})

    def _geometry(self, points: list[list[float]]) -> dict[str, Any]:
        kind = self.question.geometry
        if kind == "point" and len(points) > 1:
            raise _wrong(_("Write the coordinates of one point only."), "points")
        if len(points) < _LEAST[kind]:
            raise _wrong(
                _("Write at least %(count)d points, one a line, or leave the coordinates empty.")
                % {"count": _LEAST[kind]},
                "points",
            )
        if len(points) > _MOST_POINTS:
            raise _wrong(_("Write at most %(count)d points.") % {"count": _MOST_POINTS}, "points")
        match kind:
            case "point":
                return {"type": "Point", "coordinates": points[0]}
            case "line":
                return {"type": "LineString", "coordinates": points}
            case _:
                ring = points if points[0] != points[-1] else points[:-1]
                if len(ring) < 3:
                    raise _wrong(_("Write at least %(count)d points, one a line.") % {"count": 3}, "points")
                return {"type": "Polygon", "coordinates": [[*ring, ring[0]]]}


def _point(line: str) -> list[float]:
    match = _POINT.fullmatch(line)
    if not match:
        raise _wrong(
            _("Write the latitude then the longitude, in decimal degrees, with a point: 48.8566 2.3522."), "points"
        )
    latitude, longitude = float(match[1]), float(match[2])
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise _wrong(
            _("The latitude goes from -90 to 90, the longitude from -180 to 180. Check the coordinates."), "points"
        )
    return [longitude, latitude]


def _wrong(message: str, part: str) -> ValidationError:
    return at_parts(message, [part])
