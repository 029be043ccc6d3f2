"""Every address costs the same queries with one row of everything and with thirty: a new one is held by itself."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.urls import reverse

from accounts.models import Mandate
from accounts.permissions import Actor
from journal.models import record_access
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import label as labels
from procedures.lifecycle import message as letters
from procedures.lifecycle import note as notes
from procedures.lifecycle.transition import apply
from procedures.models import Procedure, SavedView, Submission
from tests.support import people, samples
from tests.support.addresses import parameters
from tests.support.client import Portal, close_files
from tests.support.queries import count_queries
from tests.test_rights import EXPECTED

# Whoever opens an address most fully: the first of these that may.
ROLES = ("head", "citizen", "anonymous")


class World:
    """A town that can be made busier; ``values`` fill the parts of addresses."""

    def __init__(self) -> None:
        self.town = people.desk()
        self.case = self.file()
        self.malik = samples.citizen("malik@exemple.fr", "Aubrac", "Malik")
        given, signed = self.mandates()
        begun, entered = self.town.begin_entry(), self.town.enter()
        awaited = {"reference": self.town.ask_pieces(self.file()).reference}
        corrected = {"reference": self.town.ask_correction(self.file()).reference}
        letter: dict[str, Any] = {"slug": people.with_letters(self.town).slug, "letter_id": "oui"}
        self.of_one: dict[str, dict[str, Any]] = {
            **{f"studio:{name}": letter for name in ("letter", "letter_preview", "drop_letter")},
            "studio:new_letter": {"outcome": "granted"},
            "studio:begin": {"way": "bibliotheque"},
            "studio:edition": {"slug": letter["slug"], "pk": people.run_of(letter["slug"])},
            **{f"studio:{name}": {"slug": letter["slug"], "key": key} for name, key in people.PARTS.items()},
            "desk:action": {"key": "take_charge"},
            "filing:pieces": awaited,
            "desk:sent_on_arrived": {"reference": self.town.send_on(self.file()).reference},
            "filing:silence": {"what": "motifs"},
            "desk:posting": {"reference": self.town.by_post().reference, "number": 1},
            "desk:extend": {"reference": self.town.file_longer().reference},
            "desk:opinion": {"opinion_id": self.town.ask_opinion(self.case).public_id},
            "desk:reasons": {"reference": self.town.ask_reasons(self.file()).reference},
            "desk:withdraw": {"reference": self.town.decide(self.file()).reference},
            "filing:correction": corrected,
            "desk:note_pieces": awaited,
            "desk:entry": {"draft_id": begun.public_id},
            "desk:entered": {"reference": entered.reference},
            "desk:mandate": {"mandate_id": signed.public_id},
            "desk:mandate_file": {"mandate_id": signed.public_id},
            "space:end_mandate": {"mandate_id": given.public_id},
        }
        self.values: dict[str, Any] = {
            "slug": "acte",
            "pk": 1,
            "token": "forged",
            "batch_id": people.batch_of(self.town, self.town.claire).public_id,
            "view_id": SavedView.objects.create(owner=self.town.nadia, name="Urgentes").public_id,
            "delivery_id": self.case.public_id,
            "hook_id": people.hook_of(self.town).public_id,
            "token_id": people.token_of(self.town).public_id,
            "list_id": self.town.listed().public_id,
            "draft_id": drafts.start(self.town.procedure, self.town.zoe.person).public_id,
            "step": "acte",
            "field": "kind",
            "path": "proof",
            "reference": self.case.reference,
            "file_id": people.attach(self.case).public_id,
            "key": "withdraw",
            "number": 2,
            "paper_id": people.keep_paper(self.town.zoe).public_id,
            "kind": "profil",
            "place": ".well-known/openid-configuration",
        }

    def file(self) -> Submission:
        """File a request and talk about it."""
        case = self.town.file()
        letters.send(case, "Bonjour", by=Actor(user=self.town.zoe))
        return case

    def mandates(self) -> tuple[Mandate, Mandate]:
        """Let Zoé be helped, help someone, and have a signed paper wait; return the first and the last."""
        given = people.mandate(self.town.zoe.person, self.malik)
        people.mandate(people.stranger(), self.town.zoe)
        signed = people.mandate(people.stranger(), self.town.zoe, evidence="paper", accepted_at=None)
        people.sign(signed)
        return given, signed

    def grow(self, times: int) -> None:
        """Add as many of everything: requests at each stage, drafts, messages, files, procedures."""
        for number in range(times):
            case = self.file()
            if number % 3:
                apply(case, "take_charge", by=Actor(user=self.town.nadia))
            if number % 3 == 2:
                apply(case, "ask_correction", by=Actor(user=self.town.nadia), words="Une date, s’il vous plaît ?")
            drafts.start(self.town.procedure, self.town.zoe.person)
            self.town.begin_entry()
            self.town.enter()
            letters.send(self.case, "Encore un mot.", by=Actor(user=self.town.zoe))
            letters.send(self.case, "Une réponse.", by=Actor(user=self.town.nadia))
            people.attach(self.case)
            people.keep_paper(self.town.zoe)
            self.town.ask_pieces(self.file())
            self.town.ask_correction(self.file())
            self.town.ask_opinion(self.case)
            people.token_of(self.town, f"portail_{number}-{times}")
            people.hook_of(self.town)
            SavedView.objects.create(owner=self.town.claire, name=f"Vue {number}-{times}")
            notes.write(self.case, "À revoir.", by=Actor(user=self.town.nadia), asking=[self.town.claire])
            labels.put(self.case, f"mot {number % 8}", by=Actor(user=self.town.nadia))
            self.mandates()
            record_access("read", self.case.key, actor=self.town.nadia.key, role="agent", service=f"Service {number}")
            samples.procedure(f"acte-{Procedure.objects.count()}", department=self.town.civil)

    def browser(self, role: str) -> Portal:
        """Return a browser signed in as someone of that role."""
        browser = Portal()
        user = {"head": self.town.claire, "citizen": self.town.zoe}.get(role)
        if user:
            browser.force_login(user)
        return browser


def opened_by(name: str) -> str | None:
    """Return who opens that address, or None when nobody gets a page there."""
    return next((role for role in ROLES if EXPECTED[name][role] == 200), None)


@pytest.mark.django_db
def test_every_address_costs_the_same_with_one_row_and_with_thirty() -> None:
    world = World()
    held = {name: role for name in EXPECTED if (role := opened_by(name))}
    browsers = {role: world.browser(role) for role in ROLES}

    def counts(names: Iterable[str] = tuple(held)) -> dict[str, int]:
        found = {}
        for name in names:
            role = held[name]
            values = world.values | world.of_one.get(name, {})
            url = reverse(name, kwargs={key: values[key] for key in parameters(name)})
            answer = browsers[role].get(url)
            close_files(answer)
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found[name] = count_queries(browsers[role], url)
        return found

    # One of everything, then a settled state: what is read for the first time is marked read.
    world.grow(1)
    counts()
    little = counts()
    world.grow(29)
    counts()
    much = counts()
    assert Procedure.objects.count() > 30
    grown = {name: (little[name], much[name]) for name in little if much[name] > little[name]}
    # What a session writes once a minute is due for one page of the walk: it is no growth, and is gone at once.
    again = counts(grown)
    grown = {name: pair for name, pair in grown.items() if again[name] > little[name]}
    assert not grown, grown
    assert {"desk:list", "desk:case", "space:home", "filing:catalogue"} <= set(little)
