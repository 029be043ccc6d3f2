"""A filing cut between any two statements leaves nothing half done, and goes through the next time."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django_q.models import OrmQ

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.submit import submit
from procedures.models import AnswerFile, AnswerSet, Applicant, Document, Draft, Facet, Submission
from tests.support import people

ROWS = (Submission, AnswerSet, AnswerFile, Applicant, Document, Facet, Event, Delivery, OrmQ)


class PowerCut(Exception):
    """What a test raises in place of the statement that never ran."""


class Switch:
    """Counts the statements of a connection, and cuts at the one that ``at`` names."""

    def __init__(self, at: int = 0) -> None:
        self.at, self.seen = at, 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        """Run the statement, or cut before it."""
        self.seen += 1
        if self.seen == self.at:
            raise PowerCut(sql)
        return execute(sql, params, many, context)


def counts() -> dict[str, int]:
    """Count the rows that a filing writes."""
    return {model.__name__: model._default_manager.count() for model in ROWS}


def ready(town: people.Desk) -> Draft:
    """Return a draft whose every step is done."""
    draft = drafts.start(town.procedure, town.zoe.person)
    for step, answers in {**people.ANSWERS, "applicant": people.APPLICANT}.items():
        drafts.save_step(draft, step, {**answers, "proof": [people.PROOF]} if step == "parents" else dict(answers))
    return draft


@pytest.mark.django_db
def test_a_filing_cut_before_any_of_its_statements_writes_nothing_then_succeeds() -> None:
    town = people.desk()
    actor = Actor(user=town.zoe)
    # Once for what a process reads a single time; then each filing runs the same statements.
    submit(ready(town), by=actor)
    whole = Switch()
    draft = ready(town)
    with connection.execute_wrapper(whole):
        submit(draft, by=actor)
    assert whole.seen > 10
    for at in range(1, whole.seen + 1):
        draft = ready(town)
        before = counts()
        with pytest.raises(PowerCut), transaction.atomic(), connection.execute_wrapper(Switch(at)):
            submit(draft, by=actor)
        assert counts() == before, f"cut before statement {at}"
        draft = Draft.objects.get(pk=draft.pk)
        assert draft.answers, f"the draft lost its answers, cut before statement {at}"
        assert submit(draft, by=actor).reference
