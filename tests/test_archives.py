"""ARC-01, ARC-02: lists for the archives, their answer, what is destroyed then, what stays, and what is handed over."""

import json
import zipfile
from datetime import timedelta
from hashlib import sha512
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import ProtectedError
from django.utils import timezone

from accounts.models import Membership, Person, User
from accounts.permissions import Actor
from exchange import packages, seda
from journal import models as journal
from journal.models import AccessLog
from messaging.models import Delivery
from procedures.definition.reference import new_reference
from procedures.documents import verify
from procedures.lifecycle import archives, eliminate, hold, rating, retention
from procedures.lifecycle import message as letters
from procedures.lifecycle.grounds import MissingWords
from procedures.models import (
    Applicant,
    ArchiveList,
    ArchivePackage,
    Decision,
    Destruction,
    Document,
    Message,
    Rating,
    StoredFile,
    Submission,
)
from procedures.tasks import tend_archives
from tests.support import people
from tests.support.client import Portal, close_files
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import said, text_of
from tests.test_retention import kept, over
from tests.test_withdrawal import what as withdrawing

ANSWER = archives.Answer("Archives fictives", "AD99-2026-17", timezone.localdate())
NOTHING = "There is nothing to download: the package is not made, or was handed over before."
SEDA = f"{{{seda.NAMESPACE}}}"


@pytest.fixture
def desk(db: None, settings: Any) -> Desk:
    settings.SEDA_ARCHIVAL_AGENCY = "ARCHIVES-FICTIVES"
    town = people.desk()
    kept(town, retention_months=12, archival_rule="Règle fictive 1")
    return town


@pytest.fixture
def admin(desk: Desk) -> User:
    user = people.staff("ada@exemple.fr", "Ada", "Mairie", desk.civil, "town_admin", "administratrice")
    Membership.objects.get(user=user)
    return user


def signed_in(user: User) -> Portal:
    browser = Portal()
    people.sign_in(browser, user)
    return browser


def listed(desk: Desk, admin: User, kind: str = "elimination") -> ArchiveList:
    return archives.make(desk.civil, kind, by=Actor(user=admin))


def transfer(desk: Desk, admin: User) -> ArchiveList:
    """Return a transfer whose package the worker has made, or has said why it cannot."""
    made = listed(desk, admin, "transfer")
    drain()
    return made


def take(browser: Portal, made: ArchiveList) -> bytes:
    """Take the package of a transfer, by the button of its page."""
    page = browser.get(f"/atelier/archives/{made.public_id}/")
    answer = browser.fill(page, form_id="take")
    content = b"".join(answer.streaming_content)
    close_files(answer)
    return content


def whole(desk: Desk) -> Submission:
    """Return a request that is due, with all that may hang on one."""
    case = over(desk, 800)
    drain()
    people.attach(case)
    letters.send(case, "Bonjour, où en est ma demande ?", by=Actor(user=desk.zoe))
    letters.send(case, "Elle est faite.", by=Actor(user=desk.nadia))
    return case


# --- The list ---------------------------------------------------------------------------------------------------------


def test_a_list_is_made_of_what_is_due_and_nothing_else(desk: Desk, admin: User) -> None:
    due, held = over(desk, 800), over(desk, 800)
    over(desk, 10)
    desk.file()
    hold.put(held, "Un recours.", by=Actor(user=desk.claire))
    browser = signed_in(admin)
    page = browser.get("/atelier/archives/")
    shown = browser.fill(page, values={"department": desk.civil.pk, "kind": "elimination"}, follow=True)
    made = ArchiveList.objects.get()
    assert [item.submission for item in made.items.all()] == [due]
    assert made.number == f"BE-{timezone.localdate().year}-0001"
    for words in (due.reference, "Règle fictive 1", said("The visa of the archives")):
        assert words in text_of(shown), words
    # It waits for its answer on that list: it is on no other.
    again = browser.fill(browser.get("/atelier/archives/"), values={"department": desk.civil.pk, "kind": "elimination"})
    assert again.status_code == 422
    assert said("No request of this department has reached its term for such a list.") in text_of(again)
    assert journal.verify(f"archive:{made.public_id}") == []


def test_the_state_of_the_archives_is_shown_by_procedure(desk: Desk, admin: User) -> None:
    over(desk, 800)
    over(desk, 10)
    page = signed_in(admin).get("/atelier/archives/etat/")
    assert "Demander un acte" in text_of(page)


def test_what_is_to_be_handed_over_is_on_no_list_of_elimination(desk: Desk, admin: User) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    over(desk, 800)
    with pytest.raises(archives.NothingDue):
        listed(desk, admin)
    assert listed(desk, admin, "transfer").number.startswith("VE-")


def test_only_an_administrator_of_the_department_makes_or_answers_a_list(desk: Desk, admin: User) -> None:
    over(desk, 800)
    elsewhere = people.staff("bob@exemple.fr", "Bob", "Voirie", desk.roads, "town_admin", "administrateur")
    for who in (elsewhere, desk.claire):
        with pytest.raises(PermissionDenied):
            archives.make(desk.civil, "elimination", by=Actor(user=who))
    made = listed(desk, admin)
    with pytest.raises(PermissionDenied):
        archives.record_answer(made, ANSWER, by=Actor(user=elsewhere))
    assert signed_in(elsewhere).get(f"/atelier/archives/{made.public_id}/").status_code == 404


# --- The answer -------------------------------------------------------------------------------------------------------


def test_nothing_is_destroyed_before_the_archives_have_answered(desk: Desk, admin: User) -> None:
    case = over(desk, 800)
    listed(desk, admin)
    tend_archives()
    case.refresh_from_db()
    assert case.eliminated_at is None


def test_an_answer_says_who_under_which_reference_and_when(desk: Desk, admin: User) -> None:
    over(desk, 800)
    made, browser = listed(desk, admin), signed_in(admin)
    where = f"/atelier/archives/{made.public_id}/"
    page = browser.fill(browser.get(where), values={"name": "", "reference": ""})
    assert page.status_code == 422
    for words in ("Name who answered for the archives.", "Give the reference of the answer: it is the proof."):
        assert said(words) in text_of(page)
    page = browser.fill(
        browser.get(where),
        values={"name": "A", "reference": "B", "day": timezone.localdate() + timedelta(days=1)},
    )
    assert said("This day is before the list, or still to come: check it.") in text_of(page)
    with pytest.raises(MissingWords):
        archives.record_answer(made, archives.Answer("A", " ", timezone.localdate()), by=Actor(user=admin))
    made.refresh_from_db()
    assert made.state == "made"


def test_a_list_given_up_frees_its_requests(desk: Desk, admin: User) -> None:
    over(desk, 800)
    made, browser = listed(desk, admin), signed_in(admin)
    page = browser.get(f"/atelier/archives/{made.public_id}/")
    browser.fill(page, values={"cancel": "1"})
    made.refresh_from_db()
    assert made.state == "cancelled"
    answer = browser.fill(page, values={"name": "A", "reference": "B"}, follow=True)
    assert answer.redirect_chain
    assert listed(desk, admin).items.count() == 1


# --- What is destroyed ------------------------------------------------------------------------------------------------


def test_rgpd_04_after_the_visa_nothing_names_anyone_and_the_chain_still_verifies(desk: Desk, admin: User) -> None:
    case = whole(desk)
    receipt = Document.objects.get(submission=case, kind="receipt")
    assert receipt.stored is not None
    with default_storage.open(receipt.stored.key) as kept_copy:
        copy = kept_copy.read()
    keys = [stored.key for stored in StoredFile.objects.filter(answer_link__submission=case)] + [receipt.stored.key]
    rating.give(case, rating.Said(4, words="La photo est difficile."), by=Actor(user=desk.zoe))
    made, browser = listed(desk, admin), signed_in(admin)
    page = browser.get(f"/atelier/archives/{made.public_id}/")
    browser.fill(page, values={"name": ANSWER.name, "reference": ANSWER.reference})
    tend_archives()
    made.refresh_from_db()
    assert made.state == "done"
    case.refresh_from_db()
    assert case.eliminated_at is not None
    assert (case.procedure, case.department, case.outcome) == (desk.procedure, desk.civil, "granted")
    assert not any(default_storage.exists(key) for key in keys)
    applicant = Applicant.objects.get(submission=case)
    assert (applicant.display_name, applicant.email, applicant.address) == ("", "", None)
    assert case.person is None
    assert case.answer_sets.get().content == ""
    assert not Message.objects.filter(submission=case).exists()
    assert not Delivery.objects.filter(about=case.key).exists()
    assert Decision.objects.get(submission=case).words == ""
    # What people said of the procedure is counted, without their words.
    kept = Rating.objects.get()
    assert (kept.submission, kept.words, kept.score) == (None, "", 4)
    assert (case.search_text, case.acknowledgement, case.follow_code) == ("", {}, "")
    assert journal.verify(case.key) == []
    assert journal.first_fault()[1] == ""
    assert journal.Event.objects.of(case.key).last().data == {"list": made.number}  # type: ignore[union-attr]
    # The copy that she kept is still ours, and unaltered.
    assert verify.by_bytes(copy).issued
    assert verify.by_code(case.reference, receipt.verification_code).issued
    assert Destruction.objects.get(submission=case).done_at is not None
    assert said("Elimination %(number)s", number=made.number) in text_of(
        browser.get(f"/atelier/archives/{made.public_id}/")
    )


def test_what_was_destroyed_is_in_no_list_and_no_space(portal: Portal, desk: Desk, admin: User) -> None:
    case = whole(desk)
    other = desk.file()
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    portal.force_login(desk.nadia)
    shown = text_of(portal.get("/agent/demandes/?etat=toutes"))
    assert other.reference in shown
    assert case.reference not in shown
    assert portal.get(f"/agent/demandes/{case.reference}/").status_code == 404
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert case.reference not in text_of(zoe.get("/mes-demandes/"))
    assert zoe.get(f"/demandes/{case.reference}/").status_code == 404


@pytest.mark.parametrize("code", ["", "x", "????-????", "ABCD-EFGH"])
def test_no_code_opens_what_was_destroyed(desk: Desk, admin: User, code: str) -> None:
    case = whole(desk)
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    stranger = Portal()
    page = stranger.post("/suivi/", {"reference": case.reference, "code": code}, follow=True)
    assert "Demander un acte" not in page.text
    assert not Delivery.objects.filter(about=case.key).exists()


def test_what_is_held_by_then_stays_and_the_list_says_so(desk: Desk, admin: User) -> None:
    case = over(desk, 800)
    made = listed(desk, admin)
    hold.put(case, "Un recours.", by=Actor(user=desk.claire))
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    tend_archives()
    case.refresh_from_db()
    made.refresh_from_db()
    assert case.eliminated_at is None
    assert made.state == "done"
    assert made.items.get().state == "held"
    hold.lift(case, "Le recours est jugé.", by=Actor(user=desk.claire))
    assert listed(desk, admin).items.get().submission == case


def test_a_worker_that_was_stopped_goes_on_where_it_was(
    desk: Desk, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    cases = [over(desk, 800) for _ in range(3)]
    made = listed(desk, admin)
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    assert eliminate.carry_out(limit=1) == 1
    real, seen = eliminate._row, []

    def breaks(submission: Submission) -> None:
        seen.append(submission.pk)
        raise KeyboardInterrupt

    monkeypatch.setattr(eliminate, "_row", breaks)
    with pytest.raises(KeyboardInterrupt):
        eliminate.carry_out()
    # Half a request is not destroyed.
    assert Message.objects.filter(submission=seen[0]).count() == 0
    assert Submission.objects.get(pk=seen[0]).answer_sets.get().content != ""
    monkeypatch.setattr(eliminate, "_row", real)
    assert eliminate.carry_out() == 2
    assert eliminate.carry_out() == 0
    assert Submission.objects.filter(pk__in=[case.pk for case in cases], eliminated_at=None).count() == 0
    made.refresh_from_db()
    assert made.state == "done"


def test_one_that_fails_is_tried_again_later_and_holds_up_no_other(
    desk: Desk, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = over(desk, 800), over(desk, 800)
    made = listed(desk, admin)
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    real = eliminate._row

    def breaks(submission: Submission) -> None:
        if submission.pk == first.pk:
            raise OSError("storage away")
        real(submission)

    with monkeypatch.context() as patched:
        patched.setattr(eliminate, "_row", breaks)
        assert eliminate.carry_out() == 1
        assert eliminate.carry_out() == 0
    second.refresh_from_db()
    assert second.eliminated_at is not None
    line, browser = made.items.get(submission=first), signed_in(admin)
    assert (line.state, line.attempts, line.last_error) == ("waiting", 1, "OSError: storage away")
    page = text_of(browser.get(f"/atelier/archives/{made.public_id}/"))
    assert said("%(failing)s request could not be destroyed yet: it is tried again.", failing=1) in page
    # Not at once, then it goes.
    assert eliminate.carry_out() == 0
    made.items.update(next_try_at=timezone.now())
    assert eliminate.carry_out() == 1
    made.refresh_from_db()
    assert made.state == "done"


def test_a_request_decided_again_since_the_list_is_not_destroyed(desk: Desk, admin: User) -> None:
    case = over(desk, 800)
    made = listed(desk, admin)
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    journal.append(case.key, "decide", role="signatory", data={"from": case.state, "to": case.state})
    tend_archives()
    case.refresh_from_db()
    made.refresh_from_db()
    assert case.eliminated_at is None
    assert (made.state, made.items.get().state) == ("done", "again")
    assert said("kept: something happened since") in text_of(
        signed_in(admin).get(f"/atelier/archives/{made.public_id}/")
    )
    with pytest.raises(archives.NothingDue):
        listed(desk, admin)


def test_whom_nothing_names_any_more_is_forgotten_and_no_one_else(desk: Desk, admin: User) -> None:
    alone = Person.objects.create(family_name="Kermadec", given_names="Jeanne")
    case, other = over(desk, 800), over(desk, 800)
    Submission.objects.filter(pk=case.pk).update(person=alone)
    zoe = other.person
    assert zoe is not None
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    assert not Person.objects.filter(pk=alone.pk).exists()
    assert Person.objects.filter(pk=zoe.pk).exists()


def test_a_document_that_was_still_owed_is_owed_no_more(desk: Desk, admin: User) -> None:
    case = over(desk, 800)
    receipt = Document.objects.get(submission=case, kind="receipt")
    assert receipt.stored is None
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    drain()
    receipt.refresh_from_db()
    assert (receipt.stored, receipt.state) == (None, "failed")


def test_the_archives_keep_some_of_an_elimination_and_get_them_by_a_transfer(desk: Desk, admin: User) -> None:
    kept(desk, retention_months=12, final_fate="sort")
    wanted, other = whole(desk), whole(desk)
    made, browser = listed(desk, admin), signed_in(admin)
    where = f"/atelier/archives/{made.public_id}/"
    wrong = browser.fill(
        browser.get(where), values={"numbers": f"{wanted.reference} 2026-AAAA"}, form_id="keep", button="keep"
    )
    assert wrong.status_code == 422
    assert "2026-AAAA" in text_of(wrong)
    assert made.items.filter(state="waiting").count() == 2
    # As she copied it: spaces, small letters, a comma.
    typed = f" {wanted.reference.lower()},\n"
    shown = browser.fill(browser.get(where), values={"numbers": typed}, form_id="keep", button="keep", follow=True)
    assert said("They are taken off this list, and wait for a transfer.") in text_of(shown)
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    tend_archives()
    wanted.refresh_from_db()
    other.refresh_from_db()
    assert wanted.eliminated_at is None
    assert other.eliminated_at is not None
    # On no elimination again: it is the archives' now.
    with pytest.raises(archives.NothingDue):
        listed(desk, admin)
    assert retention.survey()[0].due == {"destroy": 0, "keep": 1, "sort": 0}
    handed = transfer(desk, admin)
    assert handed.items.get().submission == wanted
    with pytest.raises(PermissionDenied):
        archives.keep(handed, [wanted.reference], by=Actor(user=admin))
    take(browser, handed)
    archives.record_answer(handed, ANSWER, by=Actor(user=admin))
    tend_archives()
    wanted.refresh_from_db()
    assert wanted.eliminated_at is not None


def test_the_list_shows_what_is_held_before_it_is_answered(desk: Desk, admin: User) -> None:
    case = over(desk, 800)
    made, browser = listed(desk, admin), signed_in(admin)
    words = said("held: it will not be destroyed")
    assert words not in text_of(browser.get(f"/atelier/archives/{made.public_id}/"))
    hold.put(case, "Un recours.", by=Actor(user=desk.claire))
    assert words in text_of(browser.get(f"/atelier/archives/{made.public_id}/"))


@pytest.mark.parametrize("code", ["", "x", "0000-0000"])
def test_nobody_follows_what_is_destroyed(portal: Portal, desk: Desk, admin: User, code: str) -> None:
    case = over(desk, 800)
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    page = portal.fill(portal.get("/suivi/"), values={"reference": case.reference, "code": code}, follow=True)
    # As for a number that never was.
    unknown, number = Portal(), new_reference(2026)
    other = unknown.fill(unknown.get("/suivi/"), values={"reference": number, "code": code}, follow=True)
    assert page.status_code == other.status_code
    assert text_of(page).replace(case.reference, "") == text_of(other).replace(number, "")
    assert "Demander un acte" not in text_of(page)


def test_a_withdrawn_decision_with_all_its_letters_goes_too(desk: Desk, admin: User) -> None:
    from procedures.lifecycle import withdraw

    case = desk.decide(desk.file(at=timezone.now() - timedelta(days=800)))
    withdraw.withdraw(case, withdrawing(), by=Actor(user=desk.helene))
    from tests.test_retention import move_back

    move_back(case, 790)
    archives.record_answer(listed(desk, admin), ANSWER, by=Actor(user=admin))
    tend_archives()
    for decision in Decision.objects.filter(submission=case):
        assert (decision.law_grounds, decision.fact_grounds, decision.heard) == ("", "", "")


def test_every_row_that_hangs_on_a_request_is_known_to_its_destruction() -> None:
    """A model added later must say what becomes of it: here, and in eliminate.py."""
    removed = {
        "Annotation",
        "AnswerFile",
        "BatchItem",
        "CaseAccess",
        "CaseLink",
        "CorrectionRequest",
        "Draft",
        "Facet",
        "Label",
        "LabelMark",
        "LegalHold",
        "LegalNotice",
        "Message",
        "MoreTime",
        "Note",
        "Opinion",
        "PiecesRequest",
        "RuleRun",
        "SentOn",
        "SilenceRequest",
        "Watch",
    }
    emptied = {"AnswerSet", "Applicant", "Decision", "PiecesSending"}
    # Numbers, codes and digests; what was destroyed and by what right.
    kept_figure = {"Rating"}  # without its words, and without the request
    # A duplicate says which request went on: two numbers.
    stays = {"ArchiveItem", "Destruction", "Document", "Submission"}
    linked = {relation.related_model.__name__ for relation in Submission._meta.related_objects}
    assert linked == removed | emptied | stays | kept_figure


def test_rows_without_a_destruction_cannot_be_removed(desk: Desk) -> None:
    with pytest.raises(ProtectedError):
        over(desk, 10).delete()


# --- What leaves ------------------------------------------------------------------------------------------------------


def test_arc_02_the_list_is_taken_as_a_spreadsheet_with_its_mentions(desk: Desk, admin: User) -> None:
    case = whole(desk)
    made = listed(desk, admin)
    answer = signed_in(admin).get(f"/atelier/archives/{made.public_id}/bordereau.ods")
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    close_files(answer)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        text = archive.read("content.xml").decode()
    for words in (case.reference, made.number, "Service État civil", "Règle fictive 1", "Volume", "Visa ou réponse"):
        assert words in text, words
    assert "Lefèvre" not in text


def test_arc_01_a_transfer_is_a_zip_with_its_manifest(desk: Desk, admin: User, settings: Any) -> None:
    settings.SEDA_AGREEMENT = "ACCORD-1"
    kept(desk, retention_months=12, final_fate="keep", archival_rule="Règle fictive 1")
    case = whole(desk)
    made, browser = transfer(desk, admin), signed_in(admin)
    content = take(browser, made)
    with zipfile.ZipFile(BytesIO(content)) as archive:
        root = ElementTree.fromstring(archive.read("manifest.xml"))
        for binary in root.iter(f"{SEDA}BinaryDataObject"):
            uri = binary.findtext(f"{SEDA}Uri") or ""
            data = archive.read(uri)
            assert binary.findtext(f"{SEDA}MessageDigest") == sha512(data).hexdigest()
            assert binary.findtext(f"{SEDA}Size") == str(len(data))
        told = json.loads(archive.read(f"content/{case.reference}/demande.json"))
    assert told["numero"] == case.reference
    assert told["envois"][0]["reponses"]
    assert [child.tag.removeprefix(SEDA) for child in root] == [
        "Comment",
        "Date",
        "MessageIdentifier",
        "ArchivalAgreement",
        "CodeListVersions",
        "DataObjectPackage",
        "ArchivalAgency",
        "TransferringAgency",
    ]
    package = root.find(f"{SEDA}DataObjectPackage")
    assert package is not None
    kinds = [child.tag.removeprefix(SEDA) for child in package]
    assert kinds[-2:] == ["DescriptiveMetadata", "ManagementMetadata"]
    assert set(kinds[:-2]) == {"DataObjectGroup"}
    # The data, the receipt, the decision, the file that was joined.
    assert len(kinds) == 2 + 4
    assert root.findtext(f".//{SEDA}FinalAction") == "Keep"
    assert root.findtext(f".//{SEDA}AppraisalRule/{SEDA}Rule") == "Règle fictive 1"
    assert root.findtext(f".//{SEDA}LegalStatus") == "Public Archive"
    assert root.findtext(f"{SEDA}ArchivalAgency/{SEDA}Identifier") == "ARCHIVES-FICTIVES"
    groups = {group.get("id") for group in root.iter(f"{SEDA}DataObjectGroup")}
    assert {one.text for one in root.iter(f"{SEDA}DataObjectGroupReferenceId")} == groups
    # It is written down on the list and on the request: the person reads that it was handed over.
    told = AccessLog.objects.filter(action="transfer")
    assert {row.subject for row in told} == {f"archive:{made.public_id}", case.key}
    # Nothing is destroyed before the reply; then it is, and the package is no longer made.
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    tend_archives()
    case.refresh_from_db()
    assert case.eliminated_at is not None
    again = browser.post(f"/atelier/archives/{made.public_id}/versement.zip", follow=True)
    assert said(NOTHING) in text_of(again)


def test_arc_01_what_is_handed_over_follows_the_published_order(desk: Desk, admin: User, settings: Any) -> None:
    settings.SEDA_XSD = str(Path(__file__).parent / "support" / "seda.xsd")
    settings.SEDA_ACCESS_RULE = "Règle fictive 2"
    for rule in ({"archival_rule": "Règle fictive 1"}, {}):
        kept(desk, retention_months=12, final_fate="keep", **rule)
        whole(desk)
    made = transfer(desk, admin)
    made.package.refresh_from_db()
    assert (made.package.reason, made.package.state) == ("", "done")
    assert made.items.count() == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('<xs:element name="Other"/>', "ArchiveTransfer"),
        ('<xs:element name="Other" type="None"/>', "SEDA_XSD"),
        ("<", "SEDA_XSD"),
        (None, "SEDA_XSD"),
    ],
)
def test_a_manifest_that_breaks_the_schema_of_the_town_does_not_leave(
    desk: Desk, admin: User, settings: Any, tmp_path: Path, content: str | None, words: str
) -> None:
    schema = tmp_path / "seda.xsd"
    if content is not None:
        head = f'<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="{seda.NAMESPACE}">'
        schema.write_text(f"{head}{content}</xs:schema>")
    settings.SEDA_XSD = str(schema)
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    made, browser = transfer(desk, admin), signed_in(admin)
    where = f"/atelier/archives/{made.public_id}/"
    page = browser.get(where)
    assert words in text_of(page)
    assert said(NOTHING) in text_of(browser.post(f"{where}versement.zip", follow=True))
    assert not AccessLog.objects.filter(action="transfer").exists()
    # The schema is mended: the package is made again.
    settings.SEDA_XSD = ""
    browser.fill(page, form_id="pack", button="again")
    drain()
    assert zipfile.is_zipfile(BytesIO(take(browser, made)))


def test_a_schema_that_imports_another_from_the_web_finds_it_beside_it(
    desk: Desk, admin: User, settings: Any, tmp_path: Path
) -> None:
    text = (Path(__file__).parent / "support" / "seda.xsd").read_text()
    opening = text.index(">", text.index("<xs:schema")) + 1
    other = '<xs:import namespace="urn:test" schemaLocation="http://www.example.invalid/2001/other.xsd"/>'
    (tmp_path / "main.xsd").write_text(text[:opening] + other + text[opening:])
    (tmp_path / "other.xsd").write_text(
        '<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" targetNamespace="urn:test"><xs:element name="x"/></xs:schema>'
    )
    settings.SEDA_XSD = str(tmp_path / "main.xsd")
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    made = transfer(desk, admin)
    made.package.refresh_from_db()
    assert (made.package.reason, made.package.state) == ("", "done")


def test_who_receives_and_who_hands_over_are_said_or_nothing_leaves(desk: Desk, admin: User, settings: Any) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    settings.SEDA_ARCHIVAL_AGENCY = ""
    desk.civil.entity.siret = ""
    desk.civil.entity.save()
    made = listed(desk, admin, "transfer")
    drain()
    page = text_of(signed_in(admin).get(f"/atelier/archives/{made.public_id}/"))
    assert "SEDA_ARCHIVAL_AGENCY" in page
    assert "SIRET" in page


def test_no_reply_is_recorded_before_anything_was_handed_over(desk: Desk, admin: User) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    case = whole(desk)
    made, browser = transfer(desk, admin), signed_in(admin)
    where = f"/atelier/archives/{made.public_id}/"
    page = browser.fill(browser.get(where), form_id="answer", values={"name": "A", "reference": "B"})
    assert page.status_code == 422
    words = "Nothing was handed over yet: download the package first, and send it. The reply comes after."
    assert said(words) in text_of(page)
    with pytest.raises(archives.NotHandedOver):
        archives.record_answer(made, ANSWER, by=Actor(user=admin))
    tend_archives()
    case.refresh_from_db()
    assert case.eliminated_at is None


def test_what_was_written_after_it_was_handed_over_is_not_destroyed(desk: Desk, admin: User) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    case, other = whole(desk), whole(desk)
    made = transfer(desk, admin)
    take(signed_in(admin), made)
    letters.send(case, "J’ai oublié une chose.", by=Actor(user=desk.zoe))
    archives.record_answer(made, ANSWER, by=Actor(user=admin))
    tend_archives()
    case.refresh_from_db()
    other.refresh_from_db()
    assert (case.eliminated_at, made.items.get(submission=case).state) == (None, "again")
    assert other.eliminated_at is not None
    # It goes with the next transfer, whole.
    assert transfer(desk, admin).items.get().submission == case


def test_the_bytes_of_a_package_go_with_the_list(
    desk: Desk, admin: User, django_capture_on_commit_callbacks: Any
) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    for end in ("answered", "cancelled"):
        made, browser = transfer(desk, admin), signed_in(admin)
        take(browser, made)
        made.package.refresh_from_db()
        assert default_storage.exists(made.package.place)
        with django_capture_on_commit_callbacks(execute=True):
            if end == "cancelled":
                archives.cancel(made, by=Actor(user=admin))
            else:
                archives.record_answer(made, ANSWER, by=Actor(user=admin))
        assert not default_storage.exists(made.package.place)
        # Until the next one, which finds it whole.
        made.items.update(state="left")


def test_a_package_whose_bytes_are_lost_is_made_again(desk: Desk, admin: User) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    made, browser = transfer(desk, admin), signed_in(admin)
    default_storage.delete(ArchivePackage.objects.get(list=made).place)
    where = f"/atelier/archives/{made.public_id}/"
    page = browser.fill(browser.get(where), form_id="take", follow=True)
    assert said("The file is no longer there: have it made again.") in text_of(page)
    assert not AccessLog.objects.filter(action="transfer").exists()
    browser.fill(page, form_id="pack", button="again")
    drain()
    assert zipfile.is_zipfile(BytesIO(take(browser, made)))


def test_a_package_whose_list_was_given_up_while_it_was_made_is_not_kept(
    desk: Desk, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    made = listed(desk, admin, "transfer")
    real = seda.write

    def cancelled_meanwhile(*args: Any) -> None:
        real(*args)
        archives.cancel(made, by=Actor(user=admin))

    monkeypatch.setattr(seda, "write", cancelled_meanwhile)
    drain()
    made.package.refresh_from_db()
    assert made.package.state == "working"
    assert not default_storage.exists(made.package.place)
    assert not journal.Event.objects.filter(kind=archives.PACKED).exists()


def test_what_a_dead_worker_left_of_a_package_is_swept(
    desk: Desk, admin: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(desk, retention_months=12, final_fate="keep")
    whole(desk)
    made = transfer(desk, admin)
    made.package.refresh_from_db()
    left = f"{ArchivePackage.FOLDER}/{made.public_id.hex}-99"
    default_storage.save(left, ContentFile(b"left"))
    later = timezone.now() + timedelta(minutes=11)
    monkeypatch.setattr("exchange.packages.timezone.now", lambda: later)
    packages.purge()
    assert not default_storage.exists(left)
    assert default_storage.exists(made.package.place)


def test_counting_costs_the_same_whatever_the_number_of_requests(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    for _ in range(2):
        over(desk, 800)
    list(retention.ended())
    with django_assert_max_num_queries(6):
        assert len(list(retention.ended())) == 2
    for _ in range(6):
        over(desk, 800)
    with django_assert_max_num_queries(6):
        assert len(list(retention.ended())) == 8
