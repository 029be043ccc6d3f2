"""Who looked at what: written down, shown to the auditor alone, and forgotten after a year."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from journal.models import AccessLog
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
    assert AccessLog.objects.filter(action="read").count() == 1
