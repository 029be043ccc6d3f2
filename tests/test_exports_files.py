"""The ZIP of receipts and files: what is in it, what stays behind and why."""

import zipfile
from io import BytesIO
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.permissions import Actor
from exchange.exporting.zip_format import _safe
from exchange.models import Export
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import message
from procedures.lifecycle.submit import submit
from procedures.models import AnswerFile, StoredFile, Submission
from procedures.models.case import Message, MessageFile
from procedures.models.file import PAPER
from procedures.models.storage import destroy, store
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.exports import MINE, ask, rows_of, taken
from tests.support.queue import drain

TICKED = {"format": "zip", "identity": "on", "answers": "on"}


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def nadia(town: people.Desk) -> Portal:
    browser = Portal()
    people.sign_in(browser, town.nadia)
    return browser


def plain(town: people.Desk) -> None:
    """Let the town's procedure ask nothing sensitive."""
    content = samples.content()
    fields = content["steps"][1]["sections"][0]["fields"]
    fields[1]["sensitive"] = False
    town.procedure = samples.procedure("simple", department=town.civil, steps=content["steps"])


def join(case: Submission, name: str, field: str = "proof", scan: str = "clean", content: bytes = b"x") -> StoredFile:
    """Join a file to a question of a request."""
    kept = store(BytesIO(content), name=name, content_type="application/pdf", scan=StoredFile.Scan(scan))
    AnswerFile.objects.create(submission=case, field_id=field, stored=kept)
    return kept


def read(content: bytes) -> tuple[dict[str, bytes], dict[str, dict[str, str]]]:
    """Return the files of a ZIP by their paths, and the list of files by their names."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    listed = rows_of(files["fichiers.csv"])
    return files, {row["Fichier"].rsplit("/", 1)[-1]: row for row in listed}


def test_receipts_and_files_leave_in_a_folder_a_request(town: people.Desk, nadia: Portal) -> None:
    plain(town)
    case = town.file()
    join(case, "livret.pdf", content=b"%PDF livret")
    message.send(case, "Bonjour", by=Actor(user=town.nadia))
    kept = store(BytesIO(b"plan"), name="plan.pdf", content_type="application/pdf", scan=StoredFile.Scan.CLEAN)
    MessageFile.objects.create(message=Message.objects.get(), stored=kept)
    drain()
    files, listed = read(taken(nadia, **TICKED))
    folder = f"{case.reference}/"
    assert files[f"{folder}01-accuse-de-reception-{case.reference}.pdf"].startswith(b"%PDF")
    assert files[f"{folder}02-livret.pdf"] == b"%PDF livret"
    assert files[f"{folder}03-plan.pdf"] == b"plan"
    assert rows_of(files["demandes.csv"])[0]["Référence"] == case.reference
    assert [listed[name]["Nature"] for name in ("02-livret.pdf", "03-plan.pdf")] == [
        "Livret de famille",
        "joint à un message",
    ]
    assert listed["02-livret.pdf"]["Empreinte SHA-256"] == AnswerFile.objects.get().stored.sha256


def test_what_is_not_joined_is_named_with_the_reason(town: people.Desk, nadia: Portal) -> None:
    plain(town)
    case = town.file()
    join(case, "virus.pdf", scan="infected")
    destroy(join(case, "detruit.pdf"))
    lost = join(case, "perdu.pdf")
    default_storage.delete(lost.key)
    files, listed = read(taken(nadia, **TICKED))
    assert [name for name in files if name.startswith(case.reference)] == [
        f"{case.reference}/01-accuse-de-reception-{case.reference}.pdf"
    ]
    reasons = {name: row["Pourquoi il n’est pas joint"] for name, row in listed.items()}
    assert reasons["virus.pdf"].replace("\u00a0", " ") == "bloqué : fichier suspect"
    assert reasons["detruit.pdf"].startswith("détruit le ")
    assert reasons["perdu.pdf"] == "introuvable"


def test_what_may_hold_sensitive_answers_stays_unless_a_head_asks(town: people.Desk, nadia: Portal) -> None:
    case = town.file()
    join(case, "livret.pdf")
    join(case, "lettre.pdf", field=PAPER)
    drain()
    files, listed = read(taken(nadia, **TICKED))
    assert [name for name in files if name.startswith(case.reference)] == [f"{case.reference}/02-livret.pdf"]
    kept = [
        name for name, row in listed.items() if row["Pourquoi il n’est pas joint"] == "contient des réponses sensibles"
    ]
    assert sorted(kept) == [f"accuse-de-reception-{case.reference}.pdf", "lettre.pdf"]
    claire = Portal()
    people.sign_in(claire, town.claire)
    files, _listed = read(taken(claire, **TICKED, sensitive="on"))
    assert len([name for name in files if name.startswith(case.reference)]) == 3


def test_a_file_of_a_sensitive_question_of_a_row_stays_behind(town: people.Desk, nadia: Portal) -> None:
    inner = {"type": "file", "id": "scan", "label": "Ordonnance", "sensitive": True, "required": False}
    group = {"type": "group", "id": "kids", "label": "Enfants", "row_label": "Enfant", "fields": [inner]}
    step = {"id": "page", "title": "Page", "question": "Qui ?", "sections": [{"id": "part", "fields": [group]}]}
    procedure = samples.procedure("soins", department=town.civil, steps=[step])
    draft = drafts.start(procedure, town.zoe.person)
    drafts.save_step(draft, "page", {"kids": [{"row": 1}]})
    drafts.save_step(draft, "applicant", dict(people.APPLICANT))
    draft.save()
    case = submit(draft, by=Actor(user=town.zoe))
    join(case, "ordonnance.pdf", field="kids-1-scan")
    _files, listed = read(taken(nadia, **TICKED))
    assert listed["ordonnance.pdf"]["Pourquoi il n’est pas joint"] == "contient des réponses sensibles"


def test_files_ask_for_the_identity_and_the_answers(town: people.Desk, nadia: Portal) -> None:
    town.file()
    page = ask(nadia, format="zip")
    assert page.status_code == 422
    assert "contiennent l’identité et les réponses" in page_of(page).find("main").text.replace("\u00a0", " ")  # type: ignore[union-attr]
    assert Export.objects.count() == 0


def test_more_than_the_limit_is_refused_in_words_before_anything_is_copied(
    town: people.Desk, nadia: Portal, settings: Any
) -> None:
    plain(town)
    join(town.file(), "livret.pdf", content=b"x" * 2000)
    settings.EXPORT_MAX_BYTES = 1000
    ask(nadia, **TICKED)
    drain()
    export = Export.objects.get()
    assert (export.state, export.attempts) == ("failed", 1)
    said = page_of(nadia.get(MINE)).find("main").text.replace("\u00a0", " ")  # type: ignore[union-attr]
    assert "au-dessus de la limite de 1 ko" in said


@pytest.mark.parametrize(
    ("name", "safe"),
    [("../../etc/passwd", "_.._etc_passwd"), ("a\\b:c.pdf", "a_b_c.pdf"), ("...", "fichier"), ("é", "é")],
)
def test_a_name_leads_nowhere_else(name: str, safe: str) -> None:
    assert _safe(name) == safe
