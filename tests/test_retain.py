"""Documents that serve for a decision only: destroyed once it is taken and a delay has passed, and said to be."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.permissions import Actor
from journal import models as journal
from procedures import tasks
from procedures.lifecycle import hold, retain
from procedures.lifecycle.transition import Grounds, apply
from procedures.models import AnswerFile, Draft, PartialUpload, StoredFile, Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.test_filing import IDENTITY, begin, pdf, step_url

DAYS = 75


def content() -> dict[str, Any]:
    """Return the procedure of the tests, where the proof is an identity document, and each row joins a diploma."""
    base = samples.content()
    proof = base["steps"][1]["sections"][0]["fields"][2]
    assert proof["id"] == "proof"
    proof["kind"] = "identity"
    diploma = {"type": "file", "id": "diploma", "label": "Diplôme", "kind": "diploma", "required": False}
    passport = {"type": "file", "id": "passport", "label": "Passeport", "kind": "identity", "required": False}
    base["steps"][1]["sections"][0]["fields"] += [
        diploma,
        {
            "type": "group",
            "id": "people",
            "label": "Proches",
            "row_label": "Proche",
            "fields": [passport],
            "minimum": 0,
        },
    ]
    return base


@pytest.fixture
def desk(db: None) -> people.Desk:
    found = people.desk()
    samples.procedure("identite", department=found.civil, **content())
    return found


@pytest.fixture
def case(portal: Portal, desk: people.Desk) -> Submission:
    """File a request with one document of each kind, one of them in a row."""
    first = begin(portal, "identite")
    portal.post(first, {"kind": "full", "copies": "2"})
    values = {"mother": "Anne", "proof": pdf("cni.pdf"), "diploma": pdf("diplome.pdf")}
    portal.post(step_url(first, "parents"), {**values, "people-row": "1", "people-1-passport": pdf("passeport.pdf")})
    portal.post(step_url(first, "applicant"), IDENTITY)
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    return Submission.objects.get()


def decide(case: Submission, desk: people.Desk) -> None:
    apply(case, "take_charge", by=Actor(user=desk.nadia))
    case.refresh_from_db()
    apply(case, "propose_grant", by=Actor(user=desk.nadia), grounds=Grounds())
    case.refresh_from_db()
    apply(case, "grant", by=Actor(user=desk.helene))
    case.refresh_from_db()


def destroyed() -> set[str]:
    return set(StoredFile.objects.exclude(destroyed_at=None).values_list("name", flat=True))


def later(days: int, monkeypatch: pytest.MonkeyPatch) -> None:
    real = timezone.now() + timedelta(days=days)
    monkeypatch.setattr("django.utils.timezone.now", lambda: real)


def test_nothing_is_destroyed_while_a_request_is_studied(case: Submission, monkeypatch: pytest.MonkeyPatch) -> None:
    later(4000, monkeypatch)
    assert retain.destroy_decided() == 0
    assert destroyed() == set()


def test_identity_documents_go_some_time_after_the_decision_and_a_diploma_stays(
    case: Submission, desk: people.Desk, portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(case, desk)
    assert retain.destroy_decided() == 0
    page = portal.get(f"/demandes/{case.reference}/").text
    assert page.count("puis détruit") == 2
    later(DAYS + 1, monkeypatch)
    assert retain.destroy_decided() == 2
    assert destroyed() == {"cni.pdf", "passeport.pdf"}
    for stored in StoredFile.objects.all():
        assert default_storage.exists(stored.key) is (stored.destroyed_at is None)
        assert stored.size
        assert len(stored.sha256) == 64
    event = journal.Event.objects.of(case.key).get(kind="files_destroyed")
    assert len(event.data["files"]) == 2
    assert journal.verify(case.key) == []
    # Again, and swept: nothing more.
    assert retain.destroy_decided() == 0
    tasks.sweep()
    assert journal.Event.objects.of(case.key).filter(kind="files_destroyed").count() == 1


def test_pages_say_that_a_file_is_destroyed_instead_of_giving_it(
    case: Submission, desk: people.Desk, portal: Portal
) -> None:
    link = AnswerFile.objects.get(field_id="proof")
    AnswerFile.objects.filter(pk=link.pk).update(destroy_at=timezone.now() - timedelta(days=1))
    Submission.objects.update(status="closed", outcome="granted", outcome_by="decision")
    assert retain.destroy_decided() == 1
    mine = f"/demandes/{case.reference}/"
    assert "Détruit le" in portal.get(mine).text
    assert f"fichiers/{link.stored.public_id}" not in portal.get(mine).text
    assert portal.get(f"{mine}fichiers/{link.stored.public_id}/").status_code == 404
    portal.force_login(desk.nadia)
    page = portal.get(f"/agent/demandes/{case.reference}/").text
    assert "détruit le" in page
    assert "Fichiers détruits, comme annoncé" in page
    assert f"fichiers/{link.stored.public_id}" not in page
    assert portal.get(f"/agent/demandes/{case.reference}/fichiers/{link.stored.public_id}/").status_code == 404


def test_a_request_that_is_opened_again_keeps_its_files_until_the_next_decision(
    case: Submission, desk: people.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(case, desk)
    retain.destroy_decided()
    before = {"state": case.state, "status": case.status, "outcome": case.outcome, "outcome_by": case.outcome_by}
    Submission.objects.update(status="under_review", outcome="", outcome_by="")
    later(DAYS + 1, monkeypatch)
    assert retain.destroy_decided() == 0
    assert destroyed() == set()
    Submission.objects.update(**before)
    assert retain.destroy_decided() == 2


def test_what_is_held_keeps_its_files_until_it_is_let_go(
    case: Submission, desk: people.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(case, desk)
    retain.destroy_decided()
    held = hold.put(case, "Un recours est en cours.", by=Actor(user=desk.claire))
    later(DAYS + 1, monkeypatch)
    assert retain.destroy_decided() == 0
    tasks.sweep()
    assert destroyed() == set()
    assert held.lifted_at is None
    hold.lift(case, "Le recours est jugé.", by=Actor(user=desk.claire))
    assert retain.destroy_decided() == 2


def test_the_delay_is_a_setting_and_runs_from_the_decision(
    case: Submission, desk: people.Desk, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DECIDED_FILES_DAYS = 3
    decide(case, desk)
    decided_at = journal.Event.objects.of(case.key).last()
    assert decided_at is not None
    later(2, monkeypatch)
    journal.append(case.key, "message", role="applicant", data={"message": "x"})
    assert retain.destroy_decided() == 0
    assert AnswerFile.objects.get(field_id="proof").destroy_at == decided_at.at + timedelta(days=3)


def test_a_destruction_that_is_cut_is_finished_by_the_next_one(
    case: Submission, desk: people.Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(case, desk)
    retain.destroy_decided()
    later(DAYS + 1, monkeypatch)

    def cut(*args: Any, **kwargs: Any) -> None:
        raise OSError("power cut")

    with monkeypatch.context() as patched:
        patched.setattr(journal, "append", cut)
        with pytest.raises(OSError, match="power cut"):
            retain.destroy_decided()
    assert destroyed() == set()
    assert retain.destroy_decided() == 2
    assert journal.Event.objects.of(case.key).filter(kind="files_destroyed").count() == 1


@pytest.mark.django_db
def test_a_draft_that_goes_takes_the_pieces_on_their_way_with_it() -> None:
    procedure = samples.procedure()
    assert procedure.current_version is not None
    draft = Draft.objects.create(
        procedure=procedure,
        version=procedure.current_version,
        expires_at=(past := timezone.now() - timedelta(days=1)),
        told_of=past,
        told_at=past - timedelta(days=14),
    )
    row = PartialUpload.objects.create(
        draft=draft, upload=uuid.uuid4(), field_id="proof", name="a.pdf", total=9, received=3, pieces=[0]
    )
    default_storage.save(row.key(0), pdf())
    tasks.sweep()
    assert not PartialUpload.objects.exists()
    assert not default_storage.exists(row.key(0))
