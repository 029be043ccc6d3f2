"""The controls of what one type of question asks for: bounds, answers, formats, what it is to the person."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from pydantic_core import PydanticUndefined

from town.models import ReferenceTable

from ..definition.base import Json
from ..definition.document import ProcedureDefinition
from ..definition.fields import FIELD_TYPES
from . import bound_words
from .condition_field import before
from .option_lines import OptionsField, show
from .part_form import Attr, Content, decimal, line, lines, pick, prose, several, tick, whole


class Own:
    """The controls of the options of one type, by the name of the option."""

    def __init__(self, part: Content, definition: ProcedureDefinition, key: str) -> None:
        self.part, self.definition, self.key, self.type = part, definition, key, part["type"]

    def control(self, name: str) -> Attr | None:
        """Return the control of an option; None for one that has none here."""
        made = getattr(self, f"_{name}", None)
        if made is not None:
            return made()  # type: ignore[no-any-return]
        if name in _TICKS:
            return Attr(name, tick(str(_TICKS[name]())))
        if name in _WHOLES:
            label, most = _WHOLES[name]()
            return self._number(name, whole(label, least=0, most=most))
        return None

    def _number(
        self,
        name: str,
        field: forms.Field,
        shown: Callable[[Json], Any] | None = None,
        kept: Callable[[Any], Json] | None = None,
    ) -> Attr:
        """A bound: empty where it is what the type takes by itself."""
        default = FIELD_TYPES[self.type].model_fields[name].default
        default = None if default is PydanticUndefined else default
        to, back = shown or (lambda value: value), kept or (lambda value: value)
        return Attr(
            name,
            field,
            lambda value: "" if value in (None, default) else to(value),
            lambda value: default if value is None else back(value),
        )

    def _plain(self, name: str, label: str) -> Attr:
        if self.type == "decimal":
            return self._number(name, decimal(label), lambda value: f"{value:g}".replace(".", ","), float)
        if self.type == "choices":
            return self._number(name, whole(label, least=0, most=60))
        return self._number(name, whole(label, most=1_000_000_000))

    def _minimum(self) -> Attr:
        return self._plain(
            "minimum",
            {"choices": _("How many answers at least"), "group": _("How many times at least")}.get(
                self.type, _("At least")
            ),
        )

    def _maximum(self) -> Attr:
        return self._plain(
            "maximum",
            {"choices": _("How many answers at most"), "group": _("How many times at most")}.get(
                self.type, _("At most")
            ),
        )

    def _minimum_cents(self) -> Attr:
        return self._number("minimum_cents", decimal(_("At least, in euros"), places=2), _euros, _cents)

    def _maximum_cents(self) -> Attr:
        return self._number("maximum_cents", decimal(_("At most, in euros"), places=2), _euros, _cents)

    def _options(self) -> Attr | None:
        if self.type == "placeholder":
            return None
        levels = 5 if self.type == "linked_choice" else 1
        before = self.part.get("options") or []
        return Attr("options", OptionsField(before, label=_("Answers"), levels=levels), show_options)

    def _levels(self) -> Attr:
        return lines(
            "levels",
            _("Degrees"),
            hint=_("What each choice is called, one a line: “District”, then “School”."),
            needed=_("Name each degree, one a line."),
        )

    def _table(self) -> Attr:
        tables = list(ReferenceTable.objects.order_by("name").values_list("key", "name"))
        now = self.part.get("table") or ""
        if now and now not in dict(tables):
            tables.append((now, now))
        return Attr("table", pick(_("List of the town"), [("", _("Choose")), *tables], needed=_("Choose a list.")))

    def _display_as(self) -> Attr:
        ways = [
            ("auto", _("as its length asks")),
            ("radios", _("all in view")),
            ("select", _("a list that opens")),
            ("search", _("a search")),
        ]
        return Attr("display_as", pick(_("Shown as"), ways))

    def _parent(self) -> Attr:
        earlier = [one for _step, fields in before(self.definition, "field", self.key) for one in fields]
        above = [(one.id, one.name) for one in earlier if one.type == "table_choice"]
        now = self.part.get("parent") or ""
        if now and now not in dict(above):
            above.append((now, now))
        return Attr(
            "parent",
            pick(_("Only the entries under the answer to"), [("", _("no other question: all of them")), *above]),
        )

    def _autocomplete(self) -> Attr:
        if self.type == "address":
            return Attr("autocomplete", tick(_("Addresses are proposed while one types")))
        own = {
            "text": [
                ("given-name", _("her first name")),
                ("family-name", _("her family name")),
                ("organization", _("her organisation")),
                ("job-title", _("her occupation")),
            ],
            "email": [("email", _("her own address"))],
            "phone": [("tel", _("her own number"))],
        }.get(self.type, [("bday", _("her own day of birth"))])
        now = self.part.get("autocomplete") or "off"
        if now not in {"off", *dict(own)}:
            own.append((now, now))
        field = pick(
            _("What it is to the person"),
            [("off", _("nothing that her browser knows")), *own],
            hint=_("Her browser then fills it in (RGAA 11.13)."),
        )
        return Attr("autocomplete", field, lambda value: value or "off")

    def _earliest(self) -> Attr:
        return self._day("earliest", _("From"))

    def _latest(self) -> Attr:
        return self._day("latest", _("Until"))

    def _day(self, name: str, label: str) -> Attr:
        if self.type == "time":
            return Attr(name, line(label, hint=_("An hour: 09:30."), size=8, longest=10))
        names = {
            one.id: one.name
            for _step, fields in before(self.definition, "field", self.key)
            for one in fields
            if one.value_type in {"date", "datetime"}
        }
        hint = _("A day (24/11/2026), today, today + 3 weeks, or “name of an earlier day” + 3 days.")
        field = _Bound(
            names,
            label=label,
            help_text=hint,
            required=False,
            max_length=300,
            widget=forms.TextInput(attrs={"size": 30}),
        )
        return Attr(name, field, lambda value: bound_words.say(value or "", names) if value else "")

    def _formats(self) -> Attr:
        kinds = [
            ("pdf", _("PDF")),
            ("image", _("Photographs and pictures")),
            ("office", _("Text and spreadsheet files")),
            ("text", _("Plain text")),
        ]
        return Attr("formats", several(_("What may be sent"), kinds, needed=_("Tick one at least.")))

    def _kind(self) -> Attr:
        if self.type == "siret":
            return Attr("kind", pick(_("Which number"), [("siret", "SIRET"), ("siren", "SIREN")]))
        kinds = [
            ("", _("nothing of these")),
            ("identity", _("identity document")),
            ("bank", _("bank details")),
            ("income", _("income")),
            ("medical", _("health")),
            ("diploma", _("diploma")),
            ("other", _("other")),
        ]
        return Attr(
            "kind",
            pick(
                _("What it shows"),
                kinds,
                hint=_("Identity, bank and health documents are destroyed once they have served."),
            ),
        )

    def _destroy_after_decision(self) -> Attr:
        ways = [("", _("as what it shows asks")), ("yes", _("yes")), ("no", _("no, kept with the request"))]
        back = {"": None, "yes": True, "no": False}
        field = pick(_("Destroyed some time after the decision"), ways)
        return Attr(
            "destroy_after_decision",
            field,
            lambda value: {True: "yes", False: "no"}.get(value, ""),
            lambda value: back[value],
            apart=True,
        )

    def _needed(self) -> Attr:
        kinds = [("civility", _("form of address")), ("family", _("family name")), ("given", _("first names"))]
        return Attr("needed", several(_("What must be given"), kinds))

    def _geometry(self) -> Attr:
        return Attr(
            "geometry",
            pick(_("What is drawn"), [("point", _("a point")), ("line", _("a line")), ("area", _("an area"))]),
        )

    def _level(self) -> Attr:
        return Attr(
            "level",
            pick(_("Degree of the heading"), [("3", _("first")), ("4", _("second"))]),
            lambda value: str(value or 3),
            int,
        )

    def _text(self) -> Attr:
        return Attr(
            "text",
            prose(
                _("Text"),
                needed=_("Write the text."),
                rows=5,
                hint=_("An empty line makes a new paragraph; a line that begins with a dash, a list."),
            ),
        )

    def _title(self) -> Attr:
        return Attr("title", line(_("Title above it"), hint=_("Needed where it is folded.")))

    def _statement(self) -> Attr:
        return Attr("statement", prose(_("Statement that is signed"), needed=_("Write what is signed.")))

    def _row_label(self) -> Attr:
        return Attr(
            "row_label",
            line(
                _("What one is called"),
                hint=_("“Child”: the page numbers them."),
                needed=_("Say what one is called."),
                longest=80,
            ),
        )

    def _unit(self) -> Attr:
        return Attr("unit", line(_("Unit"), hint=_("After the number: m², children."), longest=20, size=12))

    def _mask(self) -> Attr:
        return Attr(
            "mask",
            line(
                _("Form"),
                hint=_("A for a letter, 9 for a figure, X for either; the rest as it is written: 99-AAA-999."),
                needed=_("Write the form."),
                longest=40,
                size=20,
            ),
        )

    def _pattern(self) -> Attr:
        return Attr("pattern", line(_("Rule of writing (regular expression)"), longest=200), apart=True)

    def _pattern_reason(self) -> Attr:
        return Attr("pattern_reason", line(_("What to say to who does not follow the rule")), apart=True)


def show_options(value: Json) -> str:
    """Write the options that are kept as lines."""
    return show(value or [])


def _euros(value: Json) -> str:
    return f"{Decimal(value) / 100:.2f}".replace(".", ",")


def _cents(value: Any) -> int:
    return int(value * 100)


class _Bound(forms.CharField):
    """A day as it is written by hand; its clean value is the one that is kept."""

    def __init__(self, names: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.names = names

    def clean(self, value: Any) -> str:
        """Read it."""
        try:
            return bound_words.read(super().clean(value), self.names)
        except ValueError as error:
            raise forms.ValidationError(str(error).replace("%", "%%")) from error


_TICKS: dict[str, Callable[[], str]] = {
    "own": lambda: _("It is the person’s own: her browser fills it in"),
    "historic": lambda: _("Those of the past are offered too"),
    "also_neutral": lambda: _("“Neither” may be answered"),
    "shown": lambda: _("The person sees it"),
    "collapsed": lambda: _("Folded: its title opens it"),
    "with_bic": lambda: _("Ask for the BIC too"),
    "usage_name": lambda: _("Ask for the name in use"),
    "civility": lambda: _("Ask for the form of address"),
    "foreign": lambda: _("Foreign registrations are accepted"),
}
_WHOLES: dict[str, Callable[[], tuple[str, int]]] = {
    "max_length": lambda: (_("Longest answer, in characters"), 20_000),
    "minimum_days": lambda: (_("How many days at least"), 4000),
    "maximum_days": lambda: (_("How many days at most"), 4000),
    "decimals": lambda: (_("Decimals"), 6),
    "max_files": lambda: (_("How many files at most"), 50),
    "max_mb": lambda: (_("Heaviest file, in MB"), 500),
    "step_minutes": lambda: (_("By how many minutes"), 720),
}
