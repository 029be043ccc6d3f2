"""Filing for someone under a mandate: said at the start and on each page, in its scope only, told to both."""

import json
import re
import zipfile
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core import signing
from django.utils import timezone

from accounts.models import ContactPoint, HelpStructure, Mandate, User
from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.documents import receipt
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import erase
from procedures.lifecycle import mandate as mandates
from procedures.lifecycle.submit import MandateEnded, submit
from procedures.lifecycle.transition import apply
from procedures.models import Document, Draft, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import APPLICANT, Desk
from tests.support.queries import count_queries
from tests.test_filing import IDENTITY, pdf, step_url
from tests.test_mandates import browser_of, citizen, texts

START = "/demarches/acte/commencer/"
BAND = "Vous agissez pour Zoé Lefèvre"


@pytest.fixture
def town(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def malik(town: Desk) -> User:
    return citizen("malik@exemple.fr", "Aubrac", "Malik")


@pytest.fixture
def held(town: Desk, malik: User) -> Mandate:
    """What Zoé gave to Malik."""
    return people.mandate(town.zoe.person, malik)


def begin(browser: Portal, mandate: Mandate) -> str:
    """Start a request for someone; return the address of its first step."""
    answer = browser.fill(browser.get("/demarches/acte/"), whom=str(mandate.public_id))
    assert answer.status_code == 302, texts(answer)
    return str(answer.headers["Location"])


def fill_until_recap(browser: Portal, first: str, **identity: str) -> str:
    browser.post(first, {"kind": "full", "copies": "2"})
    browser.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    answer = browser.post(step_url(first, "applicant"), {**IDENTITY, **identity})
    return str(answer.headers["Location"])


def file(browser: Portal, mandate: Mandate, **identity: str) -> Submission:
    recap = fill_until_recap(browser, begin(browser, mandate), **identity)
    answer = browser.post(recap, {"ok": "on"})
    assert answer.status_code == 302, texts(answer)
    return Submission.objects.latest("pk")


def test_malik_says_for_whom_he_begins_and_each_page_says_it_after_him(malik: User, held: Mandate) -> None:
    browser = browser_of(malik)
    page = browser.get("/demarches/acte/")
    answer = browser.fill(page)
    assert answer.status_code == 422
    assert '<a href="#f-whom">Dites pour qui vous faites cette demande.</a>' in texts(answer)
    assert not Draft.objects.exists()
    first = begin(browser, held)
    recap = fill_until_recap(browser, first)
    draft = Draft.objects.get()
    pages = [first, step_url(first, "parents"), recap, f"/brouillons/{draft.public_id}/"]
    for address in [*pages, f"/brouillons/{draft.public_id}/terminer/"]:
        assert BAND in texts(browser.get(address)), address
    case = file(browser, held)
    for part in ("", "recue/", "consultations/", "accuse/", "actions/withdraw/"):
        assert BAND in texts(browser.get(f"/demandes/{case.reference}/{part}")), part


def test_what_is_filed_for_oneself_says_nothing_of_mandates(malik: User, held: Mandate) -> None:
    browser = browser_of(malik)
    first = str(browser.fill(browser.get("/demarches/acte/"), whom="me").headers["Location"])
    assert "Vous agissez" not in texts(browser.get(first))
    assert (Draft.objects.get().person, Draft.objects.get().mandate) == (malik.person, None)


def test_who_holds_no_mandate_is_asked_nothing(town: Desk) -> None:
    page = texts(browser_of(town.roger).get("/demarches/acte/"))
    assert "Pour qui faites-vous" not in page


def test_zoe_finds_in_her_space_who_filed_what_for_her_and_the_journal_says_it(
    town: Desk, malik: User, held: Mandate
) -> None:
    case = file(browser_of(malik), held, applicant_email="zoe@exemple.fr")
    assert (case.person, case.mandate) == (town.zoe.person, held)
    event = Event.objects.of(case.key).get()
    assert (event.actor, event.role) == (malik.key, "applicant")
    assert (event.data["for"], event.data["mandate"]) == (town.zoe.person.key, str(held.public_id))
    own = browser_of(town.zoe)
    assert "par Malik Aubrac" in texts(own.get("/mes-demandes/mandats/"))
    page = texts(own.get(f"/demandes/{case.reference}/"))
    assert "Déposée par : Malik Aubrac, pour Zoé Lefèvre, avec le mandat du" in page
    assert "Vous agissez" not in page
    desk = texts(browser_of(town.nadia).get(f"/agent/demandes/{case.reference}/"))
    assert "Malik Aubrac, pour Zoé Lefèvre" in desk


def test_the_receipt_says_who_filed_and_for_whom_as_it_was_that_day(town: Desk, malik: User, held: Mandate) -> None:
    case = file(browser_of(malik), held)
    malik.person.usage_name = "Kervella"
    malik.person.save()
    document = Document.objects.get(submission=case)
    assert "Malik Aubrac, pour Zoé Lefèvre, avec le mandat du" in receipt.html(document)


def test_both_are_written_to_once_and_the_helper_as_long_as_he_may_act(town: Desk, malik: User, held: Mandate) -> None:
    case = file(browser_of(malik), held, applicant_email="zoe@exemple.fr")
    assert set(Delivery.objects.filter(about=case.key).values_list("address", flat=True)) == {
        "zoe@exemple.fr",
        "malik@exemple.fr",
    }
    assert "Pour\u00a0: Zoé Lefèvre" in Delivery.objects.get(address="malik@exemple.fr").body
    mandates.end(held, by=town.zoe.key)
    apply(case, "take_charge", by=Actor(user=town.nadia))
    apply(case, "ask_correction", by=Actor(user=town.nadia), words="Quelle date ?")
    asked = Delivery.objects.filter(about=case.key).exclude(purpose="receipt")
    assert set(asked.values_list("address", flat=True)) == {"zoe@exemple.fr"}


def test_the_helper_s_own_address_in_the_form_takes_nothing_from_the_person(
    town: Desk, malik: User, held: Mandate
) -> None:
    case = file(browser_of(malik), held, applicant_email="Malik@exemple.fr")
    addresses = Delivery.objects.filter(about=case.key).values_list("address", flat=True)
    assert sorted(address.lower() for address in addresses) == ["malik@exemple.fr", "zoe@exemple.fr"]


def test_someone_without_an_address_is_written_to_through_her_helper(malik: User, town: Desk) -> None:
    yvonne = people.mandate(people.stranger(), malik)
    case = file(browser_of(malik), yvonne, applicant_contact="post", applicant_email="")
    assert [one.address for one in Delivery.objects.filter(about=case.key)] == ["malik@exemple.fr"]


def test_a_mandate_revoked_on_the_recap_sends_nothing_and_keeps_the_draft_for_zoe(
    town: Desk, malik: User, held: Mandate
) -> None:
    browser = browser_of(malik)
    first = begin(browser, held)
    recap = fill_until_recap(browser, first)
    mandates.end(held, by=town.zoe.key)
    for address in (recap, first):
        for answer in (browser.post(address, {"ok": "on", "kind": "bare"}), browser.get(address)):
            assert answer.status_code == 403
            assert "Vous ne pouvez plus agir pour cette personne" in texts(answer)
    answer = browser.post(first, {"kind": "bare", "action": "autosave"})
    assert (answer.status_code, answer.json()) == (403, {"ended": True})
    assert not Submission.objects.exists()
    draft = Draft.objects.get()
    assert draft.answers["kind"] == "full"
    own = browser_of(town.zoe)
    assert "Malik Aubrac agit pour vous ici" in texts(own.get(recap))
    own.post(recap, {"ok": "on"})
    # She sent it herself: it is hers alone.
    assert Submission.objects.get().mandate is None
    assert browser.get(f"/demandes/{Submission.objects.get().reference}/").status_code == 404


def test_a_mandate_that_ends_between_the_look_and_the_sending_sends_nothing(
    town: Desk, malik: User, held: Mandate
) -> None:
    fill_until_recap(browser_of(malik), begin(browser_of(malik), held))
    by = Actor(user=malik)
    draft = Draft.objects.get()
    mandates.end(held, by=town.zoe.key)
    with pytest.raises(MandateEnded):
        submit(draft, by=by)
    assert not Submission.objects.exists()


def test_a_newer_mandate_takes_over_what_the_one_before_began(town: Desk, malik: User, held: Mandate) -> None:
    browser = browser_of(malik)
    recap = fill_until_recap(browser, begin(browser, held))
    mandates.end(held, by=town.zoe.key)
    newer = people.mandate(town.zoe.person, malik)
    assert browser.post(recap, {"ok": "on"}).status_code == 302
    assert Submission.objects.get().mandate == newer


def test_nothing_beyond_the_scope_is_offered_begun_or_seen(town: Desk, malik: User) -> None:
    samples.procedure("voirie_x", department=town.roads)
    other = samples.procedure("autre", department=town.roads)
    scoped = people.mandate(town.zoe.person, malik, procedures=[str(other.public_id)])
    browser, case = browser_of(malik), town.file()
    assert "Pour qui faites-vous" not in texts(browser.get("/demarches/acte/"))
    answer = browser.post(START, {"whom": str(scoped.public_id)})
    assert answer.status_code == 422
    assert "Vous ne pouvez plus agir pour cette personne" in texts(answer)
    assert browser.get(f"/demandes/{case.reference}/").status_code == 404
    assert case.reference not in texts(browser.get("/mes-demandes/"))
    assert "Zoé Lefèvre" in texts(browser.get("/demarches/autre/"))


@pytest.mark.parametrize("whom", ["forged", "00000000-0000-4000-8000-000000000000", ""])
def test_a_forged_person_begins_nothing(whom: str, malik: User, held: Mandate) -> None:
    assert browser_of(malik).post(START, {"whom": whom}).status_code == 422
    assert not Draft.objects.exists()


def test_a_mandate_of_someone_else_is_no_choice(town: Desk, malik: User, held: Mandate) -> None:
    answer = browser_of(town.roger).post(START, {"whom": str(held.public_id)})
    assert answer.status_code == 422
    assert not Draft.objects.exists()


def test_drafts_that_zoe_began_herself_stay_hers(town: Desk, malik: User, held: Mandate) -> None:
    draft = drafts.start(town.procedure, town.zoe.person)
    browser = browser_of(malik)
    assert browser.get(f"/brouillons/{draft.public_id}/").status_code == 404
    assert str(draft.public_id) not in texts(browser.get("/mes-demandes/brouillons/"))


def test_a_place_opens_only_what_it_filed_itself(town: Desk, malik: User) -> None:
    place = HelpStructure.objects.create(name="France Services", kind="france_services")
    place.helpers.create(email="malik@exemple.fr")
    held = people.mandate(town.zoe.person, malik, basis="structure", structure=place)
    hers, browser = town.file(), browser_of(malik)
    his = file(browser, held)
    assert browser.get(f"/demandes/{hers.reference}/").status_code == 404
    page = browser.get(f"/demandes/{his.reference}/")
    assert "comme aidant, pour France Services" in texts(page)
    listed = texts(browser.get("/mes-demandes/"))
    assert his.reference in listed
    assert hers.reference not in listed


def test_nothing_opens_the_draft_of_another_without_the_mandate(town: Desk, malik: User, held: Mandate) -> None:
    """No browser session, no link sent by mail: a shared computer keeps nothing."""
    browser = browser_of(malik)
    first = begin(browser, held)
    draft = Draft.objects.get()
    assert browser.post(f"/brouillons/{draft.public_id}/lien/", {"email": "x@exemple.fr"}).status_code == 404
    assert "Recevoir le lien" not in texts(browser.get(f"/brouillons/{draft.public_id}/"))
    assert drafts.opened_by(signing.dumps([str(draft.public_id), str(draft.resume_nonce)], salt="draft.resume")) is None
    browser.logout()
    assert browser.get(first).status_code == 302
    assert browser_of(town.roger).get(first).status_code == 404


def test_the_request_proposes_what_is_known_of_the_person_and_nothing_of_the_helper(
    town: Desk, malik: User, held: Mandate
) -> None:
    ContactPoint.objects.create(person=town.zoe.person, kind="post", value=APPLICANT["applicant_address"])
    browser = browser_of(malik)
    first = begin(browser, held)
    browser.post(first, {"kind": "bare", "copies": "1"})
    page = texts(browser.get(step_url(first, "applicant")))
    assert 'value="Lefèvre"' in page
    assert "14 rue des Tanneurs" in page
    assert "Aubrac" not in page.split("<main", 1)[1].split("</section>", 1)[1]


def test_a_parent_applies_in_her_own_name_and_the_child_is_known(town: Desk) -> None:
    fields = [
        {"type": "text", "id": "child_family_name", "label": "Nom de l’enfant"},
        {"type": "text", "id": "child_given_names", "label": "Prénoms de l’enfant"},
    ]
    section = {"id": "enfant_s", "fields": fields}
    step = {"id": "enfant", "title": "Enfant", "question": "Qui est l’enfant ?", "sections": [section]}
    samples.procedure("ecole", department=town.civil, steps=[step])
    parent = town.zoe
    child = mandates.add_child(
        parent.person, mandates.Named("Lefèvre-Diallo", "Noé", "2019-05-04"), by=Actor(user=parent)
    )
    browser = browser_of(parent)
    answer = browser.fill(browser.get("/demarches/ecole/"), whom=str(child.public_id))
    first = str(answer.headers["Location"])
    page = texts(browser.get(first))
    assert 'value="Lefèvre-Diallo"' in page
    assert "Repris de ce que vous nous avez dit de votre enfant" in page
    browser.post(first, {"child_family_name": "Lefèvre-Diallo", "child_given_names": "Noé"})
    assert 'value="Zoé"' in texts(browser.get(step_url(first, "applicant")))
    answer = browser.post(step_url(first, "applicant"), {**IDENTITY, "applicant_family_name": "Lefèvre"})
    browser.post(answer.headers["Location"], {"ok": "on"})
    case = Submission.objects.get()
    assert case.person == child.principal
    assert "au titre de l’autorité parentale, pour Noé Lefèvre-Diallo" in case.acknowledgement["filed_by"]


def test_what_malik_writes_and_withdraws_is_said_to_be_for_zoe(town: Desk, malik: User, held: Mandate) -> None:
    case = file(browser_of(malik), held)
    browser_of(malik).post(f"/demandes/{case.reference}/message/", {"words": "Bonjour, une précision."})
    browser_of(malik).post(f"/demandes/{case.reference}/actions/withdraw/")
    events = list(Event.objects.of(case.key))
    assert [event.kind for event in events] == ["submitted", "message", "withdraw"]
    assert {event.data["for"] for event in events} == {town.zoe.person.key}
    own = texts(browser_of(town.zoe).get(f"/demandes/{case.reference}/"))
    assert re.search(r"Malik Aubrac, [^<]*</p><p><bdi>Bonjour, une précision.", own)


def test_an_account_that_closes_ends_its_mandates_on_both_sides(town: Desk, malik: User, held: Mandate) -> None:
    people.mandate(malik.person, citizen("lea@exemple.fr", "Petit", "Léa"))
    erase.account(malik, malik.person, by=malik.key)
    assert not Mandate.objects.in_force().exists()
    assert set(Mandate.objects.values_list("revoked_by", flat=True)) == {malik.key}


def test_a_step_costs_a_helper_the_same_with_one_mandate_and_with_thirty(
    town: Desk, malik: User, held: Mandate
) -> None:
    browser = browser_of(malik)
    first = begin(browser, held)
    pages = [first, "/demarches/acte/", "/mes-demandes/"]
    before = [count_queries(browser, page) for page in pages]
    for _ in range(29):
        people.mandate(people.stranger(), malik, ends_at=timezone.now() + timedelta(days=9))
    assert [count_queries(browser, page) for page in pages] == before
    assert '<select id="f-whom"' in texts(browser.get("/demarches/acte/"))


def test_the_file_of_her_data_names_her_mandates(town: Desk, malik: User, held: Mandate) -> None:
    def told(user: User) -> list[dict[str, Any]]:
        browser = Portal()
        people.sign_in(browser, user)
        answer: Any = browser.post("/mes-demandes/donnees/telecharger/")
        with zipfile.ZipFile(BytesIO(b"".join(answer.streaming_content))) as archive:
            found: list[dict[str, Any]] = json.loads(archive.read("donnees.json"))["mandats"]
            return found

    assert [(one["sens"], one["autre_personne"]) for one in told(town.zoe)] == [("donné", "Malik Aubrac")]
    assert [(one["sens"], one["autre_personne"]) for one in told(malik)] == [("reçu", "Zoé Lefèvre")]
