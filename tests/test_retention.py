"""RGPD-04: how long a request is kept, what holds it, what goes before the rest."""

import json
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.permissions import Actor
from journal import guards
from journal import models as journal
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.legal import Privacy
from procedures.definition.retention import Term, age_of, sensitive_until, term_of
from procedures.documents import verify
from procedures.lifecycle import hold, retention, sensitive
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import StaleAction
from procedures.models import AnswerSet, Destruction, Document, LegalHold, Submission
from procedures.tasks import tend_archives
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import said, text_of, url


def privacy(active: int | None = 12, archive: int | None = None, **more: Any) -> Privacy:
    return Privacy.model_validate({"retention_months": active, "archive_months": archive, **more})


# --- The rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ended_on", "said_by", "expected"),
    [
        (date(2026, 1, 15), privacy(12), Term(date(2027, 1, 15), date(2027, 1, 15), "destroy")),
        (date(2026, 1, 15), privacy(12, 60), Term(date(2027, 1, 15), date(2032, 1, 15), "destroy")),
        (date(2026, 8, 31), privacy(6), Term(date(2027, 2, 28), date(2027, 2, 28), "destroy")),
        (date(2027, 8, 31), privacy(6), Term(date(2028, 2, 29), date(2028, 2, 29), "destroy")),
        # Both from the end: six months and six months are a year, whatever February says.
        (date(2026, 8, 31), privacy(6, 6), Term(date(2027, 2, 28), date(2027, 8, 31), "destroy")),
        (date(2024, 2, 29), privacy(12, final_fate="keep"), Term(date(2025, 2, 28), date(2025, 2, 28), "keep")),
        (date(2026, 1, 15), privacy(None), None),
        (date(2026, 1, 15), privacy(None, 60), None),
    ],
)
def test_rgpd_04_a_term_is_counted_from_the_end(ended_on: date, said_by: Privacy, expected: Term | None) -> None:
    assert term_of(ended_on, said_by) == expected


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 15), "active"),
        (date(2027, 1, 15), "active"),
        (date(2027, 1, 16), "intermediate"),
        (date(2032, 1, 15), "intermediate"),
        (date(2032, 1, 16), "due"),
    ],
)
def test_rgpd_04_what_is_due_is_due_the_day_after_the_last(today: date, expected: str) -> None:
    term = term_of(date(2026, 1, 15), privacy(12, 60))
    assert term is not None
    assert age_of(term, today) == expected


def test_sensitive_answers_may_go_before_the_rest_and_never_after_it() -> None:
    assert sensitive_until(date(2026, 1, 31), privacy(12, sensitive_months=1)) == date(2026, 2, 28)
    assert sensitive_until(date(2026, 1, 31), privacy(12)) is None
    content = samples.content()
    content["privacy"] |= {"retention_months": 6, "sensitive_months": 6}
    words = said("sensitive answers go before the rest of the request: give them a shorter time")
    problems = blocking_problems(ProcedureDefinition.model_validate(content))
    assert any(" ".join(problem.message.split()) == words for problem in problems)


# --- What is counted --------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def kept(desk: Desk, **said_by: Any) -> None:
    """Let the town's procedure say how long its requests are kept."""
    text = {**samples.content()["privacy"], **said_by}
    slug = f"garde-{len(said_by)}-{said_by.get('final_fate', 'destroy')}"
    desk.procedure = samples.procedure(slug, department=desk.civil, id=slug.replace("-", "_"), privacy=text)


def over(desk: Desk, days: int) -> Submission:
    """File a request that was decided so many days ago."""
    case = desk.decide(desk.file(at=timezone.now() - timedelta(days=days)))
    move_back(case, days)
    return Submission.objects.get(pk=case.pk)


def move_back(case: Submission, days: int) -> None:
    """Let the request have ended so many days ago: its chain is written again, as if on that day."""
    then = timezone.now() - timedelta(days=days)
    events = list(journal.Event.objects.of(case.key))
    with connection.cursor() as cursor:
        for name in ("update", "delete"):
            on = " ON journal_event" if connection.vendor == "postgresql" else ""
            cursor.execute(f'DROP TRIGGER "guard_journal_event_{name}"{on}')
        journal.Event.objects.of(case.key).delete()
    for event in events:
        journal.append(case.key, event.kind, actor=event.actor, role=event.role, data=event.data, at=then)
    guards.install(connection)
    Document.objects.filter(submission=case).update(state="queued")


def test_the_dry_run_counts_each_age_and_destroys_nothing(desk: Desk) -> None:
    kept(desk, retention_months=12, archive_months=12)
    for days in (10, 400, 800):
        over(desk, days)
    desk.file()
    out = StringIO()
    call_command("retention", stdout=out)
    assert "1 active, 1 intermediate, 0 held, 0 on a list, 1 to destroy" in out.getvalue()
    out = StringIO()
    call_command("retention", "--json", stdout=out)
    assert json.loads(out.getvalue())[0]["due"] == {"destroy": 1, "keep": 0, "sort": 0}
    assert Submission.objects.kept().count() == 4


def test_what_was_decided_again_counts_from_its_last_end(desk: Desk) -> None:
    kept(desk, retention_months=12)
    case = over(desk, 400)
    assert retention.ended_on(case) == timezone.localdate() - timedelta(days=400)
    assert retention.ended_on(desk.file()) is None


@pytest.mark.parametrize(
    ("data", "counts_anew"),
    [
        # Closed after it was decided; decided again; its decision withdrawn, in another state or in the same one.
        ({"from": "granted", "to": "granted"}, True),
        ({"from": "granted", "to": "refused", "decision": 2, "revokes": 1}, True),
        ({"decision": 2, "revokes": 1, "outcome": "granted"}, True),
        # A word, a hold, a file destroyed: nothing that ends it.
        ({"message": "x"}, False),
        ({"hold": 1}, False),
    ],
)
def test_rgpd_04_a_term_counts_from_the_last_end(desk: Desk, data: dict[str, Any], counts_anew: bool) -> None:
    kept(desk, retention_months=12)
    case = over(desk, 400)
    journal.append(case.key, "something", role="agent", data=data)
    on = timezone.localdate() - timedelta(days=0 if counts_anew else 400)
    assert retention.ended_on(case) == on


# --- The hold ---------------------------------------------------------------------------------------------------------


def test_a_head_holds_a_request_and_lets_it_go_with_a_reason_each_time(portal: Portal, desk: Desk) -> None:
    case = over(desk, 10)
    portal.force_login(desk.claire)
    where = url(case, "conservation/")
    page = portal.fill(portal.get(where), values={"reason": " "})
    assert page.status_code == 422
    assert said("Say why it must be kept.") in text_of(page)
    portal.fill(portal.get(where), values={"reason": "Un recours est en cours."})
    assert said("Held back from destruction") in text_of(portal.get(url(case)))
    stale = portal.get(where)
    shown = portal.fill(stale, values={"reason": "Le recours est jugé.", "lift": "1"}, follow=True)
    assert "Le recours est jugé." in text_of(shown)
    assert hold.held(case) is None
    again = portal.fill(stale, values={"reason": "Une deuxième fois.", "lift": "1"}, follow=True)
    assert said("This was done meanwhile. Nothing was done.") in again.text.replace("\xa0", " ").replace("\u202f", " ")
    kinds = [event.kind for event in journal.Event.objects.of(case.key)]
    assert kinds[-2:] == ["hold_put", "hold_lifted"]
    assert LegalHold.objects.count() == 1


@pytest.mark.parametrize("who", ["nadia", "helene", "paul", "roger"])
def test_only_a_head_holds(desk: Desk, who: str) -> None:
    with pytest.raises(PermissionDenied):
        hold.put(desk.file(), "Un recours.", by=Actor(user=getattr(desk, who)))


def test_a_hold_is_put_once_and_says_why(desk: Desk) -> None:
    case, by = desk.file(), Actor(user=desk.claire)
    with pytest.raises(MissingWords):
        hold.put(case, " ", by=by)
    hold.put(case, "Un recours.", by=by)
    with pytest.raises(StaleAction):
        hold.put(case, "Un recours.", by=by)
    with pytest.raises(MissingWords):
        hold.lift(case, "", by=by)


def test_an_auditor_reads_the_term_and_cannot_hold(portal: Portal, desk: Desk) -> None:
    kept(desk, retention_months=12, archive_months=12, archival_rule="Règle fictive 1")
    case = over(desk, 10)
    portal.force_login(desk.paul)
    page = portal.get(url(case, "conservation/"))
    assert "Règle fictive 1" in text_of(page)
    assert page.text.count("<textarea") == 0
    assert portal.post(url(case, "conservation/"), {"reason": "x"}).status_code == 403


# --- Sensitive answers ------------------------------------------------------------------------------------------------


def test_sensitive_answers_and_the_receipt_go_at_their_own_time(desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    case = over(desk, 40)
    drain()
    receipt = Document.objects.get(submission=case, kind="receipt")
    assert receipt.stored is not None
    assert "mot très sensible" in case.answer_sets.get().content
    tend_archives()
    case.refresh_from_db()
    assert case.sensitive_destroyed_at is not None
    sent = case.answer_sets.get()
    assert "secret" not in sent.answers
    assert sent.answers["mother"] == "Anne Morvan"
    receipt.stored.refresh_from_db()
    assert receipt.stored.destroyed_at is not None
    # A copy of it can still be verified.
    assert verify.by_code(case.reference, receipt.verification_code).issued
    assert journal.verify(case.key) == []
    assert Destruction.objects.get().done_at is not None
    before = list(Destruction.objects.values_list("pk", flat=True))
    tend_archives()
    assert list(Destruction.objects.values_list("pk", flat=True)) == before


def test_both_sides_are_told_that_sensitive_answers_are_gone(portal: Portal, desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    case = over(desk, 40)
    drain()
    tend_archives()
    portal.force_login(desk.nadia)
    assert "ont été détruits" in text_of(portal.get(url(case)))
    assert portal.get(url(case, "accuse/")).status_code == 404
    zoe = Portal()
    zoe.force_login(desk.zoe)
    assert "ont été détruits" in text_of(zoe.get(f"/demandes/{case.reference}/"))


def test_what_is_held_or_too_young_keeps_its_sensitive_answers(desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    young, held = over(desk, 10), over(desk, 40)
    hold.put(held, "Un recours.", by=Actor(user=desk.claire))
    tend_archives()
    for case in (young, held):
        assert "secret" in case.answer_sets.get().answers


def test_one_that_fails_keeps_no_other_from_going(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    first, second = over(desk, 40), over(desk, 40)
    real = sensitive.without_sensitive

    def breaks(definition: ProcedureDefinition, answers: dict[str, Any]) -> dict[str, Any]:
        if not Destruction.objects.filter(submission=second).exists():
            raise OSError("away")
        return real(definition, answers)

    with monkeypatch.context() as patched:
        patched.setattr(sensitive, "without_sensitive", breaks)
        assert sensitive.destroy_due() == 1
    assert first.reference in caplog.text
    assert "secret" in first.answer_sets.get().answers
    assert "secret" not in second.answer_sets.get().answers
    assert sensitive.destroy_due() == 1


def test_what_has_lost_its_sensitive_answers_is_not_looked_at_again(
    desk: Desk, django_assert_max_num_queries: Any
) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    for _ in range(3):
        over(desk, 40)
    assert sensitive.destroy_due() == 3
    with django_assert_max_num_queries(3):
        assert sensitive.destroy_due() == 0


def test_one_decided_again_keeps_its_sensitive_answers(desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    case = over(desk, 40)
    journal.append(case.key, "decide", role="signatory", data={"from": case.state, "to": case.state})
    assert not sensitive.destroy_of(case)
    assert "secret" in case.answer_sets.get().answers


def test_the_answers_are_guarded_but_for_an_open_destruction(desk: Desk) -> None:
    case = over(desk, 10)
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerSet.objects.filter(submission=case).update(content="")
    record = Destruction.objects.create(submission=case, kind="sensitive")
    AnswerSet.objects.filter(submission=case).update(sources={})
    record.done_at = timezone.now()
    record.save(update_fields=["done_at"])
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerSet.objects.filter(submission=case).update(content="")
    with pytest.raises(DatabaseError), transaction.atomic():
        AnswerSet.objects.filter(submission=case).delete()


def test_a_request_opened_again_loses_nothing(desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    case = over(desk, 40)
    Submission.objects.filter(pk=case.pk).update(status="under_review", state="in_review", outcome="", outcome_by="")
    assert not sensitive.destroy_of(case)
    assert "secret" in case.answer_sets.get().answers


def test_what_was_destroyed_is_not_looked_at_again(desk: Desk) -> None:
    kept(desk, retention_months=12, sensitive_months=1)
    over(desk, 40)
    assert len(list(retention.sensitive(timezone.localdate()))) == 1
    tend_archives()
    with CaptureQueriesContext(connection) as asked:
        assert list(retention.sensitive(timezone.localdate())) == []
    # What ended is asked for, and no event of it is read.
    assert not any("journal_event" in one["sql"] for one in asked)
