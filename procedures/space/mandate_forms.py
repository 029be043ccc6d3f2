"""What is asked to act for someone, or to let someone act for oneself: a child, a person who needs help, a helper."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import HelpStructure, Mandate

from ..definition.conditions import Test
from ..definition.fields import ChoiceField, ChoicesField, ConsentField, DateField, EmailField, Field, Option
from ..definition.lookups import Context
from ..definition.questions import QuestionsForm
from ..definition.sentences import say
from ..lifecycle.mandate import Named, Refusal, Terms
from ..models import Procedure
from .profile_form import OneName

_DURATIONS = {"month": 31, "half": 183, "year": 365}


class MandateForm(QuestionsForm):
    """Questions about a mandate, kept as typed until they are all answered."""

    def __init__(self, questions: Sequence[Field], data: Any = None) -> None:
        known = {question.id: question for question in questions}
        # Without a script, each question that depends on another says when it is to be answered.
        context = Context(today=timezone.localdate(), say=lambda condition: say(condition, known))
        super().__init__(questions=questions, context=context, data=data)

    def refuse(self, refusal: Refusal) -> None:
        """Say beside its question, or above them all, why it was not done."""
        self.add_error(refusal.field if refusal.field in self.fields else None, refusal.words)

    @property
    def named(self) -> Named:
        """Who it is about."""
        keys = ("family_name", "given_names", "birth_date", "birth_place", "email")
        return Named(**{key: str(self.json.get(key) or "") for key in keys})

    def terms(self, basis: Mandate.Basis, structure: HelpStructure | None = None) -> Terms:
        """What the mandate is for, and until when."""
        return Terms(
            basis=basis,
            ends_at=_end(str(self.json["duration"])),
            procedures=_public_ids(self.json.get("procedures") or []),
            organisation=str(self.json.get("organisation") or ""),
            structure=structure,
        )


def _end(duration: str) -> datetime:
    return timezone.now() + timedelta(days=_DURATIONS[duration])


def child_form(data: Any = None) -> MandateForm:
    """Ask about a child, on the parent's word."""
    return MandateForm(
        [
            *_names(),
            DateField(
                type="date",
                id="birth_date",
                label=_("Date of birth"),
                earliest="today-30y",
                latest="today",
            ),
            OneName(type="text", id="birth_place", label=_("Place of birth"), required=False, max_length=120),
            ConsentField(
                type="consent",
                id="sworn",
                label=_("I hold parental authority over this child"),
                help=_("A false declaration is punished by law (criminal code, article 441-7)."),
            ),
        ],
        data,
    )


def ask_form(structures: Sequence[HelpStructure], data: Any = None) -> MandateForm:
    """Ask a helper whom she helps, by what right, for what, and how that person agrees."""
    bases = [
        *(
            Option(value=f"place_{one.pk}", label=_("As a helper of %(name)s") % {"name": one.name})
            for one in structures
        ),
        Option(value="relative", label=_("As a relative or a friend")),
        Option(value="officer", label=_("For an association that this person leads")),
        Option(value="guardian", label=_("As a guardian named by a judge")),
    ]
    by_code = Option(
        value="code",
        label=_("By a code sent to her e-mail address"),
        help=_("She reads it to you if she agrees; or she accepts by herself, from the e-mail."),
    )
    on_paper = Option(
        value="paper",
        label=_("By a paper that she signs"),
        help=_("You print it on the next page, and send us a photo or a scan of it."),
    )
    return MandateForm(
        [
            *_names(),
            ChoiceField(type="choice", id="basis", label=_("How do you act for her?"), options=bases),
            _organisation("basis"),
            ChoiceField(
                type="choice",
                id="evidence",
                label=_("How does this person give her agreement?"),
                options=[by_code, on_paper],
                when=Test(field="basis", op="is_not", value="guardian"),
            ),
            EmailField(
                type="email",
                id="email",
                label=_("Her e-mail address"),
                autocomplete="off",
                when=Test(field="evidence", op="is", value="code"),
            ),
            *_scope(),
        ],
        data,
    )


def offer_form(data: Any = None) -> MandateForm:
    """Ask someone whom she wants as a helper, and for what."""
    return MandateForm(
        [
            EmailField(
                type="email",
                id="email",
                label=_("E-mail address of the person who will help you"),
                help=_("She receives a link, and accepts with her own account."),
                autocomplete="off",
            ),
            ChoiceField(
                type="choice",
                id="basis",
                label=_("For whom will she act?"),
                options=[
                    Option(value="relative", label=_("For me")),
                    Option(value="officer", label=_("For the association that I lead")),
                ],
            ),
            _organisation("basis"),
            *_scope(),
        ],
        data,
    )


def _names() -> list[Field]:
    return [
        OneName(
            type="text",
            id="family_name",
            label=_("Birth name (family name)"),
            help=_("Someone who bears one name only writes it here."),
        ),
        OneName(
            type="text",
            id="given_names",
            label=_("Given names"),
            help=_("In the order of civil status. Leave empty if there is none."),
            required=False,
        ),
    ]


def _organisation(basis: str) -> Field:
    return OneName(
        type="text",
        id="organisation",
        label=_("Name of the association"),
        max_length=200,
        when=Test(field=basis, op="is", value="officer"),
    )


def _scope() -> list[Field]:
    options = _listed()
    chosen: list[Field] = []
    scopes = [Option(value="all", label=_("All requests to the town hall"))]
    # A choice needs two options at least: with fewer procedures there is nothing to choose.
    if len(options) > 1:
        scopes.append(Option(value="some", label=_("Only some procedures")))
        chosen.append(
            ChoicesField(
                type="choices",
                id="procedures",
                label=_("Which procedures?"),
                options=options,
                minimum=1,
                when=Test(field="scope", op="is", value="some"),
            )
        )
    return [
        ChoiceField(type="choice", id="scope", label=_("For which requests?"), options=scopes),
        *chosen,
        ChoiceField(
            type="choice",
            id="duration",
            label=_("For how long?"),
            help=_("It can be ended at any moment before."),
            options=[
                Option(value="month", label=_("One month")),
                Option(value="half", label=_("Six months")),
                Option(value="year", label=_("One year")),
            ],
        ),
    ]


def _listed() -> list[Option]:
    """Return the procedures that may be asked for; two of one title are told apart by their department, else by number."""
    listed = Procedure.objects.listed().order_by("title", "pk").values_list("pk", "title", "department__name")
    found: dict[str, int] = {}
    for key, title, department in listed:
        label = f"{title} ({department})" if title in found else title
        found[label if label not in found else f"{label} {key}"] = key
    return [Option(value=f"p{key}", label=label) for label, key in found.items()]


def _public_ids(values: Any) -> list[str]:
    keys = [int(value.removeprefix("p")) for value in values]
    return sorted(str(one) for one in Procedure.objects.filter(pk__in=keys).values_list("public_id", flat=True))
