"""Who asks, in the matrix of rights: one name a role, and what each address needs to be asked for.

A role is added here (a line in ``ROLES``, its login in ``who``), then has its column in both tables.
"""

import time
import uuid
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse

from accounts.models import Absence, HelpStructure, Invitation, Membership, Person, User
from exchange.models import Export
from procedures.lifecycle import draft as drafts
from procedures.models import Draft, SavedView, StoredFile, Submission, UnusualReading
from tests.support import people, samples
from tests.support.addresses import parameters
from tests.support.client import Portal

ROLES = (
    "anonymous",
    "other_citizen",
    "citizen",  # the owner: what is asked for is hers
    "helper",  # who holds a mandate of the owner
    "helper_out",  # whose mandate is for another procedure
    "agent",
    "head",
    "signatory",
    "auditor",
    "elsewhere",  # an agent of another department, in another sector
    "town_admin",
    "admin_elsewhere",  # the administrator of another department
    "superuser",
    "superuser_bare",  # who has not given her second factor
)
# Each takes another way through the one query that tells rights: asked of both databases. The others ask no more of it.
_ON_BOTH = frozenset({"anonymous", "citizen", "helper", "agent", "head", "town_admin"})
EACH_ROLE = [pytest.param(role, marks=() if role in _ON_BOTH else pytest.mark.one_database, id=role) for role in ROLES]
# Those who work for the town: their second factor is given, all but one.
CITIZENS = ("other_citizen", "citizen", "helper", "helper_out")
WORKERS = frozenset(ROLES) - {"anonymous", "superuser_bare", *CITIZENS}


def who(role: str, town: people.Desk) -> User | None:
    """Return the login of a role, made where the town has none; None for nobody."""
    if role == "other_citizen":
        return samples.citizen("autre@exemple.fr")
    if role in {"town_admin", "admin_elsewhere"}:
        user = samples.citizen("admin@exemple.fr")
        department = town.civil if role == "town_admin" else town.roads
        Membership.objects.create(user=user, department=department, role="town_admin", title="secrétaire")
        return user
    if role.startswith("superuser"):
        user = User.objects.create_superuser("technique@exemple.fr", samples.PASSWORD)
        Person.objects.create(user=user)
        return user
    if role.startswith("helper"):
        return helper(town, role)
    known = {
        "citizen": town.zoe,
        "agent": town.nadia,
        "head": town.claire,
        "signatory": town.helene,
        "auditor": town.paul,
        "elsewhere": town.roger,
    }
    return known.get(role)


def helper(town: people.Desk, role: str = "helper") -> User:
    """Return someone to whom Zoé gave a mandate: for all procedures, or for another one than hers."""
    email = f"{role}@exemple.fr"
    found = User.objects.filter(email=email).first()
    if found is None:
        found = samples.citizen(email, "Aubrac", "Malik")
        only = [] if role == "helper" else [str(uuid.uuid4())]
        people.mandate(town.zoe.person, found, procedures=only)
    return found


def browser_of(role: str, user: User | None, *, proved: int = 0) -> Portal:
    """Return a browser signed in as a role, whose proofs were given ``proved`` seconds ago."""
    browser = Portal()
    if user is None:
        return browser
    browser.force_login(user)
    record = {"method": "mfa", "type": "totp"} if role in WORKERS else {"method": "password"}
    session = browser.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [record | {"at": time.time() - proved}]
    session.save()
    return browser


class Asked:
    """What the addresses are asked for: Zoé's request, draft and papers, Nadia's place in the team."""

    def __init__(self, town: people.Desk) -> None:
        self.submission: Submission = town.file()
        self.stored: StoredFile = people.attach(self.submission)
        self.draft: Draft = drafts.start(town.procedure, town.zoe.person)
        self.paper = people.keep_paper(town.zoe)
        self.values: dict[str, Any] = {
            "slug": "acte",
            "pk": 1,
            "token": "forged",
            "batch_id": people.batch_of(town).public_id,
            "delivery_id": uuid.uuid4(),
            "hook_id": people.hook_of(town).public_id,
            "token_id": people.token_of(town).public_id,
            "view_id": SavedView.objects.create(owner=town.nadia, name="Urgentes").public_id,
            "list_id": town.listed().public_id,
            "draft_id": self.draft.public_id,
            "step": "acte",
            "field": "kind",
            "path": "proof",
            "reference": self.submission.reference,
            "key": "withdraw",
            "number": 2,
            "file_id": self.stored.public_id,
            "paper_id": self.paper.public_id,
            "kind": "profil",
            "place": ".well-known/openid-configuration",
        }
        begun, entered = town.begin_entry(), town.enter()
        awaited = {"reference": town.ask_pieces(town.file()).reference}
        corrected = {"reference": town.ask_correction(town.file()).reference}
        letter: dict[str, Any] = {"slug": people.with_letters(town).slug, "letter_id": "oui"}
        self.of_one: dict[str, dict[str, Any]] = {
            "desk:action": {"key": "take_charge"},
            "filing:pieces": awaited,
            "desk:sent_on_arrived": {"reference": town.send_on(town.file()).reference},
            "desk:posting": {"reference": town.by_post().reference, "number": 1},
            "desk:extend": {"reference": town.file_longer().reference},
            "desk:opinion": {"opinion_id": town.ask_opinion(self.submission).public_id},
            "filing:silence": {"what": "motifs"},
            "desk:reasons": {"reference": town.ask_reasons(town.file()).reference},
            "desk:withdraw": {"reference": town.decide(town.file()).reference},
            "filing:correction": corrected,
            "desk:note_pieces": awaited,
            "desk:entry": {"draft_id": begun.public_id},
            "desk:entry_paper": {"draft_id": begun.public_id},
            "desk:entered": {"reference": entered.reference},
            "desk:give_receipt": {"reference": entered.reference},
            **{f"studio:{name}": letter for name in ("letter", "letter_preview", "drop_letter")},
            "studio:new_letter": {"outcome": "granted"},
            "studio:begin": {"way": "bibliotheque"},
            "studio:edition": {"slug": letter["slug"], "pk": people.run_of(letter["slug"])},
            **{f"studio:{name}": {"slug": letter["slug"], "key": key} for name, key in people.PARTS.items()},
            **_exports(town),
            **_mandates(town),
            **_team(town),
        }

    def url(self, name: str) -> str:
        """Return the address to ask for."""
        here = self.values | self.of_one.get(name, {})
        if name.startswith("identity_"):
            here |= {"key": "franceconnect"}
        return reverse(name, kwargs={key: here[key] for key in parameters(name)})


def _exports(town: people.Desk) -> dict[str, dict[str, Any]]:
    """Return what fills the addresses of exports: one of Nadia's, that is made."""
    state: dict[str, Any] = {"state": "done", "name": "demandes.csv", "size": 3}
    asked: dict[str, Any] = {
        "view": {"state": "all"},
        "format": "csv",
        "identity": False,
        "answers": False,
        "sensitive": False,
    }
    made = Export.objects.create(by=town.nadia, sector=town.civil.sector, fingerprint="x", **asked, **state)
    default_storage.save(made.place, ContentFile(b"a;b"))
    return {name: {"export_id": made.public_id} for name in ("exchange:download", "exchange:remove")}


def _mandates(town: people.Desk) -> dict[str, dict[str, Any]]:
    """Return what fills the addresses of mandates: the helper's of Zoé, two that wait, a place that helps."""
    who = helper(town)
    held = who.person.mandates_held.get()
    coded = people.mandate(people.stranger(), who, evidence="code", accepted_at=None)
    papered = people.mandate(people.stranger(), who, evidence="paper", accepted_at=None)
    people.sign(papered)
    place = HelpStructure.objects.create(name="France Services", kind="france_services")
    return {
        "space:end_mandate": {"mandate_id": held.public_id},
        "space:mandate_code": {"mandate_id": coded.public_id},
        "space:mandate_paper": {"mandate_id": papered.public_id},
        "desk:mandate": {"mandate_id": papered.public_id},
        "desk:mandate_file": {"mandate_id": papered.public_id},
        "studio:place": {"place_id": place.public_id},
    }


def _team(town: people.Desk) -> dict[str, dict[str, Any]]:
    """Return what fills the addresses of the team: Nadia, her role, an absence of hers, an invitation."""
    who: dict[str, Any] = {"user_id": town.nadia.public_id}
    role = who | {"pk": town.nadia.memberships.get().pk}
    away = Absence.objects.create(user=town.nadia, starts_on="2099-01-05", ends_on="2099-01-09")
    invited = Invitation.objects.create(
        email="lea@exemple.fr", department=town.civil, role="agent", title="agente", token_digest="x"
    )
    return {
        **dict.fromkeys(
            (
                "studio:person",
                "studio:grant",
                "studio:departure",
                "studio:absence",
                "studio:reset_factor",
                "studio:naming",
            ),
            who,
        ),
        **dict.fromkeys(("studio:change_role", "studio:end_role"), role),
        "studio:cancel_absence": who | {"pk": away.pk},
        "desk:cancel_absence": {"pk": away.pk},
        "desk:reading": {
            "reading_id": UnusualReading.objects.create(
                kind="many", day="2026-03-02", actor=town.nadia.key, count=99
            ).public_id
        },
        "studio:resend": {"pk": invited.pk},
        "studio:cancel_invitation": {"pk": invited.pk},
    }
