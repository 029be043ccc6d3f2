"""Files sent piece by piece: whole in the end, whatever is lost, sent twice, refused, foreign or too much on the way."""

import json
import uuid
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from procedures import tasks
from procedures.lifecycle import uploads
from procedures.lifecycle.files import prepare
from procedures.models import Draft, DraftFile, PartialUpload, Procedure, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.samples_of_files import HTML, PDF, located, photo
from tests.test_filing import IDENTITY, begin, pdf, step_url

LONG = PDF[:20] + b"x" * 1_200_000 + PDF[20:]
PIECE = uploads.PIECE


@pytest.fixture
def place(portal: Portal) -> str:
    """Begin a draft; return where the files of its question go."""
    samples.procedure("acte")
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    return first.rsplit("/", 2)[0] + "/fichiers/proof/"


def send(
    client: Client, place: str, data: bytes, offset: int = 0, *, upload: str, total: int = 0, name: str = "livret.pdf"
) -> Any:
    """Send one piece."""
    piece = BytesIO(data)
    piece.name = "blob"
    values = {"upload": upload, "offset": offset, "total": total or len(data), "name": name, "piece": piece}
    return client.post(place, values)


def whole(client: Client, place: str, data: bytes, name: str = "livret.pdf") -> Any:
    """Send a file piece after piece, as the script does."""
    upload, offset, answer = str(uuid.uuid4()), 0, None
    while offset < len(data) or answer is None:
        piece = data[offset : offset + PIECE]
        answer = send(client, place, piece, offset, upload=upload, total=len(data), name=name)
        offset = answer.json().get("offset", len(data))
    return answer


def left() -> list[str]:
    """Return the pieces that are still kept."""
    try:
        return default_storage.listdir("partial")[1]
    except FileNotFoundError:
        return []


def test_a_file_sent_in_pieces_is_joined_whole_and_its_question_drawn_again(portal: Portal, place: str) -> None:
    before = len(left())
    answer = whole(portal, place, LONG)
    assert answer.status_code == 200
    assert answer.json()["done"] is True
    assert "livret.pdf" in answer.json()["html"]
    stored = DraftFile.objects.get(field_id="proof").stored
    with default_storage.open(stored.key) as content:
        assert content.read() == LONG
    assert len(left()) == before
    # The same HTML as the page itself draws.
    parents = place.replace("fichiers/proof", "parents")
    assert answer.json()["html"] in portal.get(parents).text
    assert portal.get(place).json()["html"] == answer.json()["html"]
    assert portal.post(parents, {"mother": "Anne"}).status_code == 302


def test_the_same_checks_hold_at_the_end(portal: Portal, place: str) -> None:
    answer = whole(portal, place, HTML * 10_000, "page.pdf")
    assert answer.status_code == 422
    assert "page.pdf" in answer.json()["words"]
    assert answer.json()["words"].replace("’", "") in answer.json()["html"].replace("’", "")
    assert not StoredFile.objects.exists()
    answer = whole(portal, place, located(), "photo.jpg")
    assert answer.json()["done"] is True
    assert StoredFile.objects.get().original_sha256


def test_a_wrong_offset_is_told_the_right_one_and_keeps_nothing(portal: Portal, place: str) -> None:
    upload = str(uuid.uuid4())
    answer = send(portal, place, b"x", 10, upload=upload, total=100)
    assert (answer.status_code, answer.json()) == (409, {"offset": 0})
    assert send(portal, place, LONG[:PIECE], upload=upload, total=len(LONG)).json() == {"offset": PIECE}
    # The answer was lost: the same piece comes again, then a later one.
    for offset in (0, PIECE * 2):
        answer = send(portal, place, LONG[offset : offset + PIECE], offset, upload=upload, total=len(LONG))
        assert (answer.status_code, answer.json()) == (409, {"offset": PIECE})
    # Another file under the same name, or a piece past the end.
    assert send(portal, place, b"x", PIECE, upload=upload, total=PIECE + 1).status_code == 409
    assert send(portal, place, b"x" * PIECE * 3, PIECE, upload=upload, total=len(LONG)).status_code == 409
    assert PartialUpload.objects.get().received == PIECE


def test_the_last_piece_sent_twice_joins_one_file_and_gets_the_same_answer(portal: Portal, place: str) -> None:
    upload = str(uuid.uuid4())
    for _ in range(3):
        answer = send(portal, place, PDF, upload=upload)
        assert answer.json()["done"] is True
    assert DraftFile.objects.count() == 1
    refused = str(uuid.uuid4())
    answers = [send(portal, place, HTML, upload=refused, name="a.pdf") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert answers[0].json()["words"] == answers[1].json()["words"]


def test_a_stop_between_the_last_piece_and_the_checks_is_made_good_by_an_empty_piece(
    portal: Portal, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload = str(uuid.uuid4())

    def stop(*args: Any) -> None:
        raise OSError("stopped")

    with monkeypatch.context() as patched:
        patched.setattr(uploads, "finish", stop)
        with pytest.raises(OSError, match="stopped"):
            send(portal, place, PDF, upload=upload)
    assert send(portal, place, PDF, upload=upload).json() == {"offset": len(PDF)}
    assert send(portal, place, b"", len(PDF), upload=upload, total=len(PDF)).json()["done"] is True


def test_a_file_over_the_limit_is_refused_before_it_is_sent(portal: Portal, place: str, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1_000_000
    answer = send(portal, place, LONG[:PIECE], upload=str(uuid.uuid4()), total=len(LONG))
    assert answer.status_code == 422
    assert "pèse" in answer.json()["words"]
    assert send(portal, place, b"", upload=str(uuid.uuid4()), total=0).status_code == 422
    assert not PartialUpload.objects.exists()


def test_two_tabs_join_no_more_files_than_the_question_takes(portal: Portal, place: str) -> None:
    # Three files are on their way at once, for a question that takes two.
    sent = [str(uuid.uuid4()) for _ in range(3)]
    for upload in sent:
        send(portal, place, LONG[:PIECE], upload=upload, total=len(LONG))
    answers = []
    for upload in sent:
        for offset in (PIECE, PIECE * 2):
            last = send(portal, place, LONG[offset : offset + PIECE], offset, upload=upload, total=len(LONG))
        answers.append(last.status_code)
    assert answers == [200, 200, 422]
    assert DraftFile.objects.count() == StoredFile.objects.count() == 2
    assert whole(portal, place, PDF).status_code == 422


def test_a_file_is_removed_without_loading_the_page_again(portal: Portal, place: str) -> None:
    whole(portal, place, PDF)
    parents = place.replace("fichiers/proof", "parents")
    portal.post(parents, {"mother": "Anne"})
    changed = Draft.objects.get().updated_at
    stored = StoredFile.objects.get()
    answer = portal.post(place, {"remove": str(stored.public_id)})
    assert "livret.pdf" not in answer.json()["html"]
    assert not StoredFile.objects.exists()
    draft = Draft.objects.get()
    assert draft.answers["proof"] == []
    # What was typed in another tab is not taken for older than it is.
    assert draft.updated_at == changed
    assert portal.post(place, {"remove": str(stored.public_id)}).status_code == 200
    assert portal.post(place, {"remove": "../x"}).status_code == 404


def test_a_sending_that_is_cancelled_leaves_nothing(portal: Portal, place: str) -> None:
    before = len(left())
    upload = str(uuid.uuid4())
    send(portal, place, LONG[:PIECE], upload=upload, total=len(LONG))
    assert len(left()) == before + 1
    assert portal.post(place, {"upload": upload, "cancel": "1"}).status_code == 200
    assert not PartialUpload.objects.exists()
    assert len(left()) == before
    # What has arrived stays.
    send(portal, place, PDF, upload=upload)
    portal.post(place, {"upload": upload, "cancel": "1"})
    assert DraftFile.objects.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"upload": "x", "offset": "0", "total": "3"},
        {"upload": str(uuid.uuid4()), "offset": "-1", "total": "3"},
        {"upload": str(uuid.uuid4()), "offset": "0", "total": "9" * 30},
        {"upload": str(uuid.uuid4()), "offset": "0"},
        {"upload": str(uuid.uuid4()), "offset": "a", "total": "3"},
    ],
)
def test_what_no_script_of_ours_sends_is_no_address(portal: Portal, place: str, values: dict[str, str]) -> None:
    assert portal.post(place, values).status_code == 404
    assert not PartialUpload.objects.exists()


@pytest.mark.parametrize("path", ["mother", "none", "proof-1-proof", "1", "proof-", "x" * 300])
def test_only_a_question_that_takes_files_takes_pieces(portal: Portal, place: str, path: str) -> None:
    elsewhere = place.replace("/proof/", f"/{path}/")
    assert portal.get(elsewhere).status_code == 404
    assert send(portal, elsewhere, PDF, upload=str(uuid.uuid4())).status_code == 404


def test_a_file_of_a_row_goes_to_its_row(portal: Portal) -> None:
    content = samples.content()
    inner = {"type": "file", "id": "paper", "label": "Pièce"}
    content["steps"][1]["sections"][0]["fields"].append(
        {"type": "group", "id": "rows", "label": "Enfants", "row_label": "Enfant", "fields": [inner]}
    )
    samples.procedure("rangs", **content)
    first = begin(portal, "rangs")
    portal.post(first, {"kind": "full", "copies": "2"})
    here = first.rsplit("/", 2)[0] + "/fichiers/rows-1-paper/"
    answer = whole(portal, here, PDF)
    assert 'name="rows-1-paper"' in answer.json()["html"]
    assert DraftFile.objects.get().field_id == "rows-1-paper"
    assert answer.json()["html"] in portal.get(step_url(first, "parents")).text


def test_a_foreign_draft_is_not_found_and_nothing_is_kept(place: str) -> None:
    stranger = Portal()
    assert stranger.get(place).status_code == 404
    assert send(stranger, place, PDF, upload=str(uuid.uuid4())).status_code == 404
    assert stranger.post(place, {"remove": str(uuid.uuid4())}).status_code == 404
    assert not PartialUpload.objects.exists()


def test_a_piece_without_the_token_of_its_page_is_refused(place: str, portal: Portal) -> None:
    strict = Portal(enforce_csrf_checks=True)
    strict.cookies = portal.cookies
    assert send(strict, place, PDF, upload=str(uuid.uuid4())).status_code == 403


def test_a_draft_that_was_filed_leads_to_its_request(portal: Portal, place: str) -> None:
    upload = str(uuid.uuid4())
    send(portal, place, LONG[:PIECE], upload=upload, total=len(LONG))
    base = place.removesuffix("fichiers/proof/")
    portal.post(f"{base}parents/", {"mother": "Anne", "proof": pdf()})
    portal.post(f"{base}applicant/", IDENTITY)
    portal.post(f"{base}recapitulatif/", {"ok": "on"})
    reference = Submission.objects.get().reference
    answer = send(portal, place, LONG[PIECE:], PIECE, upload=upload, total=len(LONG))
    assert answer.status_code == 409
    assert answer.json()["location"] == f"/demandes/{reference}/recue/"
    assert portal.get(place).status_code == 409
    assert portal.post(place, {"remove": str(StoredFile.objects.get().public_id)}).status_code == 409
    assert StoredFile.objects.count() == 1


def test_a_draft_filed_while_the_last_file_is_checked_does_not_get_it(
    portal: Portal, place: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole(portal, place, PDF)
    base = place.removesuffix("fichiers/proof/")
    portal.post(f"{base}parents/", {"mother": "Anne"})
    portal.post(f"{base}applicant/", IDENTITY)
    real = prepare

    def slow(*args: Any) -> Any:
        portal.post(f"{base}recapitulatif/", {"ok": "on"})
        return real(*args)

    monkeypatch.setattr(uploads, "prepare", slow)
    answer = send(portal, place, photo(), upload=str(uuid.uuid4()), name="a.jpg")
    assert answer.status_code == 409
    assert "location" in answer.json()
    assert StoredFile.objects.count() == 1


def test_a_closed_procedure_still_takes_files_into_the_draft_as_its_page_does(portal: Portal, place: str) -> None:
    Procedure.objects.update(closes_at=timezone.now() - timedelta(days=1))
    assert not Procedure.objects.get().is_open
    assert whole(portal, place, PDF).json()["done"] is True


def test_what_is_on_its_way_is_bounded(portal: Portal, place: str, settings: Any) -> None:
    for _ in range(uploads.AT_ONCE):
        assert send(portal, place, b"x", upload=str(uuid.uuid4()), total=100).status_code == 200
    assert send(portal, place, b"x", upload=str(uuid.uuid4()), total=100).status_code == 503
    PartialUpload.objects.all().delete()
    settings.PARTIAL_UPLOADS_MAX_BYTES = 150
    assert send(portal, place, b"x", upload=str(uuid.uuid4()), total=100).status_code == 200
    answer = send(portal, place, b"x", upload=str(uuid.uuid4()), total=100)
    assert answer.status_code == 503
    assert "patientez" in answer.json()["words"]


def test_what_nobody_goes_on_with_is_swept_after_a_day(portal: Portal, place: str) -> None:
    before = len(left())
    send(portal, place, LONG[:PIECE], upload=str(uuid.uuid4()), total=len(LONG))
    tasks.sweep()
    assert PartialUpload.objects.count() == 1
    PartialUpload.objects.update(touched_at=timezone.now() - timedelta(hours=25))
    tasks.sweep()
    assert not PartialUpload.objects.exists()
    assert len(left()) == before


def test_a_piece_whose_row_was_undone_is_swept_too(place: str, settings: Any) -> None:
    key = default_storage.save(f"partial/{uuid.uuid4().hex}-0", BytesIO(b"x"))
    tasks.sweep()
    assert default_storage.exists(key)
    settings.PARTIAL_UPLOADS_HOURS = 0
    tasks.sweep()
    assert not default_storage.exists(key)


def test_the_script_is_loaded_only_where_files_are_asked(portal: Portal, place: str) -> None:
    base = place.removesuffix("fichiers/proof/")
    assert "upload.js" not in portal.get(f"{base}acte/").text
    page = portal.get(f"{base}parents/").text
    assert "upload.js" in page
    words = json.loads(page.split('<script id="upload-words" type="application/json">')[1].split("</script>")[0])
    assert words["joined"] == "«\u00a0{name}\u00a0» est joint."


def test_an_agent_sends_nothing_in_the_name_of_a_citizen(portal: Portal) -> None:
    desk = people.desk()
    citizen = Portal()
    citizen.force_login(desk.zoe)
    first = begin(citizen)
    portal.force_login(desk.nadia)
    assert send(portal, first.rsplit("/", 2)[0] + "/fichiers/proof/", PDF, upload=str(uuid.uuid4())).status_code == 404
