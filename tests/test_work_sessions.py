"""The sessions of those who work for the town: locked when idle, ended in a day; what was typed is found again."""

from typing import Any

import pytest

from accounts.models import Membership, User
from procedures.models import Message, Submission
from tests.support import people, samples
from tests.support.client import Portal

CONFIRM = "/comptes/confirmation/"
WORDS = "Le livret de famille est illisible : envoyez-le de nouveau, page par page."


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def case(town: people.Desk) -> Submission:
    return town.file()


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    assert browser.get("/agent/").status_code == 200
    return browser


def later(browser: Portal, *, minutes: float) -> None:
    """Let time pass for the limits: every moment that the session keeps is that much older."""
    session = browser.session
    for name in ("work_began", "work_seen"):
        if name in session:
            session[name] -= minutes * 60
    session["account_authentication_methods"] = [
        {**record, "at": record["at"] - minutes * 60} for record in session["account_authentication_methods"]
    ]
    session.save()


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def take(browser: Portal, case: Submission) -> None:
    assert browser.post(f"/agent/demandes/{case.reference}/actions/take_charge/").status_code == 302


def test_an_idle_page_asks_for_the_proof_then_shows_the_page_again(nadia: Portal, case: Submission) -> None:
    address = f"/agent/demandes/{case.reference}/"
    later(nadia, minutes=59)
    assert nadia.get(address).status_code == 200
    later(nadia, minutes=61)
    asked = nadia.get(address, follow=True)
    assert asked.request["PATH_INFO"] == CONFIRM
    assert "Lefèvre" not in texts(asked)
    assert "vous retrouvez la page comme vous l’avez laissée" in texts(asked)
    assert nadia.fill(asked, password="ce n’est pas le bon").status_code == 200
    assert nadia.get(address).status_code == 302
    back = nadia.fill(asked, password=samples.PASSWORD, follow=True)
    assert back.request["PATH_INFO"] == address
    assert "Lefèvre" in texts(back)


def test_what_was_typed_while_it_locked_is_not_done_and_not_lost(nadia: Portal, case: Submission) -> None:
    take(nadia, case)
    action = f"/agent/demandes/{case.reference}/actions/ask_correction/"
    page = nadia.get(action)
    later(nadia, minutes=61)
    asked = nadia.fill(page, words=WORDS, follow=True)
    assert asked.request["PATH_INFO"] == CONFIRM
    assert "tout ce que vous avez écrit" in texts(asked)
    assert not Message.objects.filter(submission=case).exists()
    back = nadia.fill(asked, password=samples.PASSWORD, follow=True)
    assert back.request["PATH_INFO"] == action
    assert WORDS in texts(back)
    assert not Message.objects.filter(submission=case).exists()
    nadia.fill(back)
    assert Message.objects.get(submission=case).body == WORDS
    assert WORDS not in texts(nadia.get(action))


def test_a_message_and_the_grounds_of_a_decision_are_found_again(nadia: Portal, case: Submission) -> None:
    take(nadia, case)
    address = f"/agent/demandes/{case.reference}/"
    for page, values in (
        (address, {"words": WORDS}),
        (f"{address}actions/propose_refusal/", {"law": "Article 30 du décret.", "fact": WORDS, "words": "Bonjour,"}),
    ):
        later(nadia, minutes=61)
        path = f"{address}message/" if page == address else page
        asked = nadia.post(path, values, follow=True)
        back = nadia.fill(asked, password=samples.PASSWORD, follow=True)
        assert back.request["PATH_INFO"] == page
        for text in values.values():
            assert text in texts(back)


def test_the_day_ends_by_a_new_sign_in_and_the_words_wait_for_their_author_alone(
    nadia: Portal, case: Submission, town: people.Desk
) -> None:
    take(nadia, case)
    action = f"/agent/demandes/{case.reference}/actions/ask_correction/"
    for _ in range(11):
        later(nadia, minutes=50)
        assert nadia.get("/agent/").status_code == 200
    later(nadia, minutes=51)
    ended = nadia.post(action, {"words": WORDS}, follow=True)
    assert ended.request["PATH_INFO"] == "/comptes/connexion/"
    assert "Votre session a pris fin" in texts(ended)
    assert nadia.get("/mes-demandes/").status_code == 302
    back = nadia.fill(ended, login=town.nadia.email, password=samples.PASSWORD, follow=True)
    assert back.request["PATH_INFO"] == action
    assert WORDS in texts(back)


def test_another_person_on_the_same_browser_never_sees_them(nadia: Portal, case: Submission, town: people.Desk) -> None:
    take(nadia, case)
    action = f"/agent/demandes/{case.reference}/actions/ask_correction/"
    later(nadia, minutes=11 * 60)
    nadia.post(action, {"words": WORDS})
    people.sign_in(nadia, town.claire)
    assert WORDS not in texts(nadia.get(action))
    nadia.post("/comptes/deconnexion/")
    people.sign_in(nadia, town.nadia)
    assert WORDS not in texts(nadia.get(action))


def test_administrators_have_shorter_limits_and_citizens_none_of_these(town: people.Desk) -> None:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice")
    admin, zoe = Portal(), Portal()
    people.sign_in(admin, odile)
    people.sign_in(zoe, town.zoe)
    assert admin.get("/atelier/equipe/").status_code == 200
    later(admin, minutes=31)
    assert admin.get("/atelier/equipe/").headers["Location"].startswith(CONFIRM)
    later(zoe, minutes=9 * 60)
    assert zoe.get("/mes-demandes/").status_code == 200


def test_a_form_of_the_team_is_found_again_too(town: people.Desk) -> None:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice")
    admin = Portal()
    people.sign_in(admin, odile)
    page = admin.get("/atelier/equipe/inviter/")
    later(admin, minutes=31)
    asked = admin.fill(
        page, email="lea@exemple.fr", department=str(town.civil.pk), role="agent", title="agente", follow=True
    )
    back = admin.fill(asked, password=samples.PASSWORD, follow=True)
    assert "lea@exemple.fr" in texts(back)
    assert admin.fill(back).status_code == 302


def test_a_role_given_during_a_session_brings_its_limits(town: people.Desk) -> None:
    browser = Portal()
    people.sign_in(browser, town.zoe)
    assert browser.get("/agent/").status_code == 403
    Membership.objects.create(user=town.zoe, department=town.civil, role="agent", title="agente")
    assert browser.get("/agent/").status_code == 200
    later(browser, minutes=61)
    assert browser.get("/agent/").headers["Location"].startswith(CONFIRM)


def test_who_has_nothing_to_prove_herself_by_signs_in_anew(town: people.Desk, case: Submission) -> None:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    browser.get("/agent/")
    later(browser, minutes=61)
    User.objects.filter(pk=town.nadia.pk).update(password="!x")
    assert browser.get("/agent/").headers["Location"].startswith("/comptes/connexion/")
