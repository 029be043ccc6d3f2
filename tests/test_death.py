"""Someone has died: what ends, what stays, who may say it, and how a mistake is mended."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Mandate, Membership, Person, User
from accounts.permissions import Actor
from journal.models import AccessLog, Event, verify
from messaging.models import Delivery
from messaging.tasks import send
from procedures.lifecycle import death, merge
from procedures.lifecycle import mandate as mandates
from procedures.models import Draft, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.support.queue import drain
from tests.test_acting import begin
from tests.test_mandates import browser_of, citizen, texts

DAY = "2026-03-02"
KNOWN = death.Known(date(2026, 3, 2), death.How.CERTIFICATE)


@pytest.fixture
def town(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def case(town: Desk) -> Submission:
    """A request of Zoé's."""
    return town.file()


@pytest.fixture
def malik(town: Desk) -> User:
    return citizen("malik@exemple.fr", "Aubrac", "Malik")


def page_of(case: Submission) -> str:
    return f"/agent/demandes/{case.reference}/deces/"


def record(browser: Portal, case: Submission, **said: Any) -> Any:
    """Say that the person has died, read what will happen, and record it; return the page that follows."""
    page = browser.fill(browser.get(page_of(case)), **{"on": DAY, "how": "certificate", **said})
    assert page.status_code == 200, texts(page)
    return browser.fill(page, button=("confirmed", "1"), follow=True)


def undo(browser: Portal, case: Submission) -> Any:
    return browser.fill(browser.get(page_of(case)), button=("undo", "1"), follow=True)


def person(user: User) -> Person:
    return Person.objects.get(user=user)


# --- Recording ------------------------------------------------------------------------------------------------------


def test_nadia_reads_what_will_happen_before_anything_does(town: Desk, case: Submission, malik: User) -> None:
    people.mandate(person(town.zoe), malik)
    nadia = browser_of(town.nadia)
    assert "Signaler un décès" in texts(nadia.get(f"/agent/demandes/{case.reference}/"))
    page = nadia.fill(nadia.get(page_of(case)), on=DAY, how="relative", note="Acte n° 12")
    said = texts(page)
    assert "Un mandat prend fin" in said
    assert "Son compte ne s’ouvre plus" in said
    assert "Un courriel en attente ne part pas" in said
    assert person(town.zoe).died_on is None
    again = nadia.fill(page, button=("change", "1"))
    assert "Acte n° 12" in texts(again)
    assert 'value="2026-03-02"' in texts(again)


def test_a_death_is_said_on_the_case_and_in_the_lists(town: Desk, case: Submission) -> None:
    nadia = browser_of(town.nadia)
    said = texts(record(nadia, case, note="Acte n° 12"))
    today = timezone.localdate()
    assert "Le décès est signalé" in said
    assert f"Personne décédée le 2 mars 2026 (signalé par le service le {today.day}" in said
    assert "Décès de la personne signalé" in said
    assert "(personne décédée le 2 mars 2026)" in texts(nadia.get("/agent/demandes/"))
    Submission.objects.update(assigned_to=town.nadia)
    assert "(personne décédée le 2 mars 2026)" in texts(nadia.get("/agent/"))
    page = texts(nadia.get(page_of(case)))
    assert "Acte n° 12" in page
    assert "Nadia Roussel" in page


def test_the_journal_holds_ids_and_codes_and_the_auditor_reads_who_recorded_it(town: Desk, case: Submission) -> None:
    record(browser_of(town.nadia), case, note="Acte n° 12, vu par Nadia")
    mine, of_case = Event.objects.of(person(town.zoe).key).last(), Event.objects.of(case.key).last()
    assert mine is not None
    assert of_case is not None
    assert mine.data == {
        "on": DAY,
        "how": "certificate",
        "mandates": 0,
        "login": True,
        "submission": str(case.public_id),
    }
    assert (mine.kind, mine.actor, mine.role) == ("death.recorded", town.nadia.key, "agent")
    assert (of_case.kind, of_case.data) == ("death.recorded", {"person": str(person(town.zoe).public_id)})
    assert not verify(case.key)
    look = AccessLog.objects.get(action="death")
    assert (look.actor, look.subject, look.role) == (town.nadia.key, case.key, "agent")
    assert "a signalé un décès" in texts(browser_of(town.paul).get("/agent/acces/"))


def test_a_second_click_changes_nothing_and_another_day_is_refused(town: Desk, case: Submission) -> None:
    nadia = browser_of(town.nadia)
    page = nadia.fill(nadia.get(page_of(case)), on=DAY, how="other")
    nadia.fill(page, button=("confirmed", "1"))
    answer = nadia.fill(page, button=("confirmed", "1"))
    assert answer.status_code == 302
    assert Event.objects.filter(kind="death.recorded").count() == 2
    answer = nadia.post(page_of(case), {"on": "2026-03-05", "how": "other", "confirmed": "1"})
    assert answer.status_code == 422
    assert "Un décès est déjà signalé, au 2 mars 2026." in texts(answer)
    assert person(town.zoe).died_on == date(2026, 3, 2)


@pytest.mark.parametrize(
    ("on", "words"),
    [
        ((timezone.localdate() + timedelta(days=1)).isoformat(), "pas encore venu"),
        ("1957-05-01", "précède la naissance"),
        ("", "Indiquez un jour"),
        ("trente février", "24/11/2026"),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_its_question(town: Desk, case: Submission, on: str, words: str) -> None:
    Person.objects.filter(user=town.zoe).update(birth_date="1957-06-00")
    nadia = browser_of(town.nadia)
    for sent in ({}, {"confirmed": "1"}):
        answer = nadia.post(page_of(case), {"on": on, "how": "other", **sent})
        assert answer.status_code == 422
        assert words in texts(answer)
    assert person(town.zoe).died_on is None


def test_a_birth_of_which_only_the_year_is_known_refuses_an_earlier_year_alone(town: Desk, case: Submission) -> None:
    Person.objects.filter(user=town.zoe).update(birth_date="2026-00-00")
    nadia = browser_of(town.nadia)
    assert nadia.post(page_of(case), {"on": "2025-12-31", "how": "other"}).status_code == 422
    assert nadia.post(page_of(case), {"on": "2026-01-01", "how": "other"}).status_code == 200


def test_a_colleague_departs_first_and_is_recorded_after(town: Desk) -> None:
    hers, nadia = town.file(by=town.helene), browser_of(town.nadia)
    answer = nadia.post(page_of(hers), {"on": DAY, "how": "other", "confirmed": "1"})
    assert answer.status_code == 422
    assert "travaille pour la mairie" in texts(answer)
    assert person(town.helene).died_on is None
    Membership.objects.filter(user=town.helene).update(ends_on=timezone.localdate() - timedelta(days=1))
    record(nadia, hers)
    assert person(town.helene).died_on == date(2026, 3, 2)


# --- Who ------------------------------------------------------------------------------------------------------------


def test_only_agents_and_heads_of_the_request_record_it(town: Desk, case: Submission) -> None:
    said = {"on": DAY, "how": "other", "confirmed": "1"}
    for user, status in ((town.roger, 404), (town.helene, 403), (town.paul, 403), (town.zoe, 403)):
        browser = browser_of(user)
        assert browser.get(page_of(case)).status_code == status
        assert browser.post(page_of(case), said).status_code == status
        assert browser.post(page_of(case), {"undo": "1"}).status_code == status
    assert person(town.zoe).died_on is None


def test_nobody_records_her_own_death(town: Desk) -> None:
    mine, nadia = town.file(by=town.nadia), browser_of(town.nadia)
    assert "Signaler un décès" not in texts(nadia.get(f"/agent/demandes/{mine.reference}/"))
    assert nadia.post(page_of(mine), {"on": DAY, "how": "other", "confirmed": "1"}).status_code == 403


def test_what_an_agent_entered_for_nobody_known_has_no_such_page(town: Desk) -> None:
    entered, nadia = town.enter(), browser_of(town.nadia)
    assert "Signaler un décès" not in texts(nadia.get(f"/agent/demandes/{entered.reference}/"))
    assert nadia.get(page_of(entered)).status_code == 403


def test_a_death_is_recorded_on_the_request_of_that_person_alone(town: Desk, case: Submission, malik: User) -> None:
    with pytest.raises(PermissionDenied):
        death.record(person(malik), KNOWN, by=Actor(user=town.nadia), submission=case)
    assert person(malik).died_on is None


# --- Mandates -------------------------------------------------------------------------------------------------------


def test_malik_reads_why_he_no_longer_acts_and_his_draft_says_so(town: Desk, case: Submission, malik: User) -> None:
    held = people.mandate(person(town.zoe), malik)
    browser = browser_of(malik)
    step = begin(browser, held)
    record(browser_of(town.nadia), case)
    held.refresh_from_db()
    assert (held.ending, held.revoked_by) == ("principal_died", town.nadia.key)
    assert Actor(user=malik).mandates == []
    assert ": la personne est décédée" in texts(browser.get("/mes-demandes/proches/"))
    assert browser.get(step).status_code in {403, 404}
    assert browser.get(f"/demandes/{case.reference}/").status_code == 404
    assert Draft.objects.filter(mandate=held, submission=None).exists()
    ended = Event.objects.of(held.principal.key).filter(kind="mandate.ended").get()
    assert ended.data["because"] == "principal_died"
    mail = Delivery.objects.get(purpose="mandate")
    assert mail.address == "malik@exemple.fr"
    assert "Nous avons appris le décès de Zoé Lefèvre." in mail.body


def test_whoever_was_helped_by_her_reads_why_and_is_told(town: Desk, case: Submission, malik: User) -> None:
    people.mandate(person(malik), town.zoe)
    waiting = people.mandate(people.stranger(), town.zoe, evidence="paper", accepted_at=None)
    offered = mandates.offer(
        person(malik), citizen_address(town.zoe), mandates.Terms(Mandate.Basis.RELATIVE, in_a_year()), by=Actor(malik)
    )
    record(browser_of(town.nadia), case)
    for mandate in (waiting, offered):
        mandate.refresh_from_db()
        assert mandate.ending == "helper_died"
    assert "la personne qui agissait est décédée" in texts(browser_of(malik).get("/mes-demandes/mandats/"))
    assert Delivery.objects.get(key__contains=":ended:").address == "malik@exemple.fr"


def citizen_address(user: User) -> str:
    """Have the address of a login proven; return it."""
    user.emailaddress_set.get_or_create(email=user.email, defaults={"verified": True, "primary": True})  # type: ignore[attr-defined]
    return str(user.email)


def in_a_year() -> Any:
    return timezone.now() + timedelta(days=365)


def test_a_child_keeps_her_other_parent(town: Desk, case: Submission, malik: User) -> None:
    child = Person.objects.create(family_name="Lefèvre", given_names="Lou", birth_date="2019-04-01")
    hers = people.mandate(child, town.zoe, basis="parent")
    his = people.mandate(child, malik, basis="parent")
    record(browser_of(town.nadia), case)
    hers.refresh_from_db()
    assert hers.ending == "helper_died"
    assert [one.pk for one in Actor(user=malik).mandates] == [his.pk]
    child.refresh_from_db()
    assert child.died_on is None


def test_a_mandate_cannot_be_accepted_any_more(town: Desk, case: Submission, malik: User) -> None:
    death.record(person(town.zoe), KNOWN, by=Actor(user=town.nadia), submission=case)
    late = people.mandate(person(town.zoe), malik, evidence="paper", accepted_at=None)
    with pytest.raises(mandates.Refusal):
        mandates.vouch(late, by=Actor(user=town.nadia))
    people.mandate(person(town.zoe), malik)
    assert Actor(user=malik).mandates == []


# --- Mails ----------------------------------------------------------------------------------------------------------


def test_no_mail_leaves_neither_queued_nor_new(town: Desk, case: Submission, mailoutbox: Any, settings: Any) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    citizen_address(town.zoe)
    waiting = Delivery.objects.get(about=case.key)
    nadia = browser_of(town.nadia)
    record(nadia, case)
    drain()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.withheld_at is not None) == ("failed", True)
    page = nadia.get(f"/agent/demandes/{case.reference}/")
    assert "pas envoyé : la personne est décédée" in texts(page)
    assert "Aucun courriel ne part" in texts(page)
    nadia.post(f"/agent/demandes/{case.reference}/message/", {"words": "Le notaire est prévenu."})
    Portal().post("/comptes/mot-de-passe/oublie/", {"email": town.zoe.email})
    drain()
    assert mailoutbox == []
    assert list(Delivery.objects.exclude(pk=waiting.pk)) == []
    assert case.messages.get().body == "Le notaire est prévenu."


def test_a_mail_taken_by_a_worker_before_is_withheld_when_its_turn_comes(town: Desk, case: Submission) -> None:
    waiting = Delivery.objects.get(about=case.key)
    Person.objects.filter(user=town.zoe).update(died_on=DAY)
    send(waiting.pk)
    waiting.refresh_from_db()
    assert (waiting.state, waiting.withheld_at is not None) == ("failed", True)


def test_someone_who_shares_her_address_is_still_written_to(town: Desk, case: Submission, malik: User) -> None:
    his = town.file(by=malik, applicant_email=town.zoe.email)
    record(browser_of(town.nadia), case)
    drain()
    assert Delivery.objects.get(about=his.key).state == "done"


def test_whoever_holds_the_receipt_follows_the_request_with_a_code(town: Desk, case: Submission) -> None:
    record(browser_of(town.nadia), case)
    Portal().post("/suivi/", {"reference": case.reference})
    drain()
    assert Delivery.objects.get(purpose="follow_code").state == "done"


# --- A mistake ------------------------------------------------------------------------------------------------------


def test_a_head_takes_it_back_and_an_agent_does_not(town: Desk, case: Submission, malik: User) -> None:
    held = people.mandate(person(town.zoe), malik)
    waiting = Delivery.objects.get(about=case.key)
    nadia, claire = browser_of(town.nadia), browser_of(town.claire)
    record(nadia, case, note="Acte n° 12")
    assert "demandez à votre responsable" in texts(nadia.get(page_of(case)))
    assert nadia.post(page_of(case), {"undo": "1"}).status_code == 403
    assert "Les mandats terminés le restent" in texts(claire.get(page_of(case)))
    said = texts(undo(claire, case))
    assert "Le signalement est annulé" in said
    assert "Personne décédée" not in said
    zoe = person(town.zoe)
    assert (zoe.died_on, zoe.death_note) == (None, "")
    browser = Portal()
    people.sign_in(browser, town.zoe)
    assert browser.get("/mes-demandes/").status_code == 200
    drain()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.withheld_at) == ("done", None)
    held.refresh_from_db()
    assert held.revoked_at is not None
    assert Actor(user=malik).mandates == []
    assert "décédée" not in texts(browser_of(malik).get("/mes-demandes/proches/"))
    assert claire.post(page_of(case), {"undo": "1"}).status_code == 302
    assert [event.kind for event in Event.objects.of(zoe.key)].count("death.undone") == 1


def test_a_login_that_was_closed_for_another_reason_stays_closed(town: Desk, case: Submission) -> None:
    User.objects.filter(pk=town.zoe.pk).update(is_active=False)
    record(browser_of(town.nadia), case)
    undo(browser_of(town.claire), case)
    town.zoe.refresh_from_db()
    assert not town.zoe.is_active


def test_the_file_of_someone_who_has_died_joins_no_other(town: Desk, case: Submission) -> None:
    twin = citizen("zoe.bis@exemple.fr", "Lefèvre", "Zoé")
    record(browser_of(town.nadia), case)
    for kept, gone in ((twin, town.zoe), (town.zoe, twin)):
        with pytest.raises(merge.CannotMerge) as refused:
            merge.merge(kept, gone, email=str(gone.email))
        assert refused.value.kind == "closed"
    assert Submission.objects.get().person == person(town.zoe)


def test_the_pages_cost_the_same_with_one_mandate_and_with_thirty(town: Desk, case: Submission) -> None:
    def grow(count: int) -> None:
        for number in range(count):
            people.mandate(people.stranger(), town.zoe)
            samples.citizen(f"voisin{Person.objects.count()}-{number}@exemple.fr")
            town.file()

    nadia = browser_of(town.nadia)
    grow(1)
    before = count_queries(nadia, page_of(case))
    grow(29)
    assert count_queries(nadia, page_of(case)) == before
    record(nadia, case)
    addresses = (page_of(case), f"/agent/demandes/{case.reference}/", "/agent/demandes/")
    # From the list on, a request shows those beside it.
    nadia.get("/agent/demandes/")
    counts = [count_queries(nadia, one) for one in addresses]
    for _ in range(10):
        again = town.file()
    assert again.person == case.person
    assert [count_queries(nadia, one) for one in addresses] == counts
