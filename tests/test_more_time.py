"""More time to answer: only where a text of the procedure gives it, once, in time, with its reason; the person is told."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from portal.kit.moments import day_in_words
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.legal import Delay, add_delay
from procedures.lifecycle import clock, extend
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import StaleAction
from procedures.models import MoreTime, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import EXTENSIONS, Desk
from tests.test_desk import said, text_of, url

REASON = "Un avis extérieur est nécessaire pour répondre à votre demande."
MONTH = EXTENSIONS[0]["basis"]


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def end_of(case: Submission) -> date:
    """Return the last day to answer before any extension."""
    delay = case.version.definition.legal.silence_delay
    assert delay is not None
    return add_delay(timezone.localdate(case.received_at), delay)


def longer(case: Submission, months: int) -> date:
    delay = case.version.definition.legal.silence_delay
    assert delay is not None
    assert delay.unit == "months"
    return add_delay(timezone.localdate(case.received_at), Delay(count=delay.count + months, unit="months"))


@pytest.mark.parametrize("effect", ["rejection", "acceptance"])
def test_the_delay_is_prolonged_by_what_the_text_gives_and_the_person_told(
    portal: Portal, desk: Desk, effect: str
) -> None:
    case = desk.file_longer(effect)
    portal.force_login(desk.nadia)
    assert case.due_on == end_of(case)
    page = portal.get(url(case, "delai/"))
    assert day_in_words(longer(case, 1)) in text_of(page)
    shown = portal.fill(page, values={"text": "0", "reason": REASON}, follow=True)
    case.refresh_from_db()
    assert case.due_on == longer(case, 1)
    for words in (said("The delay is prolonged"), REASON, "Délai prolongé de 1 mois"):
        assert words in text_of(shown), words
    event = Event.objects.of(case.key).get(kind="extended")
    assert event.data["due_on"] == case.due_on.isoformat()
    assert REASON not in str(event.data)
    mail = Delivery.objects.get(purpose="extended")
    assert day_in_words(case.due_on) in mail.body
    zoe = Portal()
    zoe.force_login(desk.zoe)
    hers = text_of(zoe.get(f"/demandes/{case.reference}/"))
    for words in (REASON, MONTH, day_in_words(case.due_on)):
        assert words in hers, words


def test_each_text_serves_once_and_what_follows_adds_to_it(desk: Desk) -> None:
    case, by = desk.file_longer(), Actor(user=desk.nadia)
    extend.extend(case, MONTH, REASON, by=by)
    with pytest.raises(StaleAction):
        extend.extend(case, MONTH, REASON, by=by)
    extend.extend(case, EXTENSIONS[1]["basis"], REASON, by=by)
    case.refresh_from_db()
    assert case.due_on == longer(case, 1) + timedelta(days=15)
    assert MoreTime.objects.count() == 2
    assert extend.offered(case) == []


def test_what_is_over_is_not_prolonged(portal: Portal, desk: Desk) -> None:
    case = people.late(desk.file_longer(), 1)
    with pytest.raises(StaleAction):
        extend.extend(case, MONTH, REASON, by=Actor(user=desk.nadia))
    portal.force_login(desk.nadia)
    assert said("Prolong the delay") not in text_of(portal.get(url(case)))
    page = portal.get(url(case, "delai/"), follow=True)
    assert said("The delay is over, or was prolonged already. Nothing was done.") in page.text.replace("\xa0", " ")
    assert not MoreTime.objects.exists()


def test_on_the_last_day_it_is_still_in_time(desk: Desk) -> None:
    case = desk.file_longer()
    today = timezone.localdate()
    # Months have not one length: the earliest day whose two months are not over today (nearly always: are over today).
    for back in range(64, 55, -1):
        case.received_at = timezone.now() - timedelta(days=back)
        case.save(update_fields=["received_at"])
        clock.recompute(case)
        if end_of(case) >= today:
            break
    case.save(update_fields=["due_on"])
    extend.extend(case, MONTH, REASON, by=Actor(user=desk.nadia))
    case.refresh_from_db()
    assert case.due_on is not None
    assert case.due_on > timezone.localdate()


def test_a_reason_is_wanted_and_what_was_typed_is_kept(portal: Portal, desk: Desk) -> None:
    case = desk.file_longer()
    portal.force_login(desk.nadia)
    page = portal.fill(portal.get(url(case, "delai/")), values={"text": "1", "reason": " "})
    assert page.status_code == 422
    assert said("Say why more time is needed: the person reads it.") in text_of(page)
    assert 'value="1" checked' in page.text.replace('checked=""', "checked")
    with pytest.raises(MissingWords):
        extend.extend(case, MONTH, "  ", by=Actor(user=desk.nadia))


def test_a_text_that_the_procedure_does_not_know_is_refused(portal: Portal, desk: Desk) -> None:
    case = desk.file_longer()
    portal.force_login(desk.nadia)
    answer = portal.post(url(case, "delai/"), {"text": "9", "reason": REASON})
    assert answer.status_code == 422
    with pytest.raises(StaleAction):
        extend.extend(case, "Article inventé", REASON, by=Actor(user=desk.nadia))


def test_a_double_click_prolongs_once(portal: Portal, desk: Desk) -> None:
    case = desk.file_longer()
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "delai/"))
    portal.fill(page, values={"text": "0", "reason": REASON})
    portal.fill(page, values={"text": "0", "reason": REASON})
    assert MoreTime.objects.count() == 1


def test_a_procedure_without_such_a_text_has_no_such_page(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    assert portal.get(url(case, "delai/")).status_code == 404
    assert said("Prolong the delay") not in text_of(portal.get(url(case)))


@pytest.mark.parametrize("who", ["helene", "paul", "roger"])
def test_only_who_tends_the_clock_prolongs_it(desk: Desk, who: str) -> None:
    with pytest.raises(PermissionDenied):
        extend.extend(desk.file_longer(), MONTH, REASON, by=Actor(user=getattr(desk, who)))


@pytest.mark.parametrize(
    ("legal", "words"),
    [
        (
            {"silence_effect": "none", "extensions": EXTENSIONS},
            "an extension prolongs a delay: silence must mean something first",
        ),
        ({"extensions": [EXTENSIONS[0], EXTENSIONS[0]]}, "two extensions rest on the same text"),
        ({"extensions": [{**EXTENSIONS[0], "basis": " "}]}, "an extension names the text that gives it"),
    ],
)
def test_an_extension_that_cannot_be_is_not_published(legal: dict[str, Any], words: str) -> None:
    content = samples.content()
    content["legal"] |= legal
    definition = ProcedureDefinition.model_validate(content)
    assert any(" ".join(problem.message.split()) == said(words) for problem in blocking_problems(definition))
