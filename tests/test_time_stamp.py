"""PDF-03: since when a sealed document exists, said by an authority that is not the town; a document never waits for it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import page as validator
import pytest
from asn1crypto import cms
from django.core.files.storage import default_storage
from django.utils import timezone

from procedures.documents import seal, stamp
from procedures.models import Document, StoredFile, TimeStamp
from procedures.tasks import stamp_document, sweep
from tests.support import samples, seals, tsa
from tests.support.client import Portal
from tests.support.queue import drain
from tests.test_filing import file_one
from tests.test_seal import issued, pdfsig, shown
from tests.test_tampering import guards_lifted

FAILURES = ("down", "garbage", "refuses", "other", "no authority")


@pytest.fixture
def double() -> Iterator[tsa.Tsa]:
    stamp._client.cache_clear()
    with tsa.running() as found:
        yield found
    stamp._client.cache_clear()


@pytest.fixture
def town(db: None, settings: Any, tmp_path: Path, double: tsa.Tsa) -> tsa.Tsa:
    """Return the authority of a town that seals and names it."""
    samples.procedure()
    seals.use(settings, tmp_path, timestamp_url=double.url)
    return double


def try_again() -> TimeStamp:
    """Let the worker ask again, once the authority is no longer left in peace."""
    stamp._client.cache_clear()
    TimeStamp.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    sweep()
    drain()
    found: TimeStamp = TimeStamp.objects.get()
    return found


def test_pdf_03_the_seal_bears_the_stamp_of_the_authority_and_both_claims_hold(
    portal: Portal, town: tsa.Tsa, tmp_path: Path
) -> None:
    file_one(portal)
    before = datetime.now(UTC).replace(microsecond=0)
    drain()
    data = issued()
    (reading,) = seal.read(data)
    assert reading.is_intact
    assert reading.stamp is not None
    assert reading.stamp.authority == tsa.NAME
    assert before <= reading.stamp.at <= datetime.now(UTC)
    for profile in ("ua1", "3a"):
        assert validator.validate_pdf_bytes(data, profile=profile).is_compliant, profile
    assert "Signature is Valid" in pdfsig(data, tmp_path)
    row = TimeStamp.objects.get()
    assert (row.state, row.at, bytes(row.token)) == ("done", reading.stamp.at, b"")
    assert f"par {tsa.NAME}" in shown(data)


@pytest.mark.parametrize("failure", FAILURES)
def test_where_the_authority_fails_the_document_leaves_sealed_and_the_stamp_is_owed_beside_it(
    portal: Portal, town: tsa.Tsa, failure: str
) -> None:
    town.switch = failure
    file_one(portal)
    drain()
    data = issued()
    assert [(found.is_intact, found.stamp) for found in seal.read(data)] == [(True, None)]
    row = TimeStamp.objects.get()
    assert (row.state, row.at) == ("queued", None)
    assert "horodatage" in row.last_error
    assert tsa.NAME not in shown(data)
    # It answers again: the file does not change, its stamp is kept beside it.
    town.switch = ""
    row = try_again()
    assert (row.state, row.authority, row.last_error) == ("done", tsa.NAME, "")
    assert issued() == data
    token = cms.ContentInfo.load(bytes(row.token))
    said = stamp.judged(token["content"], data)
    assert (said.at, said.authority) == (row.at, tsa.NAME)
    with pytest.raises(stamp.StampUnavailable):
        stamp.judged(token["content"], data + b"\n")
    assert f"par {tsa.NAME}" in shown(data)


def test_an_authority_that_is_down_is_left_in_peace_for_a_while(portal: Portal, town: tsa.Tsa) -> None:
    town.switch = "down"
    for _ in range(3):
        file_one(Portal())
    drain()
    assert Document.objects.filter(state="done").count() == 3
    assert town.asked == 1


def test_a_stamp_is_asked_for_as_long_as_it_takes_and_once_it_is_there_no_more(portal: Portal, town: tsa.Tsa) -> None:
    town.switch = "down"
    file_one(portal)
    drain()
    for _ in range(20):
        row = try_again()
    assert (row.state, row.attempts) == ("queued", 21)
    town.switch = ""
    row = try_again()
    asked = town.asked
    stamp_document(row.pk)
    TimeStamp.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    stamp_document(row.pk)
    assert town.asked == asked


@pytest.mark.parametrize("end", ["destroyed", "not named"])
def test_what_can_no_longer_be_stamped_is_owed_no_more(portal: Portal, settings: Any, town: tsa.Tsa, end: str) -> None:
    town.switch = "down"
    file_one(portal)
    drain()
    if end == "destroyed":
        StoredFile.objects.filter(document__isnull=False).update(destroyed_at=timezone.now())
    else:
        settings.SEAL = settings.SEAL | {"timestamp_url": ""}
    TimeStamp.objects.update(next_try_at=timezone.now() - timedelta(minutes=1))
    stamp_document(TimeStamp.objects.get().pk)
    assert not TimeStamp.objects.exists()


def test_a_town_without_a_seal_asks_for_no_stamp(portal: Portal, settings: Any, double: tsa.Tsa) -> None:
    samples.procedure()
    settings.SEAL = seals.NOBODY | {"timestamp_url": double.url}
    file_one(portal)
    drain()
    assert Document.objects.get().state == "done"
    assert (double.asked, TimeStamp.objects.count()) == (0, 0)


def test_the_seal_of_a_document_no_longer_kept_still_says_since_when(portal: Portal, town: tsa.Tsa) -> None:
    file_one(portal)
    drain()
    document = Document.objects.select_related("stored").get()
    assert document.stored is not None
    with default_storage.open(document.stored.key) as kept:
        data = bytes(kept.read())
    TimeStamp.objects.all().delete()
    with guards_lifted("procedures_document") as execute:
        execute("DELETE FROM procedures_document", [])
    page = shown(data)
    assert "Nous n’avons plus le document" in page
    assert f"par {tsa.NAME}" in page
