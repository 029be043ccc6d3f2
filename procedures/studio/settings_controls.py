"""The controls of what a procedure says of itself, and of the law that it follows."""

import re
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from portal.kit.widgets import Suggested

from ..definition.base import Json
from .part_form import Attr, line, lines, pick, prose, several, tick, whole

_UNITS = {
    "jour": "days",
    "day": "days",
    "semaine": "weeks",
    "week": "weeks",
    "mois": "months",
    "month": "months",
}


def presentation(themes: list[str]) -> list[Attr]:
    """Return the controls of the page of a procedure, in the order in which a person reads it; ``themes`` are in use."""
    places = _("{address} and {phone} stand for those of the department.")
    return [
        Attr(
            "title",
            line(
                _("Name of the procedure"),
                hint=_("What one does: “Ask for a birth certificate”."),
                needed=_("Write the title."),
            ),
        ),
        Attr("summary", prose(_("In a sentence or two"), hint=_("Under the title, and in the lists."), rows=2)),
        Attr("theme", _suggested(line(_("Theme"), hint=_("Under which it is found.")), themes)),
        lines("keywords", _("Everyday words"), hint=_("By which people look for it, one a line: “birth paper”.")),
        Attr("who_may_ask", prose(_("Who may ask"))),
        _documents(),
        Attr("documents", _documents_field(), lambda value: "\n".join(value or [])),
        Attr("cost", line(_("Cost"), hint=_("“Free”, or the amount and how it is paid."))),
        Attr("usual_delay", line(_("Usual time of an answer"))),
        Attr("minutes", whole(_("Minutes to fill it in"), hint=_("Empty: as its questions tell."), least=1, most=600)),
        Attr("other_ways.counter", prose(_("At the counter"), hint=places, rows=2)),
        Attr("other_ways.post", prose(_("By post"), rows=2)),
        Attr("other_ways.phone", prose(_("By telephone"), rows=2)),
        lines("letters.next_steps", _("What comes next"), hint=_("On the confirmation, one step a line.")),
        Attr("letters.granted", prose(_("How a letter that accepts opens"), rows=2), apart=True),
        Attr("letters.refused", prose(_("How a letter that refuses opens"), rows=2), apart=True),
    ]


def _suggested(field: forms.Field, words: list[str]) -> forms.Field:
    field.widget = Suggested([(one, "") for one in words], attrs={"size": 40})
    return field


def _documents() -> Attr:
    """Say whether any is needed: an empty list says that none is, which is not the same as saying nothing yet."""
    choices = [("", _("not said yet")), ("none", _("none")), ("some", _("those written below"))]
    field = pick(_("Documents to prepare"), choices, radios=True)
    return Attr("documents_said", field)


def _documents_field() -> forms.Field:
    return lines("documents", _("The documents, one a line")).field


def said_documents(documents: Json) -> str:
    """Return which of the three answers a list of documents is."""
    return "" if documents is None else "some" if documents else "none"


def rules() -> list[Attr]:
    """Return the controls of the law of a procedure, and of the protection of its data."""
    return [
        Attr(
            "applicant.identification",
            pick(
                _("The person says who she is"),
                [("full", _("always")), ("optional", _("if she wants to")), ("none", _("never"))],
                hint=_("Only a report may come without a name (CRPA R112-9-1)."),
                radios=True,
                needed=_("Choose one."),
            ),
        ),
        Attr(
            "applicant.kinds",
            several(
                _("For whom one may ask"),
                [("person", _("a person")), ("association", _("an association")), ("company", _("a company"))],
                needed=_("Tick one at least."),
            ),
        ),
        Attr(
            "legal.nature",
            pick(
                _("What it is"),
                [
                    ("", _("not said yet")),
                    ("request", _("a request")),
                    ("declaration", _("a declaration")),
                    ("report", _("a report")),
                    ("appeal", _("an appeal")),
                ],
                hint=_("It decides what the receipt says (CRPA L112-3, R112-5)."),
            ),
            lambda value: value or "",
            _or_none,
        ),
        Attr("legal.basis", prose(_("Texts on which it rests"), hint=_("The receipt and the register name them."))),
        Attr(
            "legal.financial",
            tick(_("It is about money that the town pays"), hint=_("Silence then never accepts (CRPA L231-4).")),
        ),
        Attr(
            "legal.silence_effect",
            pick(
                _("If the town does not answer"),
                [
                    ("", _("not said yet")),
                    ("acceptance", _("it is accepted")),
                    ("rejection", _("it is refused")),
                    ("none", _("nothing follows")),
                ],
                hint=_(
                    "In principle two months of silence accept (CRPA L231-1); the exceptions are in texts (L231-4 and decrees)."
                ),
                radios=True,
            ),
            lambda value: value or "",
            _or_none,
        ),
        Attr(
            "legal.silence_delay",
            _Delay(
                label=_("After how long"),
                required=False,
                help_text=_("“2 months”, “10 days”."),
                widget=forms.TextInput(attrs={"size": 14}),
            ),
            say_delay,
        ),
        Attr("legal.silence_legal_basis", prose(_("Text that says so"), rows=2)),
        lines(
            "legal.remedies",
            _("Remedies against a refusal"),
            hint=_(
                "One a line, as they are printed: {mayor} and {court} stand for the town’s (CRPA R112-11-1, CJA R421-5)."
            ),
            rows=5,
        ),
        Attr(
            "legal.registered_basis",
            line(_("Text that wants a registered letter"), hint=_("Empty where none does (CRPA L112-15).")),
            apart=True,
        ),
        Attr(
            "legal.review",
            pick(
                _("Reviewed by a lawyer"),
                [("needed", _("not yet: publication names who validates it")), ("done", _("yes"))],
            ),
            apart=True,
        ),
        lines("legal.review_questions", _("Questions for the review")),
        Attr(
            "privacy.purpose",
            prose(_("What the data serve"), hint=_("GDPR, articles 5 and 13: one precise purpose."), rows=2),
        ),
        Attr(
            "privacy.basis",
            pick(
                _("Legal basis (GDPR, article 6)"),
                [
                    ("", _("not said yet")),
                    ("public_task", _("a task of public interest")),
                    ("legal_obligation", _("a legal obligation")),
                    ("consent", _("consent")),
                    ("contract", _("a contract")),
                ],
            ),
            lambda value: value or "",
            _or_none,
        ),
        Attr("privacy.basis_text", line(_("Text behind it"), longest=1000)),
        lines("privacy.recipients", _("Who receives them"), hint=_("One a line.")),
        Attr(
            "privacy.retention_months",
            whole(_("Kept for, in months"), hint=_("From the end of the request, for daily use."), least=1, most=1200),
            lambda value: value or "",
        ),
        Attr("privacy.retention_text", prose(_("Why so long"), rows=2)),
        Attr(
            "privacy.archive_months",
            whole(
                _("Then kept in case they are asked for, in months"), hint=_("Out of daily reach."), least=1, most=1800
            ),
            lambda value: value or "",
            apart=True,
        ),
        Attr(
            "privacy.final_fate",
            pick(
                _("In the end"),
                [
                    ("destroy", _("destroyed")),
                    ("keep", _("kept by the archives")),
                    ("sort", _("the archives keep some")),
                ],
            ),
            lambda value: value or "destroy",
            apart=True,
        ),
        Attr("privacy.archival_rule", line(_("Rule of the archives")), apart=True),
        Attr(
            "privacy.sensitive_months",
            whole(_("Sensitive answers go sooner, after how many months"), least=1, most=1200),
            lambda value: value or "",
            apart=True,
        ),
        Attr("privacy.if_not_provided", prose(_("What happens without an answer"), rows=2)),
    ]


def _or_none(value: Any) -> Json:
    return value or None


def say_delay(delay: Json) -> str:
    """Write a delay as it is typed: "2 months"."""
    if not delay:
        return ""
    words = {"days": _("days"), "weeks": _("weeks"), "months": _("months")}
    ones = {"days": _("day"), "weeks": _("week"), "months": _("month")}
    return f"{delay['count']} {(ones if delay['count'] == 1 else words)[delay['unit']]}"


class _Delay(forms.CharField):
    """A number and its unit; its clean value is the JSON that is kept."""

    def clean(self, value: Any) -> Json:
        """Read it."""
        text = str(super().clean(value) or "").strip().lower()
        if not text:
            return None
        match = re.fullmatch(r"([0-9]{1,4})\s*([a-zé]+)", text)
        unit = match and (_UNITS.get(match[2]) or _UNITS.get(match[2].removesuffix("s")))
        if match is None or not unit or not int(match[1]):
            raise forms.ValidationError(_("Write a number, then days, weeks or months: “2 months”."))
        return {"count": int(match[1]), "unit": unit}
