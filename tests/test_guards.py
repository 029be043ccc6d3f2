"""What is settled never changes, whoever writes and whatever a migration does to its table."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from journal import guards
from journal import models as journal
from procedures.models import AnswerSet, Destruction, Document, PiecesSending, ProcedureVersion, SealCertificate
from tests.support import samples

SUBJECT = "submission:x"


@pytest.fixture
def chain(db: None) -> list[journal.Event]:
    return [journal.append(SUBJECT, "kind", actor="user:1", data={"n": n}) for n in range(3)]


def refused(sql: str) -> None:
    with pytest.raises(DatabaseError, match="settled rows never change"), transaction.atomic():
        connection.cursor().execute(sql)


@pytest.mark.usefixtures("chain")
def test_an_update_or_a_delete_by_hand_is_refused() -> None:
    refused("UPDATE journal_event SET kind = 'other'")
    refused("DELETE FROM journal_event")
    assert journal.verify(SUBJECT) == []


@pytest.mark.usefixtures("chain")
def test_a_flush_is_refused_and_loses_nothing() -> None:
    # Django empties tables with these very statements; TRUNCATE exists on PostgreSQL only.
    statements = (
        ["TRUNCATE journal_event", "TRUNCATE procedures_answerset CASCADE"]
        if connection.vendor == "postgresql"
        else ["DELETE FROM journal_event"]
    )
    for statement in statements:
        refused(statement)
    assert journal.Event.objects.count() == 3


@pytest.mark.usefixtures("chain")
def test_a_changed_row_breaks_the_chain() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER guard_journal_event_update"
            + (" ON journal_event" if connection.vendor == "postgresql" else "")
        )
        cursor.execute("UPDATE journal_event SET kind = 'forged' WHERE number = 2")
    assert any("2" in fault for fault in journal.verify(SUBJECT))
    guards.install(connection)


@pytest.mark.django_db
def test_a_missing_guard_is_seen_by_the_check_and_put_back_by_migrate() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DROP TRIGGER guard_journal_event_delete"
            + (" ON journal_event" if connection.vendor == "postgresql" else "")
        )
    assert guards.missing(connection) == ["guard_journal_event_delete"]
    guards.install_after_migrate(using="default")
    assert guards.missing(connection) == []
    call_command("check", databases=["default"], stdout=StringIO())


@pytest.mark.django_db
def test_a_migration_that_rebuilds_the_table_gets_its_guards_back() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE rebuilt AS SELECT * FROM journal_event")
        cursor.execute("DROP TABLE journal_event")
        cursor.execute("ALTER TABLE rebuilt RENAME TO journal_event")
    assert "guard_journal_event_update" in guards.missing(connection)
    guards.install_after_migrate(using="default")
    assert guards.missing(connection) == []


@pytest.mark.django_db
def test_a_published_version_keeps_its_bytes() -> None:
    version = samples.procedure().current_version
    assert version is not None
    for change in ("content = '{}'", "digest = 'x'", "number = 9"):
        refused(f"UPDATE procedures_procedureversion SET {change}")
    refused("DELETE FROM procedures_procedureversion")
    # What is not settled may change: who validated the law of it.
    ProcedureVersion.objects.filter(pk=version.pk).update(legal_review_by="Maître Exemple")


@pytest.mark.django_db
def test_every_guarded_model_is_guarded() -> None:
    assert {model for model, _ in guards.guarded_models()} == {
        journal.Event,
        AnswerSet,
        Destruction,
        PiecesSending,
        Document,
        ProcedureVersion,
        SealCertificate,
    }
    assert guards.missing(connection) == []


@pytest.mark.usefixtures("chain")
def test_later_systems_read_events_in_commit_order_after_a_cursor() -> None:
    first, *others = journal.events_after(0)
    assert journal.events_after(first.pk) == others


def test_an_event_is_chained_to_the_one_before(chain: list[Any]) -> None:
    assert [event.number for event in chain] == [1, 2, 3]
    assert chain[1].previous == chain[0].digest
    assert journal.verify(SUBJECT) == []
