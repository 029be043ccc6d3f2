"""The law, id by id: the list of docs/legal.md is whole, the tests that it names name the id, and short rules hold."""

import re
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest

from messaging.models import Delivery
from procedures.definition import workflow
from procedures.definition.checks import blocking_problems
from procedures.definition.document import ProcedureDefinition
from procedures.definition.ready import DECISION
from procedures.models import Submission
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.test_desk import said
from tests.test_filing import file_one, fill_until_recap
from tests.test_pieces_asked import with_effect

LIST = Path(__file__).resolve().parent.parent / "docs" / "legal.md"
NUMBERS = {
    "CRPA": [*range(1, 7), *range(10, 17), *range(20, 29), *range(30, 36)],
    "RGPD": range(1, 13),
    "PDF": range(1, 4),
    "ARC": range(1, 3),
}
IDS = [f"{name}-{number:02}" for name, numbers in NUMBERS.items() for number in numbers]


def rows() -> dict[str, list[str]]:
    """Return each line of the list by its id: rule, where it is met, what holds it."""
    lines = [line.strip().strip("|").split("|") for line in LIST.read_text(encoding="utf-8").splitlines()]
    return {parts[0].strip(): [part.strip() for part in parts[1:]] for parts in lines if len(parts) == 4}


@pytest.mark.parametrize("key", IDS)
def test_each_requirement_says_where_it_is_met_and_held_or_why_not(key: str) -> None:
    rule, met, held = rows()[key]
    assert rule
    assert met
    if held == "–":
        # Nothing is claimed without its reason.
        assert met.startswith(("not a feature", "not yet")), met
        return
    files = re.findall(r"tests/test_\w+\.py", held)
    assert files, held
    texts = [(LIST.parent.parent / name).read_text(encoding="utf-8") for name in files]
    assert any(key in text or key.lower().replace("-", "_") in text for text in texts), (
        f"{key} is named in none of {files}"
    )


# --- Filing -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def test_crpa_01_what_is_sent_online_is_filed_and_nothing_is_to_be_confirmed_on_paper(
    portal: Portal, desk: Desk
) -> None:
    case = file_one(portal)
    assert case.status == "submitted"
    terms = text(portal.get("/saisine-electronique/"))
    never = "you never have to confirm on paper what you sent."
    assert said(f"You do not need an account. The portal is open at any hour, and {never}") in terms


@pytest.mark.parametrize(
    ("nature", "refused"), [("request", True), ("declaration", True), ("appeal", True), ("report", False)]
)
def test_crpa_02_only_a_report_may_be_sent_without_saying_who_sends_it(nature: str, refused: bool) -> None:
    content = samples.content(applicant={"identification": "optional"})
    content["legal"]["nature"] = nature
    problems = blocking_problems(ProcedureDefinition.model_validate(content))
    words = said("only a report may be sent without saying who sends it (R112-9-1): ask for the identity")
    assert any(" ".join(problem.message.split()) == words for problem in problems) is refused


def test_crpa_03_the_terms_of_electronic_filing_list_what_is_open_and_what_is_not(portal: Portal, desk: Desk) -> None:
    from town import models as town

    here = town.current()
    here.excluded_procedures = "Le mariage se demande en mairie."
    here.save()
    page = text(portal.get("/saisine-electronique/"))
    assert desk.procedure.title in page
    assert "Le mariage se demande en mairie." in page


def test_crpa_04_the_page_of_a_procedure_says_all_that_is_to_be_known_before(portal: Portal, desk: Desk) -> None:
    definition = desk.procedure.current_version.definition  # type: ignore[union-attr]
    page = text(portal.get(f"/demarches/{desk.procedure.slug}/"))
    for words in (definition.who_may_ask, definition.cost, definition.usual_delay, definition.legal.basis):
        assert words.splitlines()[0][:40] in page, words
    for words in (
        said("Other ways to ask"),
        "Au guichet",
        "Par courrier",
        "Par téléphone",
        "considérée comme refusée",
        desk.civil.email,
    ):
        assert words.lower() in page.lower(), words


def test_crpa_12_the_acknowledgement_goes_to_the_address_that_was_given(desk: Desk) -> None:
    case = desk.file(applicant_email="ailleurs@exemple.fr")
    assert Delivery.objects.get(purpose="receipt", about=case.key).address == "ailleurs@exemple.fr"
    assert case.acknowledgement["missing_pieces"]


def test_crpa_14_the_moment_of_sending_is_kept_in_universal_time_and_said_in_the_towns(desk: Desk) -> None:
    case = Submission.objects.get(pk=desk.file().pk)
    assert case.received_at.tzinfo == UTC
    assert re.fullmatch(r"UTC[+-]\d\d:\d\d", case.acknowledgement["offset"])


def test_crpa_15_an_acknowledgement_comes_also_where_silence_means_nothing(desk: Desk) -> None:
    case = with_effect(desk, "none")
    assert case.acknowledgement["silence"]
    assert case.documents.filter(kind="receipt").exists()


# --- Decisions --------------------------------------------------------------------------------------------------------


def test_crpa_35_no_decision_is_taken_but_by_a_signatory() -> None:
    for role in ("agent", "head", "applicant"):
        moves = [one.model_copy(update={"role": role}) if one.act == "decide" else one for one in DECISION.transitions]
        faults = list(workflow.check(DECISION.model_copy(update={"transitions": moves})))
        assert any("seul un signataire peut la faire" in fault for fault in faults), role


# --- Personal data ----------------------------------------------------------------------------------------------------


def test_rgpd_02_the_notice_stands_on_the_page_before_sending(portal: Portal, desk: Desk) -> None:
    privacy = desk.procedure.current_version.definition.privacy  # type: ignore[union-attr]
    page = text(portal.get(fill_until_recap(portal)))
    for words in (
        privacy.purpose,
        privacy.basis_text,
        privacy.recipients[0],
        privacy.retention_text,
        privacy.if_not_provided,
    ):
        assert words.splitlines()[0][:40] in page, words
    assert "CNIL" in page


def test_rgpd_09_only_the_exempt_cookies_are_set_and_nothing_is_asked_elsewhere(portal: Portal, desk: Desk) -> None:
    file_one(portal)
    people.sign_in(portal, desk.zoe)
    for path in ("/", "/demarches/", f"/demarches/{desk.procedure.slug}/", "/mes-demandes/"):
        page: Any = portal.get(path)
        fetched = re.findall(r'<(?:script|img|iframe|link rel="stylesheet")[^>]*(?:src|href)="([^"]+)"', page.text)
        assert fetched
        assert not [one for one in fetched if "//" in one]
    assert set(portal.cookies) <= {"sessionid", "csrftoken", "django_language", "messages"}


def text(answer: Any) -> str:
    main = page_of(answer).find("main")
    assert main is not None
    return " ".join(main.text.split())
