"""The people of the demonstration: their logins, names, roles and mandates. All are invented."""

from datetime import timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from town.models import Department

from .identity.oidc.people import PEOPLE as AT_SERVICES
from .identity.oidc.people import sub
from .models import (
    Absence,
    CertifiedIdentity,
    ContactPoint,
    HelpStructure,
    Invitation,
    Mandate,
    Membership,
    Person,
    Role,
    StructureHelper,
    User,
)

# Printed by `make demo` and good for nothing else: demo mode refuses to start with production settings.
PASSWORD = "brume-du-matin-2026"  # noqa: S105 known to all, on purpose
_DELEGATION = "Arrêté n° 2026-17 du 30 mars 2026"
_ALL = ("etat-civil", "accueil", "education", "voirie", "police-municipale", "vie-associative")
# e-mail: given names, family name, role in words, memberships (role, title, authority, departments)
_PEOPLE: dict[str, tuple[str, str, str, list[tuple[Role, str, str, tuple[str, ...]]]]] = {
    "citoyen@exemple.fr": ("Camille", "Marchand", "habitante", []),
    "aidant@exemple.fr": ("Malik", "Aubrac", "aidant de France Services, avec le mandat d’Yvonne Kervella", []),
    "agent@exemple.fr": (
        "Nadia",
        "Roussel",
        "agente de plusieurs services",
        [(Role.AGENT, "agente d’accueil et d’état civil", "", _ALL)],
    ),
    "responsable@exemple.fr": (
        "Bruno",
        "Lacaze",
        "responsable de service",
        [(Role.HEAD, "responsable des services à la population", "", _ALL)],
    ),
    "signataire@exemple.fr": (
        "Hélène",
        "Garnier-Roy",
        "adjointe à la maire, signataire",
        [(Role.SIGNATORY, "adjointe à la maire", _DELEGATION, _ALL)],
    ),
    "admin@exemple.fr": (
        "Odile",
        "Tessier",
        "administratrice de la commune et des démarches",
        [
            (Role.TOWN_ADMIN, "directrice générale des services", "", (*_ALL, "ccas")),
            (Role.PROCEDURE_ADMIN, "directrice générale des services", "", _ALL),
        ],
    ),
}


def logins() -> list[tuple[str, str, str]]:
    """Return the demo logins: e-mail, role in words, password."""
    return [(email, role, PASSWORD) for email, (_, _, role, _) in _PEOPLE.items()]


@transaction.atomic
def load() -> dict[str, User]:
    """Make the demo people who are missing, give all of them the printed password, and return them by e-mail."""
    departments = {department.slug: department for department in Department.objects.all()}
    users = {}
    for email, (given_names, family_name, _, memberships) in _PEOPLE.items():
        user = users[email] = _user(email)
        person, created = Person.objects.get_or_create(
            user=user, defaults={"given_names": given_names, "family_name": family_name}
        )
        if created:
            ContactPoint.objects.create(
                person=person, kind=ContactPoint.Kind.EMAIL, value=email, verified_at=timezone.now()
            )
        for role, title, authority, slugs in memberships:
            for slug in slugs:
                Membership.objects.get_or_create(
                    user=user,
                    department=departments[slug],
                    role=role,
                    defaults={"title": title, "authority": authority},
                )
    _mandates(users["aidant@exemple.fr"].person, users["citoyen@exemple.fr"].person)
    _proconnect(users["agent@exemple.fr"].person, departments["accueil"])
    _holidays(users["responsable@exemple.fr"], users["agent@exemple.fr"])
    return users


def _proconnect(known: Person, department: Department) -> None:
    """Let ProConnect's double open the agent's account, and make a member of someone invited."""
    service = settings.IDENTITY_SERVICES.get("proconnect")
    if service is None:
        return
    CertifiedIdentity.objects.get_or_create(
        issuer=service["issuer"],
        sub=sub("proconnect", "nadia"),
        defaults={"person": known, "service": "proconnect"},
    )
    Invitation.objects.get_or_create(
        email=AT_SERVICES["proconnect"]["lea"]["email"],
        department=department,
        role=Role.AGENT,
        defaults={"title": "agente d’accueil"},
    )


def _holidays(head: User, stand_in: User) -> None:
    """Let the head be away in two weeks, and the agent stand in."""
    if not head.absences.exists():
        first = timezone.localdate() + timedelta(days=14)
        Absence.objects.create(user=head, starts_on=first, ends_on=first + timedelta(days=7), stand_in=stand_in)


def _user(email: str) -> User:
    user = User.objects.filter(email=email).first() or User(email=email)
    if not user.check_password(PASSWORD):
        user.set_password(PASSWORD)
        user.save()
    # A verified address: the password alone signs in, without a code by e-mail.
    EmailAddress.objects.update_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def _mandates(helper: Person, parent: Person) -> None:
    """Let the helper of a place act for someone who has neither e-mail nor login, and a parent for her child."""
    if helper.mandates_held.exists():
        return
    place, _created = HelpStructure.objects.get_or_create(
        name="France Services de Val-de-Brume", kind=HelpStructure.Kind.FRANCE_SERVICES
    )
    StructureHelper.objects.create(structure=place, email="aidant@exemple.fr")
    principal = Person.objects.create(given_names="Yvonne", family_name="Kervella", birth_date="1957-11-30")
    ContactPoint.objects.create(
        person=principal,
        kind=ContactPoint.Kind.POST,
        value={
            "street": "8 chemin du Lavoir",
            "extra": "",
            "postcode": "99240",
            "city": "Val-de-Brume",
            "country": "France",
        },
    )
    _accepted(principal, helper, basis="structure", structure=place, evidence="paper", days=365)
    child = Person.objects.create(given_names="Noé", family_name="Marchand", birth_date="2017-09-14")
    _accepted(child, parent, basis="parent", evidence="declaration", days=3650)


def _accepted(principal: Person, helper: Person, *, days: int, **said: object) -> None:
    now = timezone.now()
    Mandate.objects.create(
        principal=principal, helper=helper, accepted_at=now, ends_at=now + timedelta(days=days), **said
    )
