"""A clock that was wrong and is put right: what is owed leaves, what is sealed goes on, nothing waits for the wrong day again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from journal import seals as journal_seals
from journal.models import append
from messaging.models import Delivery
from procedures.models import Document
from procedures.tasks import issue_document, sweep
from tests.support import samples, seals
from tests.support.client import Portal
from tests.support.queue import drain
from tests.test_filing import file_one


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch, db: None) -> Callable[[timedelta], None]:
    """Return how to move the clock from now."""
    real = timezone.now()

    def move(by: timedelta) -> None:
        then: datetime = real + by
        monkeypatch.setattr("django.utils.timezone.now", lambda: then)

    samples.procedure()
    return move


@pytest.mark.parametrize("ahead", [timedelta(days=2), timedelta(days=400)], ids=["two days", "a year"])
def test_what_was_owed_by_a_clock_ahead_leaves_once_it_is_right(
    portal: Portal, at: Callable[[timedelta], None], settings: Any, tmp_path: Path, ahead: timedelta
) -> None:
    at(ahead)
    seals.use(settings, tmp_path, file="/nulle/part.p12")
    file_one(portal)
    drain()
    document, mail = Document.objects.get(), Delivery.objects.filter(purpose="receipt")
    assert (document.state, document.stored_id) == ("queued", None)
    mail.update(state="queued", next_try_at=timezone.now() + timedelta(minutes=5))
    # The clock is put right, and the key is there.
    at(timedelta())
    seals.use(settings, tmp_path)
    sweep()
    drain()
    document.refresh_from_db()
    assert (document.state, document.last_error) == ("done", "")
    issue_document(document.pk)
    assert Document.objects.get().stored_id == document.stored_id
    assert mail.due().count() == 1


def test_a_wait_within_the_day_is_kept(portal: Portal, at: Callable[[timedelta], None]) -> None:
    file_one(portal)
    Document.objects.update(next_try_at=timezone.now() + timedelta(hours=20))
    at(timedelta())
    sweep()
    drain()
    assert Document.objects.get().stored_id is None


def test_the_journal_is_sealed_again_whatever_the_last_seal_says_of_the_day(at: Callable[[timedelta], None]) -> None:
    at(timedelta(days=30))
    append("department:civil", "role_given")
    assert journal_seals.seal()
    at(timedelta())
    append("department:civil", "role_given")
    assert journal_seals.seal() == 1
    assert journal_seals.seal() == 0
