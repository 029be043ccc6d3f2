"""Whoever changes the journal in the database itself is found: by the chains, by what receipts state, by the seals."""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO, StringIO
from typing import Any

import pikepdf
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.permissions import Actor
from journal import guards, seals
from journal.models import Event, append, canonical_body, digest_of
from procedures.documents import receipt
from procedures.lifecycle import transition
from procedures.models import Document, Submission
from tests.support import people
from tests.support.client import Portal


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def case(desk: people.Desk) -> Submission:
    """Return a request that an agent has taken: its chain has two events, of which the receipt states the first."""
    filed = desk.file()
    return transition.apply(filed, "take_charge", by=Actor(user=desk.nadia))


@contextmanager
def guards_lifted(*tables: str) -> Iterator[Callable[[str, list[Any]], None]]:
    """Give what someone who holds the database may do: lift the guards, write, and put them back."""
    with connection.cursor() as cursor:
        for table in tables or ("journal_event",):
            for event in ("update", "delete"):
                place = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f'DROP TRIGGER "guard_{table}_{event}"{place}')
        yield cursor.execute
    guards.install(connection)


def verified() -> str:
    out = StringIO()
    call_command("verify_journal", stdout=out)
    return out.getvalue()


def sealed() -> int:
    """Seal what was written, as the worker does when some minutes have passed."""
    at = Event.objects.of(seals.SUBJECT).last()
    assert at is None or timezone.now() - at.at < seals.EVERY
    return seals.seal()


def test_what_nobody_touched_is_intact(case: Submission) -> None:
    assert sealed() == Event.objects.exclude(subject="journal").count()
    assert "intact" in verified()
    assert f"{Event.objects.count()} événements, 1 accusés et 1 scellés" in verified()


def test_a_row_that_was_edited_is_named(case: Submission) -> None:
    with guards_lifted() as execute:
        execute("UPDATE journal_event SET role = 'agent' WHERE subject = %s AND number = 1", [case.key])
    with pytest.raises(CommandError, match=f"{case.key}: the columns of event 1"):
        call_command("verify_journal")


def test_a_chain_of_which_all_was_removed_is_missed_by_its_receipt(case: Submission) -> None:
    with guards_lifted() as execute:
        execute("DELETE FROM journal_event WHERE subject = %s", [case.key])
    with pytest.raises(CommandError, match=f"{case.key}: event 1 is no longer the one that a receipt states"):
        call_command("verify_journal")


def test_the_last_row_of_a_chain_is_missed_by_the_seal(case: Submission) -> None:
    sealed()
    with guards_lifted() as execute:
        execute("DELETE FROM journal_event WHERE subject = %s AND number = 2", [case.key])
    with pytest.raises(CommandError, match="seal 1: of the"):
        call_command("verify_journal")


def rewrite(key: str, execute: Callable[[str, list[Any]], None]) -> None:
    """Write a whole chain again with other facts and right digests: each link holds."""
    previous = ""
    for event in list(Event.objects.of(key)):
        data = {**event.data, "answers": "another"}
        body = canonical_body(event.subject, event.number, event.kind, event.at, event.actor, event.role, data)
        digest = digest_of(previous, body)
        execute(
            "UPDATE journal_event SET body = %s, previous = %s, digest = %s WHERE id = %s",
            [body, previous, digest, event.pk],
        )
        previous = digest


def test_a_chain_that_was_written_again_whole_is_not_what_its_receipt_states(case: Submission) -> None:
    with guards_lifted() as execute:
        rewrite(case.key, execute)
    with pytest.raises(CommandError, match=f"{case.key}: event 1 is no longer the one that a receipt states"):
        call_command("verify_journal")


def test_not_even_with_its_receipt_written_again_once_it_is_sealed(case: Submission) -> None:
    sealed()
    with guards_lifted("journal_event", "procedures_document") as execute:
        rewrite(case.key, execute)
        head = Event.objects.of(case.key).get(number=1).digest
        execute("UPDATE procedures_document SET anchor_digest = %s WHERE submission_id = %s", [head, case.pk])
    with pytest.raises(CommandError, match="seal 1"):
        call_command("verify_journal")


def test_a_chain_without_receipt_is_under_seal_too(desk: people.Desk) -> None:
    append("department:civil", "role_given")
    sealed()
    with guards_lifted() as execute:
        execute("DELETE FROM journal_event WHERE subject = 'department:civil'", [])
    with pytest.raises(CommandError, match="seal 1"):
        call_command("verify_journal")


def test_a_seal_that_was_removed_or_moved_is_found(case: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seals, "EVERY", timedelta(0))
    seals.seal()
    append("department:civil", "role_given")
    assert seals.seal() == 1
    assert seals.seal() == 0, "nothing was written since"
    assert "2 scellés" in verified()
    with guards_lifted() as execute:
        execute("DELETE FROM journal_event WHERE subject = 'journal' AND number = 1", [])
    with pytest.raises(CommandError, match="journal: event 1 is missing"):
        call_command("verify_journal")


def test_seals_are_not_made_more_often_than_every_ten_minutes(desk: people.Desk) -> None:
    desk.file()
    assert seals.seal() > 0
    desk.file()
    assert seals.seal() == 0


def test_what_a_receipt_states_is_frozen(case: Submission) -> None:
    document = Document.objects.get(submission=case)
    first = Event.objects.of(case.key).get(number=1)
    assert (document.anchor_number, document.anchor_digest) == (1, first.digest)
    for change in ("anchor_digest = 'x'", "anchor_number = 2", "verification_code = 'x'"):
        with pytest.raises(DatabaseError, match="settled rows never change"), transaction.atomic():
            connection.cursor().execute(f"UPDATE procedures_document SET {change}")


def test_the_receipt_prints_and_carries_it_and_is_the_same_bytes_drawn_again(case: Submission) -> None:
    document = Document.objects.get(submission=case)
    assert document.anchor is not None
    assert document.anchor.digest in receipt.html(document)
    data = receipt.pdf(document)
    append(case.key, "later")
    assert receipt.pdf(Document.objects.get(submission=case)) == data
    with pikepdf.open(BytesIO(data)) as pdf:
        carried = json.loads(pdf.attachments["accuse.json"].get_file().read_bytes())
    assert carried["journal"] == {"subject": case.key, "event": 1, "sha256": document.anchor.digest}
    assert carried["answers"]["sha256"] == document.answer_set.digest
    assert "Lefèvre" not in json.dumps(carried, ensure_ascii=False)


def test_the_receipt_carries_the_answers_whose_digest_it_prints(case: Submission) -> None:
    document = Document.objects.get(submission=case)
    with pikepdf.open(BytesIO(receipt.pdf(document))) as pdf:
        answers = pdf.attachments["reponses.json"].get_file().read_bytes()
    assert json.loads(answers) == document.answer_set.answers
    assert hashlib.sha256(answers).hexdigest() == document.answer_set.digest


def verify_page(document: Document) -> str:
    asked = {"numero": document.submission.reference, "code": document.verification_code}
    return " ".join(str(Portal().get("/verifier/", asked).text).replace("\u00a0", " ").split())


def test_the_page_of_verification_says_whether_the_journal_still_says_so(case: Submission) -> None:
    document = Document.objects.get(submission=case)
    page = verify_page(document)
    assert "Le journal de la commune le dit toujours" in page
    assert document.anchor_digest in page
    with guards_lifted() as execute:
        rewrite(case.key, execute)
    page = verify_page(document)
    assert "Oui, la commune a émis ce document" in page
    assert "ne porte plus ce que dit cet accusé" in page


def test_a_receipt_issued_before_receipts_stated_it_stays_valid(case: Submission) -> None:
    with guards_lifted("procedures_document") as execute:
        execute("UPDATE procedures_document SET anchor_number = NULL, anchor_digest = ''", [])
    document = Document.objects.get(submission=case)
    assert document.anchor is None
    assert "inscrit au journal" not in receipt.html(document)
    page = verify_page(document)
    assert "Oui, la commune a émis ce document" in page
    assert "journal" not in page.split("<main")[1].split("<form")[0]
    assert "0 accusés" in verified()
