"""Who looked at what: written down, shown to the auditor alone, forgotten after a year; and a journal that verifies."""

from datetime import datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from journal import guards
from journal.models import AccessLog, Event
from journal.tasks import sweep
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queries import count_queries


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def test_the_auditor_sees_who_read_which_request_and_what_was_searched(portal: Portal, desk: people.Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    portal.get(f"/agent/demandes/{case.reference}/")
    portal.get("/agent/demandes/?q=lefevre")
    portal.force_login(desk.paul)
    page = texts(portal.get("/agent/acces/"))
    assert case.reference in page
    assert "Nadia Roussel" in page
    assert "lefevre" in page
    assert AccessLog.objects.filter(action="audit").count() == 1, "looking here is an access too"


def test_those_who_are_watched_do_not_see_it(portal: Portal, desk: people.Desk) -> None:
    for user in (desk.nadia, desk.claire, desk.helene):
        portal.force_login(user)
        assert portal.get("/agent/acces/").status_code == 403
        assert "/agent/acces/" not in texts(portal.get("/agent/"))
    portal.force_login(desk.paul)
    assert "/agent/acces/" in texts(portal.get("/agent/"))


def test_an_auditor_watches_her_departments_only(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.roger)
    portal.get("/agent/demandes/?q=pavage")
    portal.force_login(desk.paul)
    page = texts(portal.get("/agent/acces/"))
    assert "pavage" not in page
    assert "Roger" not in page


def test_the_filters_narrow_the_list_and_wrong_ones_are_no_error(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.nadia)
    portal.get(f"/agent/demandes/{desk.file().reference}/")
    portal.get("/agent/demandes/?q=marchand")
    portal.force_login(desk.paul)
    table = texts(portal.get("/agent/acces/?quoi=search")).split("<tbody>")[1]
    assert "marchand" in table
    assert "a lu une demande" not in table
    for query in ("quoi=x", "qui=x", "jour=2026-99-99", "jour=x", "apres=x", "qui=" + "9" * 5000):
        assert portal.get(f"/agent/acces/?{query}").status_code == 200
    today = timezone.localdate().isoformat()
    assert "marchand" in texts(portal.get(f"/agent/acces/?jour={today}&qui={desk.nadia.public_id}"))


def read(desk: people.Desk, count: int, at: datetime) -> None:
    AccessLog.objects.bulk_create(
        AccessLog(at=at, actor=f"user:{desk.nadia.public_id}", role="agent", action="read", subject=f"submission:{n}")
        for n in range(count)
    )


def test_what_is_unusual_is_said_first(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.paul)
    noon = datetime.combine(timezone.localdate(), datetime.min.time(), ZoneInfo("Europe/Paris")) - timedelta(hours=12)
    read(desk, 80, noon)
    assert "À regarder" not in texts(portal.get("/agent/acces/"))
    read(desk, 81, noon)
    assert "Nadia Roussel a ouvert 81 demandes en un jour" in texts(portal.get("/agent/acces/"))
    read(desk, 3, noon + timedelta(hours=15))
    assert "la nuit, 3 fois" in texts(portal.get("/agent/acces/"))


def test_the_page_costs_the_same_with_1_and_50_accesses(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.paul)
    read(desk, 1, timezone.now())
    little = count_queries(portal, "/agent/acces/")
    read(desk, 50, timezone.now())
    assert count_queries(portal, "/agent/acces/") == little


def test_sign_ins_and_their_failures_are_written_down(portal: Portal, desk: people.Desk) -> None:
    for address, password in ((desk.nadia.email, "faux"), ("personne@exemple.fr", "faux")):
        portal.fill(portal.get("/comptes/connexion/"), login=address, password=password)
    failed = AccessLog.objects.filter(action="sign_in_failed")
    assert sorted(failed.values_list("actor", flat=True)) == sorted(["anonymous", f"user:{desk.nadia.public_id}"])
    portal.fill(portal.get("/comptes/connexion/"), login=desk.nadia.email, password=samples.PASSWORD)


def test_accesses_are_forgotten_after_a_year(desk: people.Desk) -> None:
    read(desk, 2, timezone.now() - timedelta(days=367))
    read(desk, 1, timezone.now() - timedelta(days=360))
    assert sweep() == 2
    assert AccessLog.objects.count() == 1


def test_a_row_changed_in_the_database_is_named(desk: people.Desk) -> None:
    case = desk.file()
    out = StringIO()
    call_command("verify_journal", stdout=out)
    assert "intact" in out.getvalue()
    event = Event.objects.of(case.key).first()
    assert event is not None
    with connection.cursor() as cursor:
        table = " ON journal_event" if connection.vendor == "postgresql" else ""
        cursor.execute(f"DROP TRIGGER guard_journal_event_update{table}")
        cursor.execute("UPDATE journal_event SET role = 'agent' WHERE id = %s", [event.pk])
    guards.install(connection)
    with pytest.raises(CommandError, match=f"{case.key}: the columns of event 1"):
        call_command("verify_journal")
