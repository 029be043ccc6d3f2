"""Answers known before a person starts: her profile, an earlier request, a partner, a signed link. All are only proposed."""

import hashlib
import secrets
from typing import Any

from django.core import signing
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Mandate, Person

from ..definition.base import Answers
from ..definition.document import ProcedureDefinition
from ..models import Procedure, Submission
from ..models.prefill import Partner, Prefill

# field id → {"value": what is proposed, "source": where it comes from}
Proposed = dict[str, dict[str, Any]]

_SALT = "procedures.prefill"
# Never carried over: what a person says anew each time, and what is not hers to copy.
_NOT_REUSED = {"consent", "signature", "file", "computed", "explanation", "heading"}
_LINK_DAYS = 60
LARGEST = 20_000


class UnknownPartner(Exception):
    """The token is not that of an active partner allowed on this procedure."""


def proposed(answers: Answers, source: str, *, locked: bool = False) -> Proposed:
    """Return answers with where they come from; ``locked`` ones, of a certified identity, are not changed by hand."""
    mark = {"locked": True} if locked else {}
    known = {name: value for name, value in answers.items() if value not in (None, "", [])}
    return {name: {"value": value, "source": source, **mark} for name, value in known.items()}


def of_profile(person: Person | None) -> Proposed:
    """Return what the person's profile knows of the applicant's identity."""
    if person is None:
        return {}
    answers: Answers = {
        "applicant_family_name": person.usage_name or person.family_name,
        "applicant_given_names": person.given_names,
    }
    for point in person.contact_points.all():
        answers[{"email": "applicant_email", "phone": "applicant_phone", "post": "applicant_address"}[point.kind]] = (
            point.value
        )
    if answers.get("applicant_email"):
        answers["applicant_contact"] = "email"
    elif answers.get("applicant_address"):
        answers["applicant_contact"] = "post"
    return {**proposed(answers, "profile"), **_certified(person)}


def of_mandate(mandate: Mandate) -> Proposed:
    """Return what is known of whoever a request is for: never the helper's own identity in her place.

    A parent applies in her own name, for her child.
    """
    if mandate.basis != Mandate.Basis.PARENT:
        return of_profile(mandate.principal)
    child = mandate.principal
    answers: Answers = {
        "child_family_name": child.family_name,
        "child_given_names": child.given_names,
        "child_birth_date": child.birth_date,
        "child_birth_place": child.birth_place,
    }
    return {**proposed(answers, "child"), **of_profile(mandate.helper)}


def _certified(person: Person) -> Proposed:
    """Return what FranceConnect certified: the name of birth and the given names, not changed by hand (ID-02)."""
    identity = person.certified_identities.filter(service="franceconnect").order_by("-verified_at").first()
    if identity is None:
        return {}
    answers: Answers = {
        "applicant_family_name": identity.claims.get("family_name"),
        "applicant_given_names": identity.claims.get("given_name"),
    }
    return proposed(answers, "certified:FranceConnect", locked=True)


def of_request(earlier: Submission, definition: ProcedureDefinition) -> Proposed:
    """Return the answers of an earlier request that today's questions can still hold; files and statements are not."""
    last = earlier.answer_sets.order_by("-number").first()
    accepted, _refused = checked(definition, dict(last.answers) if last else {})
    return proposed(accepted, f"request:{earlier.reference}")


def checked(definition: ProcedureDefinition, values: Answers) -> tuple[Answers, dict[str, str]]:
    """Part prepared values between those that a question of their name can show, and those refused, with the reason.

    They are only shown: the person's own "continue" validates them like anything typed.
    """
    accepted: Answers = {}
    refused: dict[str, str] = {}
    for name, value in values.items():
        field = definition.fields.get(name)
        if field is None or not field.asked:
            refused[name] = _("no such question")
        elif field.type in _NOT_REUSED:
            refused[name] = _("the person answers this herself")
        elif not field.can_show(value):
            refused[name] = _("not a value of this type")
        else:
            accepted[name] = value
    return accepted, refused


def partner_of(token: str, procedure: Procedure) -> Partner:
    """Return the active partner with that token, allowed on ``procedure``; UnknownPartner otherwise."""
    digest = hashlib.sha256(token.encode()).hexdigest()
    allowed = Q(procedures=None) | Q(procedures=procedure)
    found = Partner.objects.filter(allowed, token_digest=digest, active=True).first()
    if found is None:
        raise UnknownPartner
    return found


def new_partner(name: str) -> str:
    """Record a partner and return its token, shown this once."""
    token = secrets.token_urlsafe(32)
    Partner.objects.create(name=name, token_digest=hashlib.sha256(token.encode()).hexdigest())
    return token


def prepare(procedure: Procedure, partner: Partner, values: Answers) -> tuple[Prefill, dict[str, str]]:
    """Keep what a partner prepared; return it, and what was refused of it."""
    assert procedure.current_version is not None, "the caller checked that it is open"  # noqa: S101
    accepted, refused = checked(procedure.current_version.definition, values)
    return Prefill.objects.create(procedure=procedure, partner=partner, answers=accepted), refused


def waiting(procedure: Procedure, key: str) -> Prefill | None:
    """Return the answers that wait under ``key``, if they are for this procedure, not used and not too old."""
    try:
        return (
            Prefill.objects.select_related("partner")
            .filter(procedure=procedure, public_id=key, used_at=None, expires_at__gt=timezone.now())
            .first()
        )
    except ValueError:
        return None


def use(found: Prefill) -> Proposed:
    """Take prepared answers: they open once, and are erased from where they waited."""
    taken = Prefill.objects.filter(pk=found.pk, used_at=None).update(used_at=timezone.now(), answers={})
    return proposed(found.answers, f"partner:{found.partner.name}") if taken else {}


def sign(procedure: Procedure, answers: Answers) -> str:
    """Return the text that, in the address of a procedure, proposes these answers to whoever opens it."""
    return signing.dumps([procedure.slug, answers], salt=_SALT, compress=True)


def signed(procedure: Procedure, definition: ProcedureDefinition, text: str) -> Proposed:
    """Return the answers of a signed link; nothing when it is forged, too old or of another procedure."""
    try:
        slug, answers = signing.loads(text, salt=_SALT, max_age=_LINK_DAYS * 24 * 3600)
    except (signing.BadSignature, ValueError):
        return {}
    return proposed(checked(definition, answers)[0], "link") if slug == procedure.slug else {}


def words(source: str) -> str:
    """Say where a proposed answer comes from, to the person who must check it."""
    kind, _colon, name = source.partition(":")
    match kind:
        case "profile":
            return _("Taken from your profile: check it.")
        case "child":
            return _("Taken from what you told us of your child: check it.")
        case "request":
            return _("Taken from your request %(reference)s: check it.") % {"reference": name}
        case "certified":
            return _("Verified by %(name)s: it cannot be changed here.") % {"name": name}
        case "partner":
            return _("Prepared by %(name)s: check it.") % {"name": name}
        case _:
            return _("Prepared by the link you opened: check it.")


def purge() -> int:
    """Erase prepared answers past their date."""
    return Prefill.objects.filter(expires_at__lte=timezone.now()).delete()[0]
