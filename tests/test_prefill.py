"""Answers known before she starts: proposed, never sent unseen, each with where it comes from."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from procedures.lifecycle import prefill
from procedures.models import AnswerSet, Draft, Prefill, Procedure, Submission
from procedures.tasks import sweep
from tests.support import people, samples
from tests.support.client import Portal
from tests.test_filing import IDENTITY, pdf, step_url


@pytest.fixture
def desk(db: None) -> people.Desk:
    return people.desk()


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def finish(portal: Portal, first: str) -> AnswerSet:
    """Send a draft whose first step is shown; the copies are changed, the kind is left as proposed."""
    portal.fill(portal.get(first), button=("action", "next"), copies="5")
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    portal.post(step_url(first, "applicant"), IDENTITY)
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    return AnswerSet.objects.latest("pk")


def test_zoe_starts_again_from_her_last_request(portal: Portal, desk: people.Desk) -> None:
    before = desk.file()
    portal.force_login(desk.zoe)
    page = portal.get("/demarches/acte/")
    assert "Repartir de ma demande du" in texts(page)
    answer = portal.post("/demarches/acte/commencer/", {"from": before.reference})
    first = answer.headers["Location"]
    page = portal.get(first)
    assert f"Repris de votre demande {before.reference}" in texts(page)
    draft = Draft.objects.latest("pk")
    assert draft.answers == {}, "nothing is answered in her place"
    # A file is joined again, a statement is made again.
    assert "proof" not in draft.proposed
    sent = finish(portal, first)
    assert sent.sources["kind"] == f"request:{before.reference}"
    assert "copies" not in sent.sources


def test_nobody_starts_from_the_request_of_another(portal: Portal, desk: people.Desk) -> None:
    before = desk.file()
    portal.force_login(samples.citizen("autre@exemple.fr"))
    assert "Repartir de ma demande" not in texts(portal.get("/demarches/acte/"))
    portal.post("/demarches/acte/commencer/", {"from": before.reference})
    assert not any(known["source"].startswith("request") for known in Draft.objects.latest("pk").proposed.values())
    portal.logout()
    portal.post("/demarches/acte/commencer/", {"from": before.reference})
    assert Draft.objects.latest("pk").proposed == {}


def test_crpa_05_the_profile_says_that_it_filled_in(portal: Portal, desk: people.Desk) -> None:
    portal.force_login(desk.zoe)
    first = portal.post("/demarches/acte/commencer/").headers["Location"]
    portal.post(first, {"kind": "full", "copies": "1"})
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    assert "Repris de votre profil" in texts(portal.get(step_url(first, "applicant")))


def token(name: str = "Centre social") -> str:
    out = StringIO()
    call_command("partner", "add", name, stdout=out)
    return out.getvalue().strip()


def prepare(portal: Portal, bearer: str, body: Any, slug: str = "acte") -> Any:
    data = body if isinstance(body, str | bytes) else json.dumps(body)
    return portal.post(
        f"/demarches/{slug}/preremplir/",
        data,
        content_type="application/json",
        headers={"Authorization": f"Bearer {bearer}"},
    )


def test_a_partner_prepares_answers_that_open_once(portal: Portal, desk: people.Desk) -> None:
    answers = {"kind": "full", "copies": "deux", "proof": [{"id": "x"}], "nobody": 1, "mother": "Anne Morvan"}
    answer = prepare(portal, token(), {"answers": answers})
    assert answer.status_code == 201
    sent = answer.json()
    assert sent["kept"] == ["kind", "mother"]
    assert set(sent["refused"]) == {"copies", "proof", "nobody"}
    page = portal.get(sent["address"].removeprefix("http://testserver"))
    assert "Centre social a préparé 2 réponses" in texts(page)
    key = sent["address"].rpartition("=")[2]
    first = portal.post("/demarches/acte/commencer/", {"prepare": key}).headers["Location"]
    assert "Préparé par Centre social" in texts(portal.get(first))
    assert Prefill.objects.get().answers == {}, "they no longer wait anywhere"
    portal.post("/demarches/acte/commencer/", {"prepare": key})
    assert Draft.objects.latest("pk").proposed == {}
    assert finish(portal, first).sources == {"kind": "partner:Centre social", "mother": "partner:Centre social"}


@pytest.mark.parametrize(
    "body",
    [
        *("", "[]", "{", '{"answers": []}', '{"answers": "x"}', "[" * 100_000, b"\xff\xfe", '{"reponses": {}}'),
        '{"answers": {"kind": ' + "[" * 9_900 + "]" * 9_900 + "}}",
        '{"answers":' * 1_500 + "1" + "}" * 1_500,
    ],
)
def test_a_partner_that_sends_garbage_is_told(portal: Portal, desk: people.Desk, body: Any) -> None:
    answer = prepare(portal, token(), body)
    assert answer.status_code in (413, 422)
    assert not Prefill.objects.exists()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "[" * 300 + '"x"' + "]" * 300),
        ("mother", '["Anne"]'),
        ("mother", '"Anne\\u0000"'),
        ("mother", '"Anne\\ud800"'),
        ("copies", "1e999"),
        ("copies", '"deux"'),
        ("copies", "true"),
    ],
)
def test_a_partner_s_value_that_no_page_can_show_is_refused_alone(
    portal: Portal, desk: people.Desk, name: str, value: str
) -> None:
    answer = prepare(portal, token(), f'{{"answers": {{"{name}": {value}, "which": "Bien"}}}}')
    assert answer.status_code == 201
    assert answer.json()["kept"] == ["which"]
    assert set(answer.json()["refused"]) == {name}


def test_an_unknown_or_stopped_partner_is_refused(portal: Portal, desk: people.Desk) -> None:
    bearer = token()
    assert prepare(portal, "nope", {"answers": {}}).status_code == 401
    assert portal.post("/demarches/acte/preremplir/").status_code == 401
    call_command("partner", "stop", "Centre social")
    assert prepare(portal, bearer, {"answers": {}}).status_code == 401
    with pytest.raises(CommandError):
        call_command("partner", "stop", "Personne")
    with pytest.raises(CommandError):
        call_command("partner", "add", "Centre social")


def test_a_partner_of_one_procedure_prepares_no_other(portal: Portal, desk: people.Desk) -> None:
    bearer = token()
    other = samples.procedure("autre", department=desk.civil)
    partner = prefill.partner_of(bearer, desk.procedure)
    partner.procedures.add(other)
    assert prepare(portal, bearer, {"answers": {}}).status_code == 401
    assert prepare(portal, bearer, {"answers": {}}, "autre").status_code == 201


def test_prepared_answers_go_after_a_week(portal: Portal, desk: people.Desk) -> None:
    prepare(portal, token(), {"answers": {"kind": "full"}})
    found = Prefill.objects.get()
    Prefill.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert prefill.waiting(desk.procedure, str(found.public_id)) is None
    sweep()
    assert not Prefill.objects.exists()


def test_a_signed_link_proposes_answers_and_a_forged_one_nothing(portal: Portal, desk: people.Desk) -> None:
    text = prefill.sign(desk.procedure, {"kind": "extract", "copies": 2})
    page = portal.get("/demarches/acte/", {"d": text})
    assert "Ce lien a préparé" in texts(page)
    portal.post("/demarches/acte/commencer/", {"d": text})
    assert Draft.objects.latest("pk").proposed["copies"] == {"value": 2, "source": "link"}
    for forged in (text[:-2] + "xx", "x", "a:b:c"):
        assert "Ce lien a préparé" not in texts(portal.get("/demarches/acte/", {"d": forged}))
        portal.post("/demarches/acte/commencer/", {"d": forged})
        assert Draft.objects.latest("pk").proposed == {}
    other: Procedure = samples.procedure("autre", department=desk.civil)
    assert prefill.signed(other, other.current_version.definition, text) == {}  # type: ignore[union-attr]
    assert not Submission.objects.exists()


def test_an_earlier_request_is_chosen_among_ones_own_or_typed(portal: Portal, desk: people.Desk) -> None:
    before = desk.file()
    step: dict[str, Any] = {
        "id": "link",
        "title": "Lien",
        "question": "Que suit-elle ?",
        "sections": [
            {"id": "link_s", "fields": [{"type": "request_link", "id": "first", "label": "Première demande"}]}
        ],
    }
    samples.procedure("suite", department=desk.civil, steps=[step])
    portal.force_login(desk.zoe)
    page = portal.post("/demarches/suite/commencer/", follow=True)
    assert f'<option value="{before.reference}">' in page.content.decode()
    portal.fill(page, button=("action", "next"), first=before.reference.lower())
    answer = Draft.objects.latest("pk").answers["first"]
    assert answer["reference"] == before.reference
    assert answer["title"]
    # Whoever is not signed in may type any number: nothing says whether it exists.
    stranger = Portal()
    page = stranger.post("/demarches/suite/commencer/", follow=True)
    assert "<option" not in page.content.decode()
    stranger.fill(page, button=("action", "next"), first=before.reference)
    assert Draft.objects.latest("pk").answers["first"] == {"reference": before.reference}


def test_a_certified_answer_is_shown_marked_and_not_changed_by_hand(portal: Portal, desk: people.Desk) -> None:
    first = portal.post("/demarches/acte/commencer/").headers["Location"]
    draft = Draft.objects.latest("pk")
    draft.proposed = prefill.proposed({"applicant_family_name": "Lefèvre"}, "certified:FranceConnect", locked=True)
    draft.save()
    portal.post(first, {"kind": "full", "copies": "1"})
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    page = portal.get(step_url(first, "applicant"))
    assert "Vérifié par FranceConnect" in texts(page)
    assert 'name="applicant_family_name"' not in texts(page)
    portal.post(step_url(first, "applicant"), IDENTITY | {"applicant_family_name": "Autre"})
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    sent = AnswerSet.objects.latest("pk")
    assert sent.answers["applicant_family_name"] == "Lefèvre"
    assert sent.sources["applicant_family_name"] == "certified:FranceConnect"
