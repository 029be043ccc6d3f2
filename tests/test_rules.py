"""What happens by itself: at the filing by the answers, after some days in a state, before a legal date; told by its name."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from accounts.models import Absence
from accounts.permissions import Actor
from journal import models as journal
from messaging.models import Delivery
from procedures import tasks
from procedures.definition.base import DefinitionError
from procedures.definition.checks import blocking_problems
from procedures.definition.upgrade import dump, parse
from procedures.lifecycle import rules
from procedures.lifecycle.transition import apply
from procedures.models import Mention, Procedure, RuleRun, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.test_desk import text_of, url

FULL = {"field": "kind", "value": "full"}


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def rule(**said: Any) -> dict[str, Any]:
    return {"id": "r", "title": "Dossiers complets d’abord", "on": "filed", "do": "label", "to": "Complet", **said}


def ruled(desk: Desk, *wanted: dict[str, Any]) -> Procedure:
    """Let the requests that are filed from now on be those of a procedure with these rules."""
    known = Procedure.objects.count()
    desk.procedure = samples.procedure(f"regle-{known}", department=desk.civil, id=f"regle_{known}", rules=list(wanted))
    return desk.procedure


def waited(case: Submission, days: int) -> None:
    """Let a request have been in its state for some days."""
    moment = timezone.now() - timedelta(days=days, minutes=1)
    Submission.objects.filter(pk=case.pk).update(state_since=moment)


def kinds(case: Submission) -> list[str]:
    return [event.kind for event in journal.Event.objects.of(case.key)]


def test_a_request_is_labelled_by_its_answers_and_the_timeline_says_by_which_rule(portal: Portal, desk: Desk) -> None:
    ruled(desk, rule(when=FULL))
    case = desk.file()
    assert [one.name for one in case.labels.all()] == ["Complet"]
    portal.force_login(desk.nadia)
    assert "Dossiers complets d’abord" in text_of(portal.get(url(case)))
    assert not journal.verify(case.key)


def test_a_rule_whose_condition_does_not_hold_does_nothing(desk: Desk) -> None:
    ruled(desk, rule(when={"field": "kind", "value": "bare"}))
    assert not desk.file().labels.exists()


def test_a_request_goes_to_the_service_that_its_answers_name_and_the_receipt_says_it(desk: Desk) -> None:
    registry = samples.department("archives_civiles", "Service Archives", "population")
    registry.entity = desk.civil.entity
    registry.save()
    people.staff("ines@exemple.fr", "Inès", "Abadie", registry, "agent")
    ruled(desk, rule(do="route", to="archives_civiles", when=FULL))
    case = desk.file()
    assert case.department == registry
    assert registry.name in str(case.acknowledgement)
    assert set(case.facets.values_list("department", flat=True)) <= {registry.pk}


@pytest.mark.parametrize("service", ["nulle_part", "vide"])
def test_a_service_that_the_town_has_not_or_where_nobody_works_leaves_the_request_where_it_is(
    desk: Desk, service: str
) -> None:
    empty = samples.department("vide", "Service vide", "population")
    empty.entity = desk.civil.entity
    empty.save()
    ruled(desk, rule(do="route", to=service))
    assert desk.file().department == desk.civil


def test_who_follows_the_fewest_and_is_there_follows_the_new_one(desk: Desk) -> None:
    ines = people.staff("ines@exemple.fr", "Inès", "Abadie", desk.civil, "agent")
    ruled(desk, rule(do="assign", to=""))
    first = desk.file()
    second = desk.file()
    third = desk.file()
    assert {first.assigned_to, second.assigned_to, third.assigned_to} == {ines, desk.claire, desk.nadia}
    today = timezone.localdate()
    Absence.objects.create(user=ines, starts_on=today, ends_on=today)
    Submission.objects.filter(assigned_to=ines).update(assigned_to=desk.nadia)
    assert desk.file().assigned_to == desk.claire


def test_what_has_waited_in_a_state_is_reminded_once_for_each_stay(desk: Desk) -> None:
    ruled(desk, rule(on="state", state="received", days=5, do="remind", to=""))
    case = desk.file()
    waited(case, 4)
    assert rules.run_due() == 0
    waited(case, 5)
    assert rules.run_due() == 1
    assert rules.run_due() == 0
    assert set(Mention.objects.values_list("user__email", flat=True)) == {desk.nadia.email, desk.claire.email}
    assert Delivery.objects.filter(purpose="mention").count() == 2
    # Another stay in the same state is another one to be reminded of.
    RuleRun.objects.update(at=timezone.now() - timedelta(days=30))
    waited(case, 6)
    assert rules.run_due() == 1


def test_one_rule_done_is_no_other_done(desk: Desk) -> None:
    ruled(
        desk,
        rule(id="un", on="state", state="received", days=5, do="label", to="Un"),
        rule(id="deux", on="state", state="received", days=9, do="label", to="Deux"),
    )
    case = desk.file()
    waited(case, 20)
    # The second was done in a stay that is over, the first in this one.
    RuleRun.objects.create(submission=case, rule="deux", about="avant", at=timezone.now() - timedelta(days=30))
    RuleRun.objects.create(submission=case, rule="un", about="maintenant")
    assert rules.run_due() == 1
    assert [one.name for one in case.labels.all()] == ["Deux"]


def test_another_legal_date_is_another_one_to_be_told_of(desk: Desk) -> None:
    ruled(desk, rule(on="due", days=10, do="escalate", to=""))
    case = desk.file()
    people.late(case, -10)
    assert (rules.run_due(), rules.run_due()) == (1, 0)
    people.late(case, -9)
    assert rules.run_due() == 1


def test_a_rule_that_fails_takes_no_filing_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(desk, rule(do="remind", to=""))

    def broken(*_more: Any) -> None:
        raise RuntimeError("cut")

    monkeypatch.setattr(rules, "_ask_to_look", broken)
    case = desk.file()
    assert case.status == "submitted"
    assert not RuleRun.objects.exists()


def test_saving_a_state_that_stays_begins_no_other_stay(desk: Desk) -> None:
    case = desk.file()
    case.refresh_from_db()
    case.save(update_fields=["state"])
    assert case.state_since is None
    case.state = "in_review"
    case.save(update_fields=["state"])
    assert case.state_since is not None


def test_coming_to_a_state_begins_another_stay(desk: Desk) -> None:
    ruled(desk, rule(on="state", state="in_review", days=5, do="remind", to=""))
    case = desk.file(at=timezone.now() - timedelta(days=30))
    apply(case, "take_charge", by=Actor(user=desk.nadia))
    assert rules.run_due() == 0
    waited(case, 6)
    assert rules.run_due() == 1


def test_a_head_is_asked_to_look_when_the_legal_date_comes(desk: Desk) -> None:
    ruled(desk, rule(on="due", days=10, do="escalate", to=""))
    case = desk.file()
    people.late(case, -11)
    assert rules.run_due() == 0
    people.late(case, -10)
    assert rules.run_due() == 1
    assert [one.user for one in Mention.objects.all()] == [desk.claire]


def test_a_person_is_told_a_sentence_of_the_procedure(desk: Desk) -> None:
    ruled(desk, rule(on="state", state="received", days=3, do="tell", to="Nous n’oublions pas votre demande."))
    case = desk.file()
    waited(case, 3)
    rules.run_due()
    mail = Delivery.objects.get(about=case.key, purpose="rule")
    assert "Nous n’oublions pas votre demande." in mail.body


def test_a_request_moves_by_itself_in_nobody_s_name(portal: Portal, desk: Desk) -> None:
    ruled(desk, rule(on="state", state="received", days=2, do="move", to="take_charge"))
    case = desk.file()
    waited(case, 2)
    assert rules.run_due() == 1
    case.refresh_from_db()
    assert (case.status, case.assigned_to) == ("under_review", None)
    event = journal.Event.objects.of(case.key).last()
    assert event is not None
    assert (event.kind, event.actor, event.role, event.data["rule"]) == ("take_charge", "", "system", "r")
    portal.force_login(desk.nadia)
    assert portal.get(url(case)).status_code == 200


def test_a_rule_never_decides_nor_asks(desk: Desk) -> None:
    definition = parse(samples.content(rules=[rule(on="state", state="in_review", days=2, do="move", to="grant")]))
    assert any("grant" in str(problem) for problem in blocking_problems(definition))


def test_a_rule_that_fails_holds_up_no_other(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    ruled(desk, rule(on="state", state="received", days=1, do="remind", to=""))
    first, second = desk.file(), desk.file()
    for case in (first, second):
        waited(case, 2)
    ask = rules._ask_to_look
    broken: list[Submission] = []

    def once(submission: Submission, *more: Any) -> None:
        if not broken:
            broken.append(submission)
            raise RuntimeError("cut")
        ask(submission, *more)

    monkeypatch.setattr(rules, "_ask_to_look", once)
    assert rules.run_due() == 1
    assert rules.run_due() == 1
    assert kinds(first).count("rule") == kinds(second).count("rule") == 1


def test_rules_are_looked_at_once_an_hour(desk: Desk) -> None:
    cache.delete("procedures.rules")
    assert tasks.watch_rules() == 0
    desk.file()
    assert (tasks.watch_rules(), tasks.watch_rules()) == (1, 0)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"when": {"field": "rien", "value": "x"}}, "rien"),
        ({"on": "state", "state": "nulle_part", "days": 3}, "nulle_part"),
        ({"on": "state", "state": "received"}, "received"),
        ({"to": ""}, "r"),
        ({"to": "Très très très très longue étiquette, vraiment"}, "longue"),
        ({"on": "due", "do": "route", "to": "voirie"}, "r"),
        ({"on": "state", "state": "received", "days": 2, "do": "move", "to": "rien"}, "rien"),
        ({"on": "due", "do": "move", "to": "take_charge"}, "take_charge"),
    ],
)
@pytest.mark.one_database
def test_a_rule_that_cannot_be_is_said_before_publication(wrong: dict[str, Any], words: str) -> None:
    problems = blocking_problems(parse(samples.content(rules=[rule(**wrong)])))
    assert any(words in str(one) and "r" in one.place for one in problems)


@pytest.mark.parametrize("wrong", [{"days": -1}, {"days": 9999}, {"on": "lune"}, {"do": "refuse"}, {"autre": 1}])
@pytest.mark.one_database
def test_a_rule_that_is_none_is_not_read(wrong: dict[str, Any]) -> None:
    with pytest.raises(DefinitionError):
        parse(samples.content(rules=[rule(**wrong)]))


@pytest.mark.one_database
def test_a_definition_without_rules_is_written_as_before() -> None:
    assert "rules" not in dump(parse(samples.content()))
