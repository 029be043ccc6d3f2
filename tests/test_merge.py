"""Another address for one's account, and what happens when it is another account's: proof on both sides, nothing before."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.cache import caches
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import consents
from accounts.identity import addresses
from accounts.models import (
    CertifiedIdentity,
    Consent,
    ContactPoint,
    Mandate,
    Membership,
    Person,
    Purpose,
    User,
)
from journal.models import Event, verify
from messaging.models import Delivery
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import merge
from procedures.models import CaseAccess, Draft, SafePaper, Submission
from tests.support import people, samples
from tests.support.client import Portal

ADDRESSES, CODE, SAME = "/comptes/adresses/", "/comptes/inscription/code/", "/mes-demandes/meme-personne/"
OTHER = "zoe.bis@exemple.fr"


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def zoe(town: people.Desk) -> Portal:
    """Return the browser of Zoé, who wrote her password just now."""
    browser = Portal()
    people.sign_in(browser, town.zoe)
    return browser


@pytest.fixture
def other(town: people.Desk) -> User:
    """Return a second account of Zoé's."""
    user = samples.citizen(OTHER, "Lefèvre", "Zoé")
    EmailAddress.objects.create(user=user, email=OTHER, verified=True, primary=True)
    return user


def add(browser: Portal, address: str, *, follow: bool = True) -> Any:
    page = browser.get(ADDRESSES)
    return browser.fill(page, form_id="add", button="action_add", email=address, follow=follow)


def code_sent_to(address: str) -> str:
    mail = Delivery.objects.filter(address=address).latest("pk")
    found = re.search(r"\n([A-Z-]{6,})\n", mail.body)
    assert found, mail.body
    return found[1]


def prove(browser: Portal, address: str) -> Any:
    """Add an address and write the code that it received; return where that leads."""
    page = add(browser, address)
    return browser.fill(page, code=code_sent_to(address), follow=True)


def words(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def mails(address: str) -> list[str]:
    return list(Delivery.objects.filter(address=address).order_by("pk").values_list("subject", flat=True))


def without_what_names_it(page: Any, address: str) -> str:
    text = words(page).replace(address, "…")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


# --- An address of one's own ----------------------------------------------------------------------------------------


def test_a_new_address_proves_itself_and_those_before_are_told(zoe: Portal, town: people.Desk) -> None:
    prove(zoe, "zoe.neuve@exemple.fr")
    assert EmailAddress.objects.get(email="zoe.neuve@exemple.fr", verified=True).user == town.zoe
    assert "Les adresses de votre compte ont changé" in mails("zoe@exemple.fr")
    zoe.fill(zoe.get(ADDRESSES), form_id="addresses", button="action_primary", email="zoe.neuve@exemple.fr")
    town.zoe.refresh_from_db()
    assert town.zoe.email == "zoe.neuve@exemple.fr"
    assert mails("zoe@exemple.fr").count("Les adresses de votre compte ont changé") == 2
    zoe.fill(zoe.get(ADDRESSES), form_id="addresses", button="action_remove", email="zoe@exemple.fr")
    assert list(EmailAddress.objects.filter(user=town.zoe).values_list("email", flat=True)) == ["zoe.neuve@exemple.fr"]
    assert mails("zoe@exemple.fr").count("Les adresses de votre compte ont changé") == 3
    assert mails("zoe.neuve@exemple.fr")[-1] == "Les adresses de votre compte ont changé"


@pytest.mark.parametrize("button", ["action_add", "action_remove", "action_primary", "action_send"])
def test_an_open_session_alone_changes_no_address(town: people.Desk, button: str) -> None:
    EmailAddress.objects.create(user=town.zoe, email="zoe@exemple.fr", verified=True, primary=True)
    EmailAddress.objects.create(user=town.zoe, email="b@exemple.fr", verified=True)
    browser = Portal()
    browser.force_login(town.zoe)
    answer = browser.post(
        ADDRESSES, {button: "", "email": "b@exemple.fr" if button != "action_add" else "c@exemple.fr"}
    )
    assert answer.headers["Location"].startswith("/comptes/confirmation/")
    assert EmailAddress.objects.filter(user=town.zoe).count() == 2
    assert not Delivery.objects.exists()


def test_who_signed_in_by_a_code_alone_long_ago_is_asked_to_sign_in_again(town: people.Desk) -> None:
    town.zoe.set_unusable_password()
    town.zoe.save()
    browser = Portal()
    browser.force_login(town.zoe)
    answer = browser.post(ADDRESSES, {"action_add": "", "email": "c@exemple.fr"}, follow=True)
    assert "déconnectez-vous, connectez-vous à nouveau" in words(answer)
    assert not Delivery.objects.exists()


def test_what_was_asked_is_done_once_the_password_is_written(town: people.Desk) -> None:
    EmailAddress.objects.create(user=town.zoe, email="zoe@exemple.fr", verified=True, primary=True)
    browser = Portal()
    browser.force_login(town.zoe)
    asked = add(browser, "c@exemple.fr")
    browser.fill(asked, password=samples.PASSWORD)
    assert mails("c@exemple.fr") == ["Votre code pour confirmer votre adresse électronique"]


# --- Before the proof, nothing --------------------------------------------------------------------------------------


def test_an_address_that_has_an_account_gets_the_same_page_and_the_same_mail(zoe: Portal, other: User) -> None:
    pages, work = {}, {}
    # The first page after a sign-in also takes its word of welcome out of the session.
    add(zoe, "autre@exemple.fr")
    for address in ("personne@exemple.fr", OTHER):
        with CaptureQueriesContext(connection) as queries:
            page = add(zoe, address)
            wrong = zoe.fill(page, code="BBBB-BBBB")
        # As much work too: how long the answer takes tells nothing.
        work[address] = Counter(query["sql"].split(" ", 1)[0] for query in queries)
        pages[address] = (page.redirect_chain, without_what_names_it(page, address), wrong.status_code,
                          without_what_names_it(wrong, address))  # fmt: skip
    assert pages["personne@exemple.fr"] == pages[OTHER]
    assert work["personne@exemple.fr"] == work[OTHER]
    bodies = {re.sub(r"\n[A-Z-]{9}\n", "", Delivery.objects.get(address=address).body) for address in pages}
    assert len(bodies) == 1
    assert mails("personne@exemple.fr") == mails(OTHER)


def test_the_page_of_the_merge_opens_to_nobody_without_a_proof(zoe: Portal, other: User) -> None:
    for answer in (zoe.get(SAME), zoe.post(SAME, {"same": "yes"})):
        assert answer.headers["Location"] == ADDRESSES
    other.refresh_from_db()
    assert other.is_active


def test_a_code_written_in_another_browser_proves_nothing(zoe: Portal, other: User, town: people.Desk) -> None:
    add(zoe, OTHER)
    elsewhere = Portal()
    people.sign_in(elsewhere, town.zoe)
    assert elsewhere.post(CODE, {"code": code_sent_to(OTHER)}).headers["Location"] == ADDRESSES
    assert elsewhere.get(SAME).status_code == 302


def test_a_code_that_is_too_old_proves_nothing(zoe: Portal, other: User, monkeypatch: pytest.MonkeyPatch) -> None:
    page = add(zoe, OTHER)
    later = timezone.now().timestamp() + 901
    monkeypatch.setattr("time.time", lambda: later)
    assert zoe.fill(page, code=code_sent_to(OTHER)).headers["Location"] == ADDRESSES
    assert zoe.get(SAME).status_code == 302


def test_three_wrong_codes_end_it_even_for_the_right_one(zoe: Portal, other: User) -> None:
    page = add(zoe, OTHER)
    for _ in range(3):
        zoe.post(CODE, {"code": "BBBB-BBBB"})
    assert zoe.fill(page, code=code_sent_to(OTHER)).status_code == 302
    assert zoe.get(SAME).status_code == 302


def test_a_proof_is_forgotten_after_a_while_and_is_for_one_login(
    zoe: Portal, other: User, town: people.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    prove(zoe, OTHER)
    assert zoe.get(SAME).status_code == 200
    assert addresses.proof(zoe_request(zoe), town.nadia) is None
    later = timezone.now().timestamp() + 901
    monkeypatch.setattr("time.time", lambda: later)
    assert zoe.get(SAME).status_code == 302


def zoe_request(browser: Portal) -> Any:
    """Return what a view reads of a browser: its session."""
    return type("Request", (), {"session": browser.session})()


# --- The same person ------------------------------------------------------------------------------------------------


def furnish(town: people.Desk, other: User) -> Submission:
    """Give an account one of each thing that a person may have."""
    person = other.person
    case = town.file(by=other)
    drafts.start(town.procedure, person)
    people.keep_paper(other)
    consents.give(person, Purpose.NEWS)
    people.mandate(person, town.nadia)
    people.mandate(town.claire.person, other)
    child = Person.objects.create(family_name="Lefèvre", given_names="Ilan")
    people.mandate(child, other)
    ContactPoint.objects.create(person=person, kind="phone", value="+33199001299")
    CaseAccess.objects.create(submission=town.file(by=town.nadia), person=person, reason="copie")
    return case


def test_saying_yes_brings_all_of_it_and_closes_the_other_account(zoe: Portal, town: people.Desk, other: User) -> None:
    case = furnish(town, other)
    certify(other, "1")
    theirs = Portal()
    people.sign_in(theirs, other)
    before, gone = Person.objects.get(user=other), other.public_id
    page = prove(zoe, OTHER)
    assert page.status_code == 200
    assert page.request["PATH_INFO"] == SAME
    for what in ("1 demande envoyée", "1 brouillon", "1 papier", "3 mandats"):
        assert what in words(page)
    assert "Lefèvre" not in words(page)
    assert zoe.fill(page, same="yes").headers["Location"] == "/mes-demandes/"
    mine = Person.objects.get(user=town.zoe)
    for model in (Draft, SafePaper, CertifiedIdentity, ContactPoint, CaseAccess):
        assert model.objects.filter(person=mine).exists(), model
        assert not model.objects.filter(person=before.pk).exists(), model
    assert Submission.objects.get(pk=case.pk).person == mine
    child = Person.objects.get(given_names="Ilan")
    assert {(m.principal, m.helper) for m in Mandate.objects.in_force()} == {
        (mine, town.nadia.person), (town.claire.person, mine), (child, mine)}  # fmt: skip
    assert set(mine.consents.in_force().values_list("purpose", flat=True)) == {Purpose.SAFE, Purpose.NEWS}
    assert not Person.objects.filter(pk=before.pk).exists()
    # The other login opens nothing, and its session has ended.
    other.refresh_from_db()
    assert (other.email, other.is_active, other.has_usable_password()) == (None, False, False)
    assert theirs.get("/mes-demandes/").status_code == 302
    assert not UserSession.objects.filter(user=other).exists()
    again = Portal()
    refused = again.fill(again.get("/comptes/connexion/"), login=OTHER, password=samples.PASSWORD)
    # The address now opens the account that stays, whose password is its own.
    assert refused.status_code == 302
    assert EmailAddress.objects.get(email=OTHER).user == town.zoe
    # Both sides tell what became of them, with ids alone; each address is told.
    merged = Event.objects.of(f"person:{mine.public_id}").get(kind="account.merged")
    assert merged.data == {"from": f"person:{before.public_id}", "requests": [str(case.public_id)]}
    into = Event.objects.of(f"person:{before.public_id}").get(kind="account.merged_into")
    assert into.data == {"into": f"person:{mine.public_id}"}
    assert merged.actor == into.actor == town.zoe.key != f"user:{gone}"
    assert verify(merged.subject) == verify(into.subject) == []
    for address in ("zoe@exemple.fr", OTHER):
        assert mails(address)[-1] == "Vos deux comptes n’en font plus qu’un"


def test_the_pages_of_the_merged_person_open_and_show_what_came(zoe: Portal, town: people.Desk, other: User) -> None:
    case = furnish(town, other)
    zoe.fill(prove(zoe, OTHER), same="yes")
    draft = Draft.objects.get(submission=None)
    for path in ("", "brouillons/", "en-cours/", "papiers/", "profil/", "preferences/", "donnees/"):
        assert zoe.get(f"/mes-demandes/{path}").status_code == 200
    assert case.reference in words(zoe.get("/mes-demandes/en-cours/"))
    assert zoe.get(f"/demandes/{case.reference}/").status_code == 200
    assert zoe.get(f"/brouillons/{draft.public_id}/", follow=True).status_code == 200
    for path in ("/comptes/adresses/", "/comptes/identite/", "/comptes/sessions/", "/comptes/securite/"):
        assert zoe.get(path).status_code == 200
    # The desk still knows who asked, as she said it then.
    desk = Portal()
    people.sign_in(desk, town.nadia)
    assert "Lefèvre" in words(desk.get(f"/agent/demandes/{case.reference}/"))


def test_where_both_had_something_of_each_kind_both_are_there(
    zoe: Portal, town: people.Desk, other: User, settings: Any
) -> None:
    cases = [furnish(town, other), furnish(town, town.zoe)]
    # More papers together than one person may add: they are hers all the same.
    settings.SAFE_MAX_PAPERS = 1
    consents.give(other.person, Purpose.REMINDERS)
    zoe.fill(prove(zoe, OTHER), same="yes")
    mine = Person.objects.get(user=town.zoe)
    assert {case.pk for case in cases} == set(mine.submissions.values_list("pk", flat=True))
    assert [mine.drafts.filter(submission=None).count(), mine.papers.count()] == [2, 2]
    assert mine.mandates_given.in_force().count() == 2
    assert mine.mandates_held.in_force().filter(principal__given_names="Ilan").count() == 2
    assert CaseAccess.objects.filter(person=mine).count() == 2
    # One way of each kind to reach her: the one that she gave here.
    assert mine.contact_points.get(kind="phone").value == "+33199001299"
    # One consent of a purpose holds; what was agreed to there stays as a proof.
    held = mine.consents.in_force().values_list("purpose", flat=True)
    assert sorted(held) == sorted([Purpose.SAFE, Purpose.NEWS, Purpose.REMINDERS])
    assert mine.consents.count() == 5
    listed = words(zoe.get("/mes-demandes/en-cours/"))
    for case in cases:
        assert case.reference in listed
        assert zoe.get(f"/demandes/{case.reference}/").status_code == 200
    assert words(zoe.get("/mes-demandes/papiers/")).count("livret.pdf") >= 2
    chosen = zoe.get("/mes-demandes/preferences/")
    assert words(chosen).count('value="yes" checked') == 2


def test_papers_that_come_keep_the_consent_under_which_they_are_kept(
    zoe: Portal, town: people.Desk, other: User
) -> None:
    """Even where it was withdrawn in the account that stays: the papers there were destroyed, these were not."""
    people.keep_paper(other)
    consents.give(town.zoe.person, Purpose.SAFE)
    consents.withdraw(town.zoe.person, Purpose.SAFE)
    zoe.fill(prove(zoe, OTHER), same="yes")
    assert consents.agrees(town.zoe.person, Purpose.SAFE)
    assert town.zoe.person.papers.count() == 1
    assert "livret.pdf" in words(zoe.get("/mes-demandes/papiers/"))


def test_a_second_post_changes_nothing_more(zoe: Portal, town: people.Desk, other: User) -> None:
    page = prove(zoe, OTHER)
    zoe.fill(page, same="yes")
    events = Event.objects.count()
    assert zoe.fill(page, same="yes").headers["Location"] == ADDRESSES
    with pytest.raises(merge.CannotMerge, match="closed"):
        merge.merge(town.zoe, other, email=OTHER)
    assert Event.objects.count() == events


def test_a_code_that_has_served_serves_no_more(zoe: Portal, other: User) -> None:
    page = add(zoe, OTHER)
    code = code_sent_to(OTHER)
    zoe.fill(page, code=code)
    assert zoe.post(CODE, {"code": code}).headers["Location"] == ADDRESSES


def test_the_proof_of_oneself_is_asked_again_when_it_is_old(
    zoe: Portal, other: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = prove(zoe, OTHER)
    later = timezone.now().timestamp() + 400
    monkeypatch.setattr("time.time", lambda: later)
    asked = zoe.fill(page, same="yes", follow=True)
    other.refresh_from_db()
    assert other.is_active
    zoe.fill(asked, password=samples.PASSWORD)
    other.refresh_from_db()
    assert not other.is_active


def test_an_answer_is_asked_for(zoe: Portal, other: User) -> None:
    page = prove(zoe, OTHER)
    for sent in ({}, {"same": "peut-être"}):
        answer = zoe.post(SAME, sent)
        assert answer.status_code == 422
    assert "Dites si ce compte est le vôtre" in words(zoe.post(SAME, {}))
    assert zoe.fill(page, same="no").status_code == 200


def test_saying_no_leaves_both_as_they_were_and_says_what_to_do(zoe: Portal, town: people.Desk, other: User) -> None:
    case = furnish(town, other)
    answer = zoe.fill(prove(zoe, OTHER), same="no")
    assert "Les deux comptes restent séparés" in words(answer)
    assert "/mes-demandes/profil/" in words(answer)
    other.refresh_from_db()
    assert (other.email, other.is_active) == (OTHER, True)
    assert Submission.objects.get(pk=case.pk).person == other.person
    assert EmailAddress.objects.get(email=OTHER).user == other
    assert zoe.get(SAME).status_code == 302


def test_two_people_on_one_address_stay_two_persons(zoe: Portal, town: people.Desk, other: User) -> None:
    """An address to be written to may be shared; the login that it opens is of one."""
    for person in (town.zoe.person, other.person):
        ContactPoint.objects.create(person=person, kind="email", value=OTHER)
    zoe.fill(prove(zoe, OTHER), same="no")
    assert Person.objects.filter(contact_points__value=OTHER).count() == 2


# --- Refusals -------------------------------------------------------------------------------------------------------


def certify(user: User, sub: str, **claims: str) -> None:
    CertifiedIdentity.objects.create(
        person=Person.objects.get(user=user), service="franceconnect", issuer="https://fc", sub=sub,
        claims={"family_name": "Lefèvre", "given_name": "Zoé", **claims})  # fmt: skip


def works(town: people.Desk, other: User) -> None:
    long_ago = timezone.localdate() - timedelta(days=900)
    Membership.objects.create(user=other, department=town.civil, role="agent", title="x", ends_on=long_ago)


def closed(town: people.Desk, other: User) -> None:
    User.objects.filter(pk=other.pk).update(is_active=False)


def factor(town: people.Desk, other: User) -> None:
    Authenticator.objects.create(user=other, type=Authenticator.Type.TOTP, data={"secret": "x"})


def identities(town: people.Desk, other: User) -> None:
    certify(town.zoe, "1")
    certify(other, "2")


def names(town: people.Desk, other: User) -> None:
    certify(other, "2", given_name="Yann")
    Person.objects.filter(user=other).update(given_names="Yann")


REFUSALS = {
    works: "travaille pour la mairie",
    closed: "est fermé",
    factor: "seconde preuve",
    identities: "deux personnes",
    names: "noms différents",
}


@pytest.mark.parametrize("reason", REFUSALS, ids=lambda reason: str(reason.__name__))
@pytest.mark.parametrize("moment", ["before the code", "before the answer"])
def test_some_accounts_are_never_joined(zoe: Portal, town: people.Desk, other: User, reason: Any, moment: str) -> None:
    if moment == "before the code":
        reason(town, other)
        page = prove(zoe, OTHER)
    else:
        page = prove(zoe, OTHER)
        reason(town, other)
        page = zoe.fill(page, same="yes")
    assert page.status_code == 409
    assert REFUSALS[reason] in words(page)
    other.refresh_from_db()
    assert other.email == OTHER
    assert Person.objects.filter(user=other).exists()
    assert not Event.objects.filter(kind__startswith="account.").exists()
    assert zoe.get(SAME).status_code == 302


def test_an_account_asked_for_and_never_opened_holds_no_address_back(zoe: Portal, town: people.Desk) -> None:
    stranger = Portal()
    stranger.fill(stranger.get("/comptes/inscription/"), email=OTHER, password1=samples.PASSWORD)
    squatter = User.objects.get(email=OTHER)
    caches["default"].clear()
    prove(zoe, OTHER)
    assert not User.objects.filter(pk=squatter.pk).exists()
    assert EmailAddress.objects.get(email=OTHER, verified=True).user == town.zoe


# --- What joins what ------------------------------------------------------------------------------------------------


def test_a_change_of_mind_outlives_an_older_consent(zoe: Portal, town: people.Desk, other: User) -> None:
    consents.give(other.person, Purpose.NEWS)
    consents.give(other.person, Purpose.REMINDERS)
    consents.give(town.zoe.person, Purpose.NEWS)
    consents.withdraw(town.zoe.person, Purpose.NEWS)
    consents.give(town.zoe.person, Purpose.REMINDERS)
    zoe.fill(prove(zoe, OTHER), same="yes")
    held = Consent.objects.filter(person=town.zoe.person)
    assert [consent.purpose for consent in held.in_force()] == [Purpose.REMINDERS]
    assert held.count() == 4


def test_a_mandate_between_the_two_ends_and_its_proof_stays(zoe: Portal, town: people.Desk, other: User) -> None:
    people.mandate(other.person, town.zoe)
    gone = other.person.pk
    zoe.fill(prove(zoe, OTHER), same="yes")
    assert not Mandate.objects.in_force().exists()
    left = Person.objects.get(pk=gone)
    assert (left.family_name, left.given_names, left.user) == ("", "", None)


def test_an_account_without_address_gets_one_as_its_main(town: people.Desk, other: User) -> None:
    mine = User.objects.create_without_address()
    Person.objects.create(user=mine)
    merge.merge(mine, other, email=OTHER)
    mine.refresh_from_db()
    assert mine.email == OTHER
    assert EmailAddress.objects.get(user=mine).primary
    # Where nothing was said here, the names come too.
    assert mine.person.display_name == "Zoé Lefèvre"


def test_a_login_without_a_person_joins_too(town: people.Desk) -> None:
    bare = User.objects.create_user("nu@exemple.fr", samples.PASSWORD)
    assert merge.moving(town.zoe.person, bare) == merge.Moving()
    merge.merge(town.zoe, bare, email="nu@exemple.fr")
    assert Event.objects.of(bare.key).get().kind == "account.merged_into"


def test_whatever_names_a_person_is_known_to_the_merge() -> None:
    """A new table about persons must say what becomes of it here, or a merge would lose its rows."""
    known = {"ContactPoint", "Mandate", "Consent", "CertifiedIdentity", "Draft", "Submission", "SafePaper", "CaseAccess",
             "Delivery"}  # fmt: skip
    fields = Person._meta.get_fields(include_hidden=True)
    found = {field.related_model.__name__ for field in fields if isinstance(field, models.ManyToOneRel)}
    assert found == known
