"""A draft does not go untold (RGPD-04): two weeks before, once an end, and never before the notice had a week to be read."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from messaging.models import Delivery
from procedures import tasks
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import draft_end
from procedures.models import Draft
from tests.support import people
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queries import count_queries


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def ending(desk: Desk, days: float, **changes: Any) -> Draft:
    """Begin a draft of Zoé that ends in some days."""
    draft = drafts.start(desk.procedure, desk.zoe.person)
    Draft.objects.filter(pk=draft.pk).update(expires_at=timezone.now() + timedelta(days=days), **changes)
    return Draft.objects.get(pk=draft.pk)


def notices() -> list[Delivery]:
    return list(Delivery.objects.filter(purpose="draft_ends").order_by("pk"))


def later(draft: Draft, days: float) -> None:
    """Let some days go by for a draft."""
    gone = timedelta(days=days)
    now = Draft.objects.get(pk=draft.pk)
    moved: dict[str, datetime | None] = {
        name: value and value - gone
        for name, value in (("expires_at", now.expires_at), ("told_of", now.told_of), ("told_at", now.told_at))
    }
    Draft.objects.filter(pk=draft.pk).update(**moved)


def test_a_person_is_told_two_weeks_before_and_once(desk: Desk) -> None:
    draft = ending(desk, 15)
    tasks.sweep()
    assert not notices()
    later(draft, 2)
    tasks.sweep()
    tasks.sweep()
    (notice,) = notices()
    assert notice.address == desk.zoe.email
    assert f"/brouillons/{draft.public_id}/" in notice.body
    assert "Demander un acte" in notice.body
    later(draft, 14)
    tasks.sweep()
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_after_an_outage_the_notice_comes_first_and_leaves_a_week(desk: Desk) -> None:
    draft = ending(desk, -30)
    tasks.sweep()
    assert len(notices()) == 1
    assert Draft.objects.filter(pk=draft.pk).exists()
    later(draft, 6)
    tasks.sweep()
    assert Draft.objects.filter(pk=draft.pk).exists()
    later(draft, 2)
    tasks.sweep()
    assert not Draft.objects.filter(pk=draft.pk).exists()


def test_a_draft_saved_after_the_notice_is_kept_and_told_of_its_new_end(desk: Desk) -> None:
    draft = ending(desk, 3)
    tasks.sweep()
    drafts.save_step(draft, "acte", dict(people.ANSWERS["acte"]))
    later(draft, 10)
    tasks.sweep()
    assert Draft.objects.filter(pk=draft.pk).exists()
    assert len(notices()) == 1
    later(draft, 70)
    tasks.sweep()
    assert len(notices()) == 2


def test_without_an_account_the_link_goes_where_one_was_asked_for(desk: Desk) -> None:
    draft = drafts.start(desk.procedure, None)
    drafts.send_link(draft, "malik@exemple.fr")
    Draft.objects.update(expires_at=timezone.now() + timedelta(days=3))
    draft_end.warn()
    (notice,) = notices()
    assert notice.address == "malik@exemple.fr"
    assert "/brouillons/reprendre/" in notice.body


def test_an_address_that_was_merely_typed_gets_no_link(desk: Desk) -> None:
    draft = drafts.start(desk.procedure, None)
    drafts.save_step(draft, "applicant", dict(people.APPLICANT))
    Draft.objects.update(expires_at=timezone.now() + timedelta(days=3))
    assert draft_end.warn() == 1
    assert not notices()


def test_a_helper_is_told_of_what_she_fills_and_so_is_the_person(desk: Desk) -> None:
    helper = people.staff("aide@exemple.fr", "Malik", "Aubrac", desk.civil, "agent")
    mandate = people.mandate(desk.zoe.person, helper)
    ending(desk, 3, mandate=mandate)
    tasks.sweep()
    assert {one.address for one in notices()} == {desk.zoe.email, helper.email}


def test_what_an_agent_enters_tells_nobody(desk: Desk) -> None:
    draft = desk.begin_entry()
    Draft.objects.filter(pk=draft.pk).update(expires_at=timezone.now() + timedelta(days=3))
    tasks.sweep()
    assert not notices()


def test_the_notice_holds_no_answer_and_leads_to_the_draft(desk: Desk) -> None:
    draft = ending(desk, 3)
    drafts.save_step(draft, "parents", dict(people.ANSWERS["parents"]))
    Draft.objects.update(expires_at=timezone.now() + timedelta(days=3))
    tasks.sweep()
    (notice,) = notices()
    assert "Morvan" not in notice.body
    portal = Portal()
    portal.force_login(desk.zoe)
    assert count_queries(portal, f"/brouillons/{draft.public_id}/") > 0
