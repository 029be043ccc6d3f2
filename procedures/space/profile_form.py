"""The profile as a form: the fields of a person, those that an identity service certified shown and not asked."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CertifiedIdentity, ContactPoint, Person
from accounts.profile import FIELDS

from ..definition.base import Answers
from ..definition.fields import AddressField, EmailField, Field, PartialDateField, PhoneField, TextField
from ..definition.fields.base import QuestionControl, TextControl
from ..definition.fields.name import name_error
from ..definition.lookups import Context
from ..definition.places import EmbeddedLookups, countries_ever
from ..definition.questions import QuestionsForm

# The question of each way to reach a person.
POINTS = {ContactPoint.Kind.EMAIL: "email", ContactPoint.Kind.PHONE: "phone", ContactPoint.Kind.POST: "address"}


class OneName(TextField):
    """One of a person's names: of one letter, with hyphens and accents, or none at all."""

    def form_field(self, context: Context | None = None) -> forms.Field:
        """Build a one-line input judged as a name."""
        widget = forms.TextInput(attrs={"autocomplete": self.autocomplete})
        return _NameControl(self, widget=widget, **self.common())


class _NameControl(QuestionControl[OneName], TextControl):
    def validate(self, value: str) -> None:
        super().validate(value)
        if wrong := name_error(value):
            raise ValidationError(wrong)


def questions() -> list[Field]:
    """Return what a profile may hold; nothing of it is required."""
    return [
        OneName(
            type="text",
            id="family_name",
            label=_("Birth name (family name)"),
            help=_("Someone who bears one name only writes it here."),
            autocomplete="family-name",
            required=False,
        ),
        OneName(
            type="text",
            id="usage_name",
            label=_("Name in use"),
            help=_("If it differs, such as a married name."),
            required=False,
        ),
        OneName(
            type="text",
            id="given_names",
            label=_("Given names"),
            help=_("In the order of civil status. Leave empty if there is none."),
            autocomplete="given-name",
            required=False,
        ),
        PartialDateField(
            type="partial_date",
            id="birth_date",
            label=_("Date of birth"),
            earliest="1900-01-01",
            latest="today",
            autocomplete="bday",
            required=False,
        ),
        TextField(
            type="text",
            id="birth_place",
            label=_("Place of birth"),
            help=_("The town, and the country if it is not France."),
            max_length=120,
            required=False,
        ),
        EmailField(
            type="email",
            id="email",
            label=_("E-mail address for your requests"),
            help=_("Proposed in your requests. To change the address that you sign in with, go to your account."),
            required=False,
        ),
        PhoneField(type="phone", id="phone", label=_("Telephone"), required=False),
        AddressField(type="address", id="address", label=_("Postal address"), autocomplete=False, required=False),
    ]


class ProfileForm(QuestionsForm):
    """What a person says of herself."""

    def __init__(self, person: Person, data: Any = None) -> None:
        asked = questions()
        locked = certified(person)
        note = _("Verified by %(name)s: it cannot be changed here.") % {"name": "FranceConnect"}
        context = Context(today=timezone.localdate(), locked=locked, notes=dict.fromkeys(locked, note))
        known = answers_of(person)
        initial = {field.id: field.to_initial(known[field.id]) for field in asked if known.get(field.id)}
        super().__init__(questions=asked, context=context, data=data, initial=initial)

    @property
    def fields_of_person(self) -> dict[str, str]:
        """The fields to write, in the form that a person keeps; those certified are left as they are."""
        said = {name: str(self.json.get(name) or "") for name in FIELDS if name not in self.context.locked}
        if said.get("birth_date"):
            said["birth_date"] = padded(said["birth_date"])
        return said

    @property
    def points(self) -> dict[str, Any]:
        """The ways to reach the person, one value a kind; None where there is none."""
        return {kind.value: self.json.get(name) for kind, name in POINTS.items()}


def answers_of(person: Person) -> Answers:
    """Return what a person's profile holds, as answers to the questions."""
    answers: Answers = {name: getattr(person, name) for name in FIELDS}
    answers["birth_date"] = known_part(person.birth_date)
    # The last one, where there were several, is the one that requests propose.
    answers |= {POINTS[ContactPoint.Kind(point.kind)]: point.value for point in person.contact_points.order_by("pk")}
    if not answers.get("email") and person.user is not None:
        answers["email"] = person.user.email
    return answers


def certified(person: Person) -> Answers:
    """Return what FranceConnect certified, as answers that nobody changes by hand (ID-02)."""
    identity = person.certified_identities.filter(service="franceconnect").order_by("-verified_at").first()
    if identity is None:
        return {}
    claims = identity.claims
    found: Answers = {
        "family_name": claims.get("family_name"),
        "given_names": claims.get("given_name"),
        "usage_name": claims.get("preferred_username"),
        "birth_date": known_part(claims.get("birthdate", "")),
        "birth_place": _place(identity),
    }
    return {name: value for name, value in found.items() if value}


def known_part(text: str) -> str:
    """Return a date of civil status without the parts that are not known: "1962-00-00" is "1962"."""
    return text.removesuffix("-00").removesuffix("-00")


def padded(text: str) -> str:
    """Return a date known in part as civil status writes it: "1962" is "1962-00-00"."""
    return "-".join([*text.split("-"), "00", "00"][:3])


def _place(identity: CertifiedIdentity) -> str:
    """Name a place of birth from its codes of the INSEE; nothing where we do not know them."""
    today = timezone.localdate()
    town = EmbeddedLookups().find("commune_historic", str(identity.claims.get("birthplace") or "-"), on=today)
    if town is not None:
        return town.label
    code = identity.claims.get("birthcountry")
    return next((item.label for item in countries_ever().items if code and item.data["insee"] == code), "")
