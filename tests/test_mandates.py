"""Who acts for whom: a child, someone who gives a code or signs a paper, someone who is offered it; until it ends."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from accounts.models import HelpStructure, Mandate, Person, StructureHelper, User
from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import mandate as mandates
from procedures.lifecycle import retain
from procedures.lifecycle.mandate import Named
from procedures.lifecycle.mandate_mail import link_for, opened_by
from procedures.models import StoredFile
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queries import count_queries
from tests.test_filing import PDF

HELPING, GIVEN = "/mes-demandes/proches/", "/mes-demandes/mandats/"
ASK = HELPING + "mandat/"
YVONNE = {"family_name": "Kervella", "given_names": "Yvonne"}
TERMS = {"scope": "all", "duration": "year"}


@pytest.fixture
def zoe(db: None) -> User:
    samples.procedure("acte")
    return citizen("zoe@exemple.fr", "Lefèvre", "Zoé")


@pytest.fixture
def malik(db: None) -> User:
    return citizen("malik@exemple.fr", "Aubrac", "Malik")


def citizen(email: str, family_name: str, given_names: str) -> User:
    user = samples.citizen(email, family_name, given_names)
    EmailAddress.objects.get_or_create(user=user, email=email, defaults={"verified": True, "primary": True})
    return user


def browser_of(user: User) -> Portal:
    browser = Portal()
    browser.force_login(user)
    return browser


def texts(page: Any) -> str:
    return " ".join(str(page.content.decode()).replace("\u00a0", " ").split())


def ask(browser: Portal, **said: Any) -> Mandate:
    """Ask Yvonne for a mandate, by a code unless said otherwise."""
    given = {**YVONNE, "basis": "relative", "evidence": "code", "email": "yvonne@exemple.fr", **TERMS, **said}
    answer = browser.post(ASK, given)
    assert answer.status_code == 302, texts(answer)
    return Mandate.objects.latest("pk")


def code() -> str:
    """Return the code of the latest mail."""
    found = re.search(r": (\d{3} \d{3})\n", Delivery.objects.latest("pk").body)
    assert found is not None
    return found[1]


def links(mandate: Mandate) -> tuple[str, str]:
    """Return the addresses that the person and the helper received."""
    person, helper = (link_for(mandate, side).split("/", 3)[3] for side in ("principal", "helper"))
    return f"/{person}", f"/{helper}"


def test_yvonne_gives_the_code_that_she_received_and_malik_may_act_for_her(malik: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser)
    mail = Delivery.objects.get()
    assert (mail.address, mail.secret) == ("yvonne@exemple.fr", True)
    assert "Malik Aubrac demande à faire des démarches à la mairie en votre nom." in mail.body
    assert Actor(user=malik).mandates == []
    answer = browser.fill(browser.get(f"{ASK}{mandate.public_id}/code/"), code=code(), follow=True)
    assert "Vous pouvez maintenant agir pour Yvonne Kervella." in texts(answer)
    assert [one.principal.display_name for one in Actor(user=malik).mandates] == ["Yvonne Kervella"]
    told = {one.address: one.subject for one in Delivery.objects.exclude(pk=mail.pk)}
    assert told == {"yvonne@exemple.fr": "Le mandat est accepté", "malik@exemple.fr": "Le mandat est accepté"}
    assert [event.kind for event in Event.objects.of(mandate.principal.key)] == ["mandate.asked", "mandate.accepted"]
    # Once used, the code opens nothing more.
    assert browser.get(f"{ASK}{mandate.public_id}/code/").status_code == 404


def test_the_sixth_wrong_code_kills_even_the_right_one_until_another_is_sent(malik: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser)
    right, page = code(), f"{ASK}{mandate.public_id}/code/"
    for _try in range(5):
        answer = browser.post(page, {"code": "000 000"})
        assert answer.status_code == 422
    assert "Ce n’est pas le code" in texts(answer)
    answer = browser.post(page, {"code": right})
    assert answer.status_code == 422
    assert "Ce code ne sert plus" in texts(answer)
    browser.post(page, {"again": "1"})
    fresh = code()
    assert browser.post(page, {"code": right}).status_code == (302 if fresh == right else 422)
    assert browser.post(page, {"code": fresh.replace(" ", "")}).status_code == 302
    assert len(Actor(user=malik).mandates) == 1


def test_a_code_serves_for_two_days(malik: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser)
    Mandate.objects.update(code_sent_at=timezone.now() - timedelta(hours=48, minutes=1))
    answer = browser.post(f"{ASK}{mandate.public_id}/code/", {"code": code()})
    assert answer.status_code == 422
    assert Actor(user=malik).mandates == []


def test_the_code_of_one_mandate_opens_no_other_and_nobody_else_may_use_it(malik: User, zoe: User) -> None:
    browser = browser_of(malik)
    first = ask(browser)
    right = code()
    other = ask(browser, given_names="Lucien", email="lucien@exemple.fr")
    if code() != right:
        assert browser.post(f"{ASK}{other.public_id}/code/", {"code": right}).status_code == 422
    assert browser_of(zoe).post(f"{ASK}{first.public_id}/code/", {"code": right}).status_code == 404
    assert Portal().post(f"{ASK}{first.public_id}/code/", {"code": right}).status_code == 302
    assert not Mandate.objects.in_force().exists()


def test_codes_to_addresses_that_someone_typed_are_few(malik: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser)
    answers = [browser.post(f"{ASK}{mandate.public_id}/code/", {"again": "1"}).status_code for _ in range(6)]
    assert answers == [302] * 5 + [429]


def test_yvonne_accepts_refuses_and_ends_from_her_mail_without_an_account(malik: User) -> None:
    accepted, refused = ask(browser_of(malik)), ask(browser_of(malik), given_names="Yvette")
    yvonne = Portal()
    page = yvonne.get(links(accepted)[0])
    assert "Malik Aubrac demande à faire des démarches en votre nom." in texts(page)
    assert Actor(user=malik).mandates == []
    page = yvonne.fill(page, button=("action", "accept"), follow=True)
    assert "Malik Aubrac peut faire des démarches en votre nom." in texts(page)
    assert len(Actor(user=malik).mandates) == 1
    yvonne.fill(page, button=("action", "end"), follow=True)
    assert Actor(user=malik).mandates == []
    accepted.refresh_from_db()
    assert accepted.revoked_by == accepted.principal.key
    page = yvonne.fill(yvonne.get(links(refused)[0]), button=("action", "refuse"), follow=True)
    assert "refusé le" in texts(page)
    assert Delivery.objects.filter(address="malik@exemple.fr", subject="Le mandat est refusé").exists()
    # What is over is not taken up again from an old page.
    yvonne.post(links(refused)[0], {"action": "accept"})
    assert Actor(user=malik).mandates == []


@pytest.mark.parametrize("token", ["forge", "", "WyJ4IiwieSJd:1:abc"])
def test_a_forged_link_opens_nothing(token: str, db: None) -> None:
    assert Portal().get(f"{GIVEN}lien/{token}/").status_code == 404


def test_the_link_of_the_helper_does_not_accept_for_the_person(malik: User) -> None:
    mandate = ask(browser_of(malik))
    answer = browser_of(malik).post(links(mandate)[1], {"action": "accept"}, follow=True)
    assert "envoyée à une autre adresse" in texts(answer)
    assert Actor(user=malik).mandates == []


def test_an_address_shared_by_two_people_opens_only_the_one_who_was_named(malik: User, zoe: User) -> None:
    """Yvonne gives the address of Zoé, with whom she lives: nothing of Zoé's is opened."""
    browser = browser_of(malik)
    mandate = ask(browser, email="zoe@exemple.fr")
    browser.post(f"{ASK}{mandate.public_id}/code/", {"code": code()})
    assert [one.principal.display_name for one in Actor(user=malik).mandates] == ["Yvonne Kervella"]
    assert "Malik" not in texts(browser_of(zoe).get(GIVEN))


def test_who_has_an_account_finds_the_mandate_in_her_space(malik: User, zoe: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser, family_name="LEFEVRE", given_names="Zoé Marie", email="Zoe@Exemple.fr")
    browser.post(f"{ASK}{mandate.public_id}/code/", {"code": code()})
    assert [one.principal for one in Actor(user=malik).mandates] == [zoe.person]
    own = browser_of(zoe)
    assert "Malik Aubrac" in texts(own.get(GIVEN))
    mandate.refresh_from_db()
    own.fill(own.get(f"{GIVEN}{mandate.public_id}/fin/"))
    assert Actor(user=malik).mandates == []
    assert "terminé le" in texts(own.get(GIVEN))
    assert "terminé le" in texts(browser.get(HELPING))


def test_zoe_offers_a_mandate_and_only_the_address_that_she_wrote_accepts_it(malik: User, zoe: User) -> None:
    own = browser_of(zoe)
    own.fill(own.get(f"{GIVEN}donner/"), values={"email": "Malik@Exemple.fr", "basis": "relative", **TERMS})
    mandate = Mandate.objects.get()
    mail = Delivery.objects.get()
    assert mail.address == "malik@exemple.fr"
    # The signature says the second at which it was made: what was sent is read, not made again.
    found = re.search(r"/mes-demandes/mandats/lien/\S+/", mail.body)
    assert found is not None
    address = found[0]
    opened = opened_by(address.rstrip("/").rpartition("/")[2])
    assert opened == (mandate, "helper")
    answer = Portal().post(address, {"action": "accept"})
    assert answer.headers["Location"].startswith("/comptes/connexion/")
    thief = browser_of(citizen("autre@exemple.fr", "Autre", "Ana"))
    assert "envoyée à une autre adresse" in texts(thief.post(address, {"action": "accept"}, follow=True))
    assert not Mandate.objects.in_force().exists()
    answer = browser_of(malik).post(address, {"action": "accept"}, follow=True)
    assert "Vous pouvez maintenant agir pour Zoé Lefèvre." in texts(answer)
    # A second click changes nothing.
    browser_of(malik).post(address, {"action": "accept"}, follow=True)
    assert [event.kind for event in Event.objects.of(zoe.person.key)] == ["mandate.offered", "mandate.accepted"]


def test_zoe_neither_offers_a_mandate_to_herself_nor_twice_to_one_person(zoe: User) -> None:
    own = browser_of(zoe)
    given = {"basis": "relative", **TERMS}
    assert "votre propre adresse" in texts(own.post(f"{GIVEN}donner/", {"email": "ZOE@exemple.fr", **given}))
    assert own.post(f"{GIVEN}donner/", {"email": "malik@exemple.fr", **given}).status_code == 302
    answer = own.post(f"{GIVEN}donner/", {"email": "malik@exemple.fr", **given})
    assert answer.status_code == 422
    assert "déjà demandé à cette personne" in texts(answer)
    assert Mandate.objects.count() == 1


def birthday(years: int) -> tuple[str, dict[str, str]]:
    """Return the day of someone who is so many years old today, and what the form sends for it."""
    today = timezone.localdate()
    # Who is born on 29 February has her birthday on the day after, in other years.
    born = date(today.year - years, today.month, today.day) if (today.month, today.day) != (2, 29) else today
    return born.isoformat(), {f"birth_date-{part}": str(getattr(born, part)) for part in ("day", "month", "year")}


CHILD = {"family_name": "Lefèvre", "given_names": "Noé"}


@pytest.mark.parametrize(("years", "taken"), [(15, True), (17, True), (18, False), (40, False)])
def test_rgpd_08_a_parent_acts_for_her_child_until_the_child_is_of_age(years: int, taken: bool, zoe: User) -> None:
    browser, (born, said) = browser_of(zoe), birthday(years)
    answer = browser.fill(browser.get(f"{HELPING}enfant/"), values={**CHILD, **said, "sworn": "on"})
    assert answer.status_code == (302 if taken else 422)
    assert len(Actor(user=zoe).mandates) == taken
    if not taken:
        assert 'href="#f-birth_date"' in texts(answer)
        return
    mandate = Mandate.objects.get()
    assert mandate.ends_at is not None
    of_age = f"{int(born[:4]) + 18}{born[4:]}"
    assert timezone.localtime(mandate.ends_at).isoformat().startswith(f"{of_age}T00:00:00")
    Mandate.objects.update(ends_at=timezone.now())
    assert Actor(user=zoe).mandates == []
    assert "terminé depuis" in texts(browser.get(HELPING))


def test_a_child_born_on_29_february_is_of_age_on_the_first_of_march(zoe: User) -> None:
    mandate = mandates.add_child(zoe.person, Named("Lefèvre", "Noé", "2016-02-29"), by=Actor(user=zoe))
    assert mandate.ends_at is not None
    assert timezone.localtime(mandate.ends_at).date() == date(2034, 3, 1)


def test_a_child_is_added_once_and_on_the_word_of_the_parent(zoe: User) -> None:
    browser = browser_of(zoe)
    page = browser.get(f"{HELPING}enfant/")
    said = {**CHILD, "birth_date-day": "4", "birth_date-month": "5", "birth_date-year": "2020"}
    answer = browser.fill(page, values=said)
    assert answer.status_code == 422
    assert 'value="Noé"' in texts(answer)
    for status in (302, 422):
        answer = browser.fill(page, values={**said, "sworn": "on"})
        assert answer.status_code == status
    assert "déjà sur votre liste" in texts(answer)
    assert Person.objects.filter(given_names="Noé").count() == 1


def test_a_paper_waits_for_an_agent_and_is_replaced_meanwhile(malik: User) -> None:
    browser = browser_of(malik)
    mandate = ask(browser, evidence="paper", email="")
    page = browser.get(f"{ASK}{mandate.public_id}/papier/")
    assert "Je, <strong><bdi>Yvonne Kervella</bdi></strong>, donne mandat" in texts(page)
    assert browser.fill(page).status_code == 422
    wrong = SimpleUploadedFile("mandat.pdf", b"MZ not a paper", content_type="application/pdf")
    assert browser.fill(page, paper=wrong).status_code == 422
    for _time in range(2):
        answer = browser.fill(page, paper=SimpleUploadedFile("mandat.pdf", PDF), follow=True)
        assert "un agent le lit" in texts(answer)
    assert StoredFile.objects.count() == 1
    assert Actor(user=malik).mandates == []


def test_a_guardian_sends_the_judgment_no_code_stands_for_it(malik: User) -> None:
    mandate = ask(browser_of(malik), basis="guardian", evidence="code")
    assert mandate.evidence == "paper"
    assert not Delivery.objects.exists()


@pytest.fixture
def place(malik: User) -> HelpStructure:
    found = HelpStructure.objects.create(name="France Services de Val-de-Brume", kind="france_services")
    StructureHelper.objects.create(structure=found, email="malik@exemple.fr")
    return found


def test_a_recognised_place_vouches_for_the_paper_that_it_saw_signed(malik: User, place: HelpStructure) -> None:
    browser = browser_of(malik)
    mandate = ask(browser, basis=f"place_{place.pk}", evidence="paper", email="")
    page = browser.get(f"{ASK}{mandate.public_id}/papier/")
    browser.fill(page, paper=SimpleUploadedFile("mandat.pdf", PDF))
    assert [one.structure for one in Actor(user=malik).mandates] == [place]


def test_two_procedures_of_one_title_are_told_apart(malik: User, zoe: User) -> None:
    for number in range(2):
        samples.procedure(f"acte-{number}", id=f"acte_{number}")
    page = texts(browser_of(malik).get(ASK))
    assert "Demander un acte (Service État civil)" in page
    assert len(set(re.findall(r'name="procedures" value="(p\d+)"', page))) == 3


def test_without_a_script_a_question_says_when_it_is_to_be_answered(malik: User) -> None:
    page = texts(browser_of(malik).get(ASK))
    assert "« À quel titre agissez-vous pour elle ? » n’est pas Comme tuteur" in page


def test_who_helps_for_no_place_cannot_say_so(zoe: User, place: HelpStructure) -> None:
    given = {**YVONNE, "basis": f"place_{place.pk}", "evidence": "paper", "email": "", **TERMS}
    assert browser_of(zoe).post(ASK, given).status_code == 422
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("leaves", ["helper", "place", "address"])
def test_who_leaves_her_place_acts_no_more_for_those_who_asked_it(
    leaves: str, malik: User, place: HelpStructure
) -> None:
    people.mandate(people.stranger(), malik, basis="structure", structure=place)
    assert len(Actor(user=malik).mandates) == 1
    if leaves == "helper":
        place.helpers.update(ended_at=timezone.now())
    elif leaves == "place":
        HelpStructure.objects.update(ended_at=timezone.now())
    else:
        EmailAddress.objects.filter(user=malik).update(verified=False)
    assert Actor(user=malik).mandates == []
    assert "suspendu" in texts(browser_of(malik).get(HELPING))


def test_a_mandate_that_nobody_accepted_is_forgotten_with_whom_it_named(malik: User) -> None:
    old, signed = ask(browser_of(malik)), ask(browser_of(malik), evidence="paper", email="", given_names="Lucien")
    people.sign(signed)
    kept = people.mandate(people.stranger(), malik)
    Mandate.objects.update(created_at=timezone.now() - timedelta(days=61))
    recent = ask(browser_of(malik), given_names="Yvette")
    assert retain.purge_mandates() == 2
    assert set(Mandate.objects.all()) == {kept, recent}
    assert not Person.objects.filter(pk__in=[old.principal_id, signed.principal_id]).exists()
    assert not StoredFile.objects.exists()


@pytest.mark.parametrize("address", [HELPING, GIVEN])
def test_a_list_of_mandates_costs_the_same_for_one_and_for_thirty(address: str, malik: User, zoe: User) -> None:
    def grow(count: int) -> None:
        for _ in range(count):
            for accepted_at in (timezone.now(), None):
                people.mandate(people.stranger(), malik, accepted_at=accepted_at)
                people.mandate(malik.person, zoe, accepted_at=accepted_at)

    browser = browser_of(malik)
    grow(1)
    before = count_queries(browser, address)
    grow(29)
    assert count_queries(browser, address) == before
