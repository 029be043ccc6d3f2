"""Visas and the signature of several decisions: in order, by someone else, to the very text that is signed, each one read."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import User
from accounts.permissions import Actor
from journal.models import AccessLog, Event
from messaging.models import Delivery
from procedures.definition.ready import DECISION_WITH_VISA, READY
from procedures.definition.workflow import Workflow, check
from procedures.lifecycle import signing, withdraw
from procedures.lifecycle import transition as transitions
from procedures.lifecycle.grounds import Grounds, MissingWords
from procedures.models import Decision, Submission, Visa
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.support.queries import count_queries
from tests.test_desk import FACT, LAW, said, text_of, url
from tests.test_withdrawal import what

LIST = "/agent/a-signer/"
GROUNDS = Grounds(law=LAW, fact=FACT, words="Nous avons lu votre demande avec attention.")


@pytest.fixture
def desk(db: None) -> Desk:
    """Return the town, whose procedure wants a head's visa."""
    town = people.desk()
    town.procedure = samples.procedure("vise", department=town.civil, id="vise", workflow="decision_with_visa")
    return town


def move(case: Submission, key: str, who: User, **given: Any) -> Submission:
    return transitions.apply(case, key, by=Actor(user=who), **given)


def proposed(desk: Desk, key: str = "propose_refusal", by: User | None = None) -> Submission:
    case = move(desk.file(), "take_charge", desk.nadia)
    return move(case, key, by or desk.nadia, grounds=GROUNDS)


def countersigned(desk: Desk) -> Submission:
    return move(proposed(desk), "visa", desk.claire)


def ticked(page: Any) -> list[str]:
    """Return the references that the list lets her tick."""
    main = page_of(page).find("main")
    assert main is not None
    return [box.get("value") for box in main.find_all("input") if box.get("name") == "case"]


# --- The declaration --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", sorted(READY))
def test_each_ready_workflow_has_no_fault(key: str) -> None:
    assert list(check(READY[key])) == []


def without(*ids: str) -> Workflow:
    kept = [one for one in DECISION_WITH_VISA.transitions if one.id not in ids]
    return DECISION_WITH_VISA.model_copy(update={"transitions": kept})


def changed(transition_id: str, **parts: Any) -> Workflow:
    every = [one.model_copy(update=parts) if one.id == transition_id else one for one in DECISION_WITH_VISA.transitions]
    return DECISION_WITH_VISA.model_copy(update={"transitions": every})


@pytest.mark.parametrize(
    ("workflow", "words"),
    [
        (changed("grant", from_=["in_review", "to_sign"]), "décide depuis « En instruction » sans tous les visas"),
        (changed("grant", from_=["to_visa"]), "décide depuis « À viser » sans tous les visas"),
        (changed("propose_grant", to="to_sign"), "décide depuis « À signer » sans tous les visas"),
        (changed("visa", role="agent"), "seul un responsable ou un signataire peut le donner"),
        (changed("resume", to="to_visa"), "seule une proposition ou un visa d’avant peut y mener"),
        (without("refuse_visa"), "il faut une action qui renvoie la proposition"),
    ],
)
def test_a_workflow_that_goes_round_a_visa_is_refused(workflow: Workflow, words: str) -> None:
    assert any(words in fault for fault in check(workflow)), list(check(workflow))


# --- In order ---------------------------------------------------------------------------------------------------------


def test_a_decision_is_proposed_countersigned_then_signed_and_only_then_sent(portal: Portal, desk: Desk) -> None:
    case = proposed(desk)
    portal.force_login(desk.helene)
    assert portal.get(url(case, "actions/refuse/")).status_code == 409
    with pytest.raises(transitions.StaleAction):
        move(case, "refuse", desk.helene, grounds=GROUNDS)
    portal.force_login(desk.claire)
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=a-viser"))
    assert said("To countersign") in text_of(portal.get("/agent/"))
    page = portal.get(url(case, "actions/visa/"))
    assert FACT in text_of(page)
    portal.fill(page)
    again = portal.fill(page)
    assert again.status_code == 409
    case.refresh_from_db()
    assert case.state == "to_sign"
    visa = Visa.objects.get()
    assert (visa.name, visa.title, visa.given_by) == ("Claire Fabre", "cheffe de service", desk.claire)
    assert Event.objects.of(case.key).get(kind="visa").data["decision"] == 1
    assert not Delivery.objects.filter(about=case.key, purpose="refuse").exists()
    assert "Claire Fabre, cheffe de service" in text_of(portal.get(url(case)))
    move(case, "refuse", desk.helene, grounds=GROUNDS)
    assert Delivery.objects.filter(about=case.key, purpose="refuse").count() == 1
    signed = Decision.objects.get()
    assert (signed.signed_by, signed.prepared_by) == (desk.helene, desk.nadia)


@pytest.mark.parametrize("who", ["nadia", "helene", "paul"])
def test_only_a_head_gives_the_visa(desk: Desk, who: str) -> None:
    case = proposed(desk)
    with pytest.raises(PermissionDenied):
        move(case, "visa", getattr(desk, who))


def test_whoever_prepared_a_decision_does_not_countersign_it(portal: Portal, desk: Desk) -> None:
    case = proposed(desk, by=desk.claire)
    portal.force_login(desk.claire)
    page = portal.fill(portal.get(url(case, "actions/visa/")))
    assert page.status_code == 422
    assert said("You prepared this decision: someone else looks at it and gives the visa.") in text_of(page)
    assert not Visa.objects.exists()


def test_a_visa_refused_goes_back_with_its_reason_and_is_asked_for_again(portal: Portal, desk: Desk) -> None:
    case = proposed(desk)
    portal.force_login(desk.claire)
    page = portal.get(url(case, "actions/refuse_visa/"))
    assert portal.fill(page, words=" ").status_code == 422
    portal.fill(page, words="Citez l’article exact.")
    case.refresh_from_db()
    assert case.state == "in_review"
    portal.force_login(desk.nadia)
    shown = text_of(portal.get(url(case)))
    assert said("Sent back, before the signature:") in shown
    assert "Citez l’article exact." in shown
    case = move(case, "propose_refusal", desk.nadia, grounds=GROUNDS)
    assert case.state == "to_visa"


def test_what_a_signatory_sends_back_loses_its_visa(desk: Desk) -> None:
    case = countersigned(desk)
    case = move(case, "send_back", desk.helene, words="Citez l’article exact.")
    assert Visa.objects.get().void_at is not None
    case = move(case, "propose_refusal", desk.nadia, grounds=GROUNDS)
    case = move(case, "visa", desk.claire)
    assert [one.void_at is None for one in Visa.objects.order_by("pk")] == [False, True]
    move(case, "refuse", desk.helene, grounds=GROUNDS)


@pytest.mark.parametrize(
    ("key", "grounds"), [("refuse", Grounds(law=LAW, fact=FACT + " Et plus.")), ("grant", Grounds())]
)
def test_another_text_or_outcome_than_the_one_that_bears_the_visa_is_not_signed(
    desk: Desk, key: str, grounds: Grounds
) -> None:
    case = countersigned(desk)
    with pytest.raises(MissingWords):
        move(case, key, desk.helene, grounds=grounds)
    case.refresh_from_db()
    assert case.state == "to_sign"
    assert Decision.objects.get().signed_at is None


def test_without_visas_a_signatory_still_signs_what_she_writes(db: None) -> None:
    town = people.desk()
    case = move(town.file(), "take_charge", town.nadia)
    case = move(case, "propose_grant", town.nadia)
    move(case, "refuse", town.helene, grounds=GROUNDS)
    assert Decision.objects.get().outcome == "refused"


# --- Several from one list --------------------------------------------------------------------------------------------


def test_several_are_signed_from_one_list_each_after_it_was_opened(portal: Portal, desk: Desk) -> None:
    first, second, third = countersigned(desk), countersigned(desk), countersigned(desk)
    portal.force_login(desk.helene)
    page = portal.get(LIST)
    assert ticked(page) == []
    assert "Claire Fabre" in text_of(page)
    for case in (first, second):
        portal.get(url(case))
    page = portal.get(LIST)
    assert sorted(ticked(page)) == sorted([first.reference, second.reference])
    shown = portal.fill(page, case=[first.reference, second.reference], follow=True)
    assert "2 décisions sont signées et envoyées." in text_of(shown)
    for case in (first, second):
        case.refresh_from_db()
        assert (case.state, case.outcome) == ("refused", "refused")
        assert Delivery.objects.filter(about=case.key, purpose="refuse").count() == 1
        assert Event.objects.of(case.key).filter(kind="refuse").count() == 1
    third.refresh_from_db()
    assert third.state == "to_sign"


def test_one_that_was_not_opened_is_refused_even_where_the_browser_sends_it(portal: Portal, desk: Desk) -> None:
    case = countersigned(desk)
    portal.force_login(desk.helene)
    shown = portal.post(LIST, {"case": case.reference}, follow=True)
    assert said("not signed: open it first, it was prepared or changed since you read it.") in text_of(shown)
    case.refresh_from_db()
    assert case.state == "to_sign"


def test_a_proposal_that_changed_since_it_was_read_is_read_again(portal: Portal, desk: Desk) -> None:
    case = countersigned(desk)
    portal.force_login(desk.helene)
    portal.get(url(case))
    AccessLog.objects.update(at=timezone.now() - timedelta(minutes=5))
    case = move(case, "send_back", desk.helene, words="Citez l’article exact.")
    case = move(case, "propose_refusal", desk.nadia, grounds=GROUNDS)
    case = move(case, "visa", desk.claire)
    assert ticked(portal.get(LIST)) == []
    with pytest.raises(signing.NotRead):
        signing.sign_proposed(case, timezone.now() - timedelta(minutes=5), by=Actor(user=desk.helene))


def test_one_that_changed_meanwhile_leaves_the_others_signed(portal: Portal, desk: Desk) -> None:
    first, second = countersigned(desk), countersigned(desk)
    portal.force_login(desk.helene)
    for case in (first, second):
        portal.get(url(case))
    page = portal.get(LIST)
    move(second, "send_back", desk.helene, words="Citez l’article exact.")
    shown = portal.fill(page, case=[first.reference, second.reference], follow=True)
    assert said("not signed: it changed meanwhile.") in text_of(shown)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == ("refused", "in_review")


def test_two_clicks_sign_once_and_nothing_ticked_is_said(portal: Portal, desk: Desk) -> None:
    case = countersigned(desk)
    portal.force_login(desk.helene)
    portal.get(url(case))
    page = portal.get(LIST)
    for _click in range(2):
        portal.fill(page, case=[case.reference])
    assert Event.objects.of(case.key).filter(kind="refuse").count() == 1
    assert said("Nothing waits for your signature.") in text_of(portal.get(LIST))
    shown = portal.post(LIST, {}, follow=True)
    assert said("Tick the decisions to sign. One that you have not opened cannot be ticked.") in text_of(shown)


def test_a_withdrawal_that_is_prepared_is_in_the_list_and_signed_on_its_own_page(portal: Portal, desk: Desk) -> None:
    case = move(countersigned(desk), "refuse", desk.helene, grounds=GROUNDS)
    withdraw.prepare(case, what(heard_on=None, heard=""), by=Actor(user=desk.nadia))
    portal.force_login(desk.helene)
    portal.get(url(case))
    page = portal.get(LIST)
    assert case.reference in text_of(page)
    assert ticked(page) == []
    assert url(case, "retrait/") in page.text


@pytest.mark.parametrize("who", ["nadia", "claire", "paul", "zoe"])
def test_the_list_is_for_signatories(portal: Portal, desk: Desk, who: str) -> None:
    portal.force_login(getattr(desk, who))
    assert portal.get(LIST).status_code == 403
    assert portal.post(LIST, {"case": "x"}).status_code == 403


def test_the_list_costs_the_same_with_one_and_with_ten(portal: Portal, desk: Desk) -> None:
    countersigned(desk)
    portal.force_login(desk.helene)
    portal.get(LIST)
    little = count_queries(portal, LIST)
    for _more in range(9):
        countersigned(desk)
    assert count_queries(portal, LIST) == little
