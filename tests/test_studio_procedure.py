"""A procedure in the studio, beyond its questions: begun, presented, its law and workflow, its versions compared."""

import json
from io import BytesIO
from pathlib import Path

import pytest

from accounts.models import Membership
from procedures.definition.ready import READY
from procedures.definition.upgrade import canonical, dump, parse
from procedures.interchange import library, paper, writing
from procedures.models import Procedure, WorkingCopy
from tests.support import samples
from tests.support.client import Portal, page_of
from tests.test_desk import text_of
from tests.test_studio_questions import HOME, acte, errors_of, keep, link, odile, question, written

__all__ = ["acte", "odile"]

NEW = "/atelier/demarches/nouvelle/"
PAPER = """MAIRIE DE VAL-DE-BRUME
DEMANDE DE PRÊT DE MATÉRIEL

1. Le demandeur
Nom : ................................ Prénom : ........................
Téléphone : .................... Courriel : .............................
Vous êtes : ☐ un particulier ☐ une association ☐ une école

2. L’événement
Nom de l’événement : ____________________
Date de début : ____________ Date de fin : ______________
Nombre de personnes attendues : ______
L’événement est-il public ? ☐ Oui ☐ Non
Matériel souhaité (cochez la ou les cases) :
☐ Tables
☐ Bancs
Observations : ________________________
Pièces à joindre : attestation d’assurance
☐ Je m’engage à rendre le matériel propre.
Merci de déposer ce formulaire en mairie.
Fait à ............ le ..............
Signature :
"""


def test_the_presentation_is_written_and_shown_again_as_it_was_typed(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}presentation/")
    shown = keep(odile, page)
    assert shown.status_code == 302
    assert not WorkingCopy.objects.exists()
    page = odile.get(f"{HOME}presentation/")
    values = {
        "title": "Demander un acte d’état civil",
        "keywords": "papier naissance\n\n extrait ",
        "documents": "Le livret de famille\nUne pièce d’identité",
        "minutes": "7",
        "other_ways-phone": "Appelez le {phone}, le matin.",
    }
    odile.allow_text = {"{phone}", "{address}"}
    assert keep(odile, page, **values).status_code == 302
    found = written()
    assert found["title"] == "Demander un acte d’état civil"
    assert found["keywords"] == ["papier naissance", "extrait"]
    assert found["documents"] == ["Le livret de famille", "Une pièce d’identité"]
    assert (found["minutes"], found["other_ways"]["phone"]) == (7, "Appelez le {phone}, le matin.")
    # What has no control is as it was.
    assert found["other_ways"]["counter"] == "Venez au {address}."
    page = odile.get(f"{HOME}presentation/")
    assert keep(odile, page, documents="", documents_said="none").status_code == 302
    assert written()["documents"] == []
    # That none is needed is told, and what was needed before.
    told = [one.text for one in page_of(odile.get(f"{HOME}publier/")).find_all("ins")]
    assert "aucun" in told
    shown = keep(odile, odile.get(f"{HOME}presentation/"), title="", minutes="sept")
    assert shown.status_code == 422
    assert "Écrivez le nom de la démarche." in " ".join(errors_of(shown))
    assert "sept" in shown.content.decode()


def test_the_law_is_written_in_words_and_its_faults_are_told(odile: Portal, acte: Procedure) -> None:
    odile.allow_text = {"{mayor}", "{court}"}
    page = odile.get(f"{HOME}regles/")
    assert keep(odile, page).status_code == 302
    assert not WorkingCopy.objects.exists()
    page = odile.get(f"{HOME}regles/")
    values = {"legal-silence_effect": "acceptance", "legal-silence_delay": "10 jours", "legal-financial": "on"}
    assert keep(odile, page, **values).status_code == 302
    legal = written()["legal"]
    assert legal["silence_delay"] == {"count": 10, "unit": "days"}
    assert legal["remedies"] == samples.content()["legal"]["remedies"]
    page = odile.get(f"{HOME}regles/")
    assert "L231-4" in text_of(page)
    assert "Le silence ne peut pas" in text_of(page) or "silence" in text_of(page)
    shown = keep(odile, page, **{"legal-silence_delay": "bientôt"})
    assert shown.status_code == 422
    assert any("2 mois" in one for one in errors_of(shown))


def test_two_who_write_the_rules_at_once_never_overwrite_each_other(odile: Portal, acte: Procedure) -> None:
    odile.allow_text = {"{mayor}", "{court}", "{phone}", "{address}"}
    mine = odile.get(f"{HOME}regles/")
    assert keep(odile, odile.get(f"{HOME}presentation/"), cost="5 €").status_code == 302
    assert keep(odile, mine, **{"legal-basis": "Un texte."}).status_code == 302
    mine = odile.get(f"{HOME}regles/")
    keep(odile, odile.get(f"{HOME}regles/"), **{"privacy-purpose": "Autre but."})
    shown = keep(odile, mine, **{"privacy-purpose": "Mon but."})
    assert shown.status_code == 409
    assert "Autre but." in text_of(shown)
    assert "Mon but." in shown.content.decode()
    assert written()["privacy"]["purpose"] == "Autre but."
    assert keep(odile, shown).status_code == 302
    assert written()["privacy"]["purpose"] == "Mon but."


def test_a_workflow_is_shown_drawn_and_in_sentences(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}circuit/")
    text = text_of(page)
    assert "De « Déposée », un agent : « Prendre en charge ». On arrive à « En instruction »." in text
    drawn = [one for one in page_of(page).find_all("rect") if one.get("width") == "150"]
    assert len(drawn) == len(READY["decision_with_pieces"].states)
    chosen = [one.get("value") for one in page_of(page).find_all("input") if one.has("checked")]
    assert chosen == ["decision_with_pieces"]


def test_a_ready_workflow_takes_the_place_of_another_unless_a_letter_would_be_lost(
    odile: Portal, acte: Procedure
) -> None:
    page = odile.get(f"{HOME}circuit/")
    form = next(one for one in page_of(page).find_all("form") if one.get("aria-labelledby") == "h-ready")
    mark = next(one.get("value") for one in form.find_all("input") if one.get("name") == "mark")
    assert odile.post(f"{HOME}circuit/", {"mark": mark, "ready": "decision_with_visa"}).status_code == 302
    assert written()["workflow"] == READY["decision_with_visa"].model_dump(mode="json", by_alias=True)
    assert odile.post(f"{HOME}circuit/", {"mark": mark, "ready": "handling"}).status_code == 409
    assert odile.post(f"{HOME}circuit/", {"mark": mark, "ready": "burn"}).status_code == 422


def test_states_and_actions_are_added_changed_moved_and_taken_away(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}circuit/etats/nouveau/")
    shown = keep(odile, page)
    assert shown.status_code == 422
    values = {"label": "En commission", "citizen_label": "Étudiée", "citizen_explanation": "La commission se réunit."}
    assert keep(odile, page, **values, status="decided").status_code == 422
    assert keep(odile, page, **values, status="under_review").status_code == 302
    page = odile.get(f"{HOME}circuit/actions/nouvelle/")
    move = {"label": "Réunir la commission", "from": ["in_review"], "to": "en_commission"}
    assert keep(odile, page, **move).status_code == 302
    flow = written()["workflow"]
    assert flow["states"][-1]["id"] == "en_commission"
    assert flow["transitions"][-1]["from"] == ["in_review"]
    # Nothing leaves it: it cannot be published, and the page says so by its name.
    assert "En commission" in text_of(odile.get(f"{HOME}circuit/")).split("Avant de pouvoir publier")[1]
    keep(odile, odile.get(f"{HOME}circuit/actions/reunir_la_commission/"), ("do", "up"))
    assert written()["workflow"]["transitions"][-2]["id"] == "reunir_la_commission"
    shown = keep(odile, odile.get(f"{HOME}circuit/etats/en_commission/"), ("do", "drop"))
    assert shown.status_code == 422
    assert link(shown, "action « Réunir la commission »").get("href").endswith("/actions/reunir_la_commission/")
    shown = keep(odile, odile.get(f"{HOME}circuit/etats/received/"), ("do", "drop"))
    assert "Les demandes commencent dans cet état" in text_of(shown)
    assert keep(odile, odile.get(f"{HOME}circuit/actions/reunir_la_commission/"), ("do", "drop")).status_code == 302
    assert keep(odile, odile.get(f"{HOME}circuit/etats/en_commission/"), ("do", "drop")).status_code == 302
    assert written()["workflow"] == dump(parse(samples.content()))["workflow"]
    assert odile.get(f"{HOME}circuit/etats/rien/").status_code == 404


@pytest.mark.one_database
def test_every_state_and_action_of_the_ready_workflows_is_kept_untouched(odile: Portal, acte: Procedure) -> None:
    for name in READY:
        version = parse(samples.content(workflow=name))
        WorkingCopy.objects.filter(procedure=acte).delete()
        WorkingCopy.objects.create(procedure=acte, content=canonical(dump(version)))
        before = WorkingCopy.objects.get().content
        for kind, held in (("etats", version.workflow.states), ("actions", version.workflow.transitions)):
            for one in held:
                page = odile.get(f"{HOME}circuit/{kind}/{one.id}/")
                assert keep(odile, page).status_code == 302, (name, one.id)
        assert WorkingCopy.objects.get().content == before


def test_what_publishing_changes_is_told_question_by_question(odile: Portal, acte: Procedure) -> None:
    keep(odile, odile.get(f"{HOME}questions/mother/"), label="Nom de naissance de la mère", required="no")
    keep(odile, odile.get(f"{HOME}questions/secret/"), ("do", "drop"))
    keep(odile, odile.get(f"{HOME}questions/copies/"), ("do", "up"))
    page = odile.get(f"{HOME}publier/")
    text = text_of(page)
    assert "Question « Nom de naissance de la mère » : modifié" in text
    removed = [one.text for one in page_of(page).find_all("del")]
    added = [one.text for one in page_of(page).find_all("ins")]
    assert (removed, added) == (["Nom de la mère", "obligatoire"], ["Nom de naissance de la mère", "facultatif"])
    assert "Question « Chose sensible » : retiré" in text
    assert " : déplacé" in text
    shown = odile.fill(page, button=None, form_id="publish", values={"reason": "Plus clair pour les familles."})
    assert shown.status_code == 302
    page = odile.get(f"{HOME}versions/")
    assert "Plus clair pour les familles." in text_of(page)
    assert "Question « Chose sensible » : retiré" in text_of(page)


def test_an_old_version_is_taken_up_again_and_that_can_be_undone(odile: Portal, acte: Procedure) -> None:
    first = acte.current_version
    assert first is not None
    keep(odile, odile.get(f"{HOME}questions/mother/"), label="La mère")
    odile.fill(odile.get(f"{HOME}publier/"), button=None, form_id="publish")
    page = odile.get(f"{HOME}versions/")
    mark = next(one.get("value") for one in page_of(page).find_all("input") if one.get("name") == "mark")
    assert odile.post(f"{HOME}versions/", {"version": "1", "mark": mark}).status_code == 302
    assert WorkingCopy.objects.get().content == first.content
    assert question("mother")["label"] == "Nom de la mère"
    odile.fill(odile.get(f"{HOME}questions/mother/"), button=("do", "undo"))
    assert question("mother")["label"] == "La mère"
    assert odile.post(f"{HOME}versions/", {"version": "1", "mark": mark}).status_code == 409
    assert odile.post(f"{HOME}versions/", {"version": "x"}).status_code == 422


@pytest.mark.one_database
@pytest.mark.parametrize("query", ["?de=1&a=1", "?de=burn&a=9999", "?de=&a=", "?a=" + "9" * 90])
def test_versions_that_are_not_there_are_compared_with_nothing(odile: Portal, acte: Procedure, query: str) -> None:
    assert odile.get(f"{HOME}versions/{query}").status_code == 200


def test_a_procedure_is_begun_from_a_blank_page_and_says_what_it_lacks(odile: Portal, acte: Procedure) -> None:
    page = odile.get("/atelier/demarches/")
    page = odile.get(link(page, "Nouvelle démarche").get("href"))
    page = odile.get(link(page, "D’une page blanche").get("href"))
    assert keep(odile, page, title="").status_code == 422
    shown = keep(odile, page, title="Emprunter du matériel")
    assert shown.status_code == 302, errors_of(shown)
    page = odile.get(odile.get(shown.headers["Location"]).headers["Location"])
    assert "Avant de pouvoir publier" in text_of(page)
    made = Procedure.objects.get(slug="emprunter-du-materiel")
    assert made.current_version is None
    assert (made.department, written(made.slug)["service"]) == (acte.department, "etat_civil")
    # The public does not see it.
    assert odile.get("/demarches/emprunter-du-materiel/").status_code == 404
    page = odile.get(f"/atelier/demarches/{made.slug}/publier/")
    assert "la durée de conservation" in text_of(page).lower() or "manque" in text_of(page)
    # A second one of the same name has an address of its own; given up, nothing is left of it.
    page = odile.get(f"{NEW}vierge/")
    keep(odile, page, title="Emprunter du matériel")
    page = odile.get("/atelier/demarches/emprunter-du-materiel-2/publier/")
    shown = odile.fill(page, form_id="publish", button="discard")
    assert shown.status_code == 302
    assert not Procedure.objects.filter(slug="emprunter-du-materiel-2").exists()


def test_a_procedure_is_begun_from_the_library_or_another_one(odile: Portal, acte: Procedure) -> None:
    odile.allow_text = {"{phone}", "{address}"}
    page = odile.get(f"{NEW}bibliotheque/")
    assert len(library.titles()) == len(list(library.FOLDER.glob("*.yaml")))
    shown = keep(odile, page, entry="location_salle")
    assert shown.status_code == 302, errors_of(shown)
    slug = shown.headers["Location"].split("/")[-2]
    assert len(written(slug)["steps"]) > 1
    page = odile.get(f"{NEW}copie/")
    shown = keep(odile, page, of=str(acte.pk), title="Demander deux actes")
    assert written("demander-deux-actes")["steps"] == written("acte")["steps"]


def test_a_paper_form_becomes_a_draft_shown_before_it_is_written(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{NEW}papier/")
    shown = keep(odile, page, ("do", "read"), text=PAPER, title="Emprunter du matériel")
    assert shown.status_code == 200
    text = text_of(shown)
    assert "rien n’est encore écrit" in text
    assert "question « Date de fin » : Jour" in text
    assert "demandé par le portail lui-même" in text
    assert not Procedure.objects.filter(slug="emprunter-du-materiel").exists()
    assert keep(odile, shown, ("do", "create")).status_code == 302
    steps = written("emprunter-du-materiel")["steps"]
    asked = [(one["type"], one["label"]) for step in steps for part in step["sections"] for one in part["fields"]]
    assert asked == [
        ("choice", "Vous êtes"),
        ("text", "Nom de l’événement"),
        ("date", "Date de début"),
        ("date", "Date de fin"),
        ("number", "Nombre de personnes attendues"),
        ("yes_no", "L’événement est-il public ?"),
        ("choices", "Matériel souhaité"),
        ("long_text", "Observations"),
        ("file", "Pièces à joindre : attestation d’assurance"),
        ("consent", "Je m’engage à rendre le matériel propre."),
    ]
    assert [step["title"] for step in steps] == ["Le demandeur", "L’événement"]


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text", ["Bonjour", "\u202e", "☐", "A" * 50_000, "<script>alert(1)</script> : ____", "::::", "\n" * 3000]
)
def test_what_is_no_form_is_told_politely(odile: Portal, acte: Procedure, text: str) -> None:
    shown = odile.post(f"{NEW}papier/", {"text": text, "title": "Essai", "department": str(acte.department_id)})
    assert shown.status_code in {200, 422}
    if shown.status_code == 422:
        assert errors_of(shown)


def test_a_file_is_read_shown_and_begun_the_words_staying_in_the_page(odile: Portal, acte: Procedure) -> None:
    odile.allow_text = {"{phone}", "{address}", "{mayor}", "{court}", "}, {", "{{", "}}"}
    answer = odile.get(f"{HOME}exporter/")
    assert answer["Content-Disposition"] == 'attachment; filename="acte.yaml"'
    version = acte.current_version
    assert version is not None
    assert answer.content == writing.write(version.definition)
    assert json.loads(odile.get(f"{HOME}exporter/?format=json").content) == dump(version.definition)
    sent = BytesIO(answer.content)
    sent.name = "acte.yaml"
    page = odile.get(f"{NEW}fichier/")
    shown = keep(odile, page, ("do", "read"), file=sent)
    assert shown.status_code == 200, errors_of(shown)
    assert "Tout est repris tel quel." in text_of(shown)
    shown = keep(odile, shown, ("do", "create"), title="Le même acte")
    assert shown.status_code == 302, errors_of(shown)
    assert written("le-meme-acte")["steps"] == written("acte")["steps"]


def test_a_descriptor_of_elsewhere_is_read_with_its_account(odile: Portal, acte: Procedure) -> None:
    words = (Path(__file__).parent / "fixtures" / "demarches-simplifiees" / "preau.json").read_text()
    page = odile.get(f"{NEW}fichier/")
    shown = keep(odile, page, ("do", "read"), pasted=words)
    assert shown.status_code == 200, errors_of(shown)
    assert "repris" in text_of(shown)
    assert keep(odile, shown, ("do", "create")).status_code == 302


@pytest.mark.one_database
@pytest.mark.parametrize(
    "words",
    [
        "",
        "{",
        "[]",
        "a: &a [*a]",
        "!!python/object/apply:os.system ['true']",
        "format: 99\nsteps: []\nworkflow: decision",
        "steps: 1\nworkflow: 2",
        "\x00\x01",
        "- " * 400,
    ],
)
def test_a_hostile_file_is_refused_in_words(odile: Portal, acte: Procedure, words: str) -> None:
    odile.allow_text = {words, "{"}
    shown = odile.post(f"{NEW}fichier/", {"pasted": words, "department": str(acte.department_id)})
    assert shown.status_code == 422
    assert errors_of(shown)


def test_a_role_limited_to_one_procedure_begins_none(portal: Portal, acte: Procedure) -> None:
    user = samples.citizen("lise@exemple.fr", "Mairie", "Lise")
    only = [str(acte.public_id)]
    Membership.objects.create(
        user=user, department=acte.department, role="procedure_admin", title="agent", procedures=only
    )
    samples.procedure("autre-acte", department=acte.department, id="autre_acte")
    portal.force_login(user)
    assert portal.get(HOME).status_code == 302
    assert portal.get("/atelier/demarches/autre-acte/").status_code == 404
    assert "Nouvelle démarche" not in text_of(portal.get("/atelier/demarches/"))
    assert portal.get(NEW).status_code == 403
    assert portal.get(f"{NEW}vierge/").status_code == 403
    assert portal.post(f"{NEW}vierge/", {"title": "Une autre", "department": acte.department_id}).status_code == 403
    assert portal.get(f"{NEW}rien/").status_code == 403


def test_a_department_of_others_is_no_place_to_begin(odile: Portal, acte: Procedure) -> None:
    roads = samples.department("voirie", "Voirie", "technique")
    shown = odile.post(f"{NEW}vierge/", {"title": "Chez eux", "department": str(roads.pk)})
    assert shown.status_code == 422
    assert "Choisissez un service de la liste." in " ".join(errors_of(shown))
    assert odile.get(f"{NEW}rien/").status_code == 404


def test_the_paper_reader_reads_each_kind_of_line() -> None:
    read = paper.read(
        "Date de naissance : ____\nRIB à joindre : ____\nMontant demandé (€) ....\nQuel projet ?\n", "Fêtes"
    )
    kinds = [one.words for one in read.account]
    assert kinds == ["date", "file", "amount", "long_text"]


def test_a_procedure_is_closed_said_why_and_led_to_another(odile: Portal, acte: Procedure) -> None:
    other = samples.procedure("autre-acte", department=acte.department, id="autre_acte", title="Demander autre chose")
    page = odile.get(f"{HOME}ouverture/")
    assert "ouverte" in text_of(page)
    shown = keep(odile, page, opens_at="2027-06-01T08:00", closes_at="2027-05-01T08:00")
    assert shown.status_code == 422
    assert any("avant d’ouvrir" in one for one in errors_of(shown))
    assert keep(odile, page, message="Reprise en septembre.", successor=str(other.pk)).status_code == 302
    odile.fill(odile.get(f"{HOME}ouverture/"), form_id="part", button=("do", "close"))
    acte.refresh_from_db()
    assert not acte.is_open
    shown = odile.get("/demarches/acte/")
    assert "Reprise en septembre." in text_of(shown)
    assert link(shown, "Demander autre chose").get("href") == "/demarches/autre-acte/"
    page = odile.get(f"{HOME}ouverture/")
    assert keep(odile, page, closes_at="").status_code == 302
    odile.fill(odile.get(f"{HOME}ouverture/"), form_id="part", button=("do", "withdraw"))
    assert odile.get("/demarches/acte/").status_code == 410
    odile.fill(odile.get(f"{HOME}ouverture/"), form_id="part", button=("do", "offer"))
    assert odile.get("/demarches/acte/").status_code == 200


def test_an_address_that_changes_leads_from_the_old_one_for_ever(odile: Portal, acte: Procedure) -> None:
    samples.procedure("autre-acte", department=acte.department, id="autre_acte")
    page = odile.get(f"{HOME}ouverture/")
    assert keep(odile, page, slug="autre-acte").status_code == 422
    assert keep(odile, page, slug="pas une adresse").status_code == 422
    shown = keep(odile, page, slug="acte-d-etat-civil")
    assert shown.headers["Location"] == "/atelier/demarches/acte-d-etat-civil/ouverture/"
    moved = odile.get("/demarches/acte/")
    assert (moved.status_code, moved.headers["Location"]) == (301, "/demarches/acte-d-etat-civil/")
    # The old address is nobody else's, and may be taken up again.
    page = odile.get("/atelier/demarches/autre-acte/ouverture/")
    assert keep(odile, page, slug="acte").status_code == 422
    page = odile.get("/atelier/demarches/acte-d-etat-civil/ouverture/")
    assert keep(odile, page, slug="acte").status_code == 302
    assert odile.get("/demarches/acte/").status_code == 200
    assert odile.get("/demarches/acte-d-etat-civil/").status_code == 301


def test_runs_are_added_changed_and_taken_away_unless_requests_belong_to_them(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}ouverture/nouvelle/")
    assert keep(odile, page).status_code == 422
    shown = keep(odile, page, name="2026-2027", quota="beaucoup")
    assert shown.status_code == 422
    assert "2026-2027" in shown.content.decode()
    assert keep(odile, page, name="2026-2027", quota="12", waiting_list="on").status_code == 302
    run = acte.editions.get()
    assert (run.name, run.quota, run.waiting_list) == ("2026-2027", 12, True)
    shown = keep(odile, odile.get(f"{HOME}ouverture/nouvelle/"), name="2026-2027")
    assert any("porte ce nom" in one for one in errors_of(shown))
    page = odile.get(f"{HOME}ouverture/{run.pk}/")
    assert keep(odile, page, closes_at="24/12/2026 18:00").status_code == 302
    run.refresh_from_db()
    assert run.closes_at is not None
    assert run.closes_at.isoformat().startswith("2026-12-24T17:00")
    version = acte.current_version
    assert version is not None
    draft = acte.drafts.create(version=version, edition=run)
    shown = odile.fill(odile.get(f"{HOME}ouverture/{run.pk}/"), form_id="part", button=("do", "drop"))
    assert shown.status_code == 422
    draft.delete()
    shown = odile.fill(odile.get(f"{HOME}ouverture/{run.pk}/"), form_id="part", button=("do", "drop"))
    assert shown.status_code == 302
    assert not acte.editions.exists()
    assert odile.get(f"{HOME}ouverture/{run.pk}/").status_code == 404


def test_what_happens_by_itself_is_written_by_names(odile: Portal, acte: Procedure) -> None:
    samples.department("voirie", "Service Voirie", acte.department.sector.code)
    page = odile.get(f"{HOME}circuit/regles/nouvelle/")
    assert keep(odile, page).status_code == 422
    values = {"title": "Copies à la voirie", "do": "route", "to": "service voirie", "when-0-field": "kind"}
    shown = keep(odile, page, **values)
    assert any("Type d’acte" in one for one in errors_of(shown))
    assert keep(odile, shown, **{"when-0-value": "Autre"}).status_code == 302
    rule = written()["rules"][0]
    assert (rule["id"], rule["to"]) == ("copies_a_la_voirie", "voirie")
    assert rule["when"] == {"field": "kind", "op": "is", "value": "other"}
    page = odile.get(f"{HOME}circuit/regles/copies_a_la_voirie/")
    assert (
        next(one.get("value") for one in page_of(page).find_all("input") if one.get("name") == "to") == "Service Voirie"
    )
    # Untouched, it stays byte for byte.
    before = WorkingCopy.objects.get().content
    assert keep(odile, page).status_code == 302
    assert WorkingCopy.objects.get().content == before
    values = {
        "on": "state",
        "state": "received",
        "days": "3",
        "do": "move",
        "to": "Prendre en charge",
        "when-0-field": "",
    }
    assert keep(odile, odile.get(f"{HOME}circuit/regles/copies_a_la_voirie/"), **values).status_code == 302
    assert written()["rules"][0]["to"] == "take_charge"
    # The action it does is not taken away, and what it leads to is told by its name.
    shown = keep(odile, odile.get(f"{HOME}circuit/actions/take_charge/"), ("do", "drop"))
    assert link(shown, "règle « Copies à la voirie »").get("href").endswith("/circuit/regles/copies_a_la_voirie/")
    page = odile.get(f"{HOME}circuit/regles/copies_a_la_voirie/")
    shown = keep(odile, page, ("do", "more-when"), **{"when-0-field": "copies"})
    assert shown.status_code == 200
    assert keep(odile, page, ("do", "drop")).status_code == 302
    assert not written().get("rules")


def test_who_may_copy_copies_only_what_she_writes(portal: Portal, acte: Procedure) -> None:
    roads = samples.department("voirie", "Voirie", acte.department.sector.code)
    theirs = samples.procedure("benne", department=roads, id="benne", title="Poser une benne")
    hidden = samples.procedure("terrasse", department=roads, id="terrasse", title="Poser une terrasse")
    user = samples.citizen("lise@exemple.fr", "Mairie", "Lise")
    given = {"user": user, "role": "procedure_admin", "title": "secrétaire"}
    Membership.objects.create(department=acte.department, **given)
    Membership.objects.create(department=roads, procedures=[str(theirs.public_id)], **given)
    portal.force_login(user)
    page = portal.get(f"{NEW}copie/")
    offered = {one.text.strip() for one in page_of(page).find_all("option")}
    assert "Poser une benne" in offered
    assert hidden.title not in offered
    shown = portal.post(f"{NEW}copie/", {"of": hidden.pk, "title": "Prise", "department": acte.department_id})
    assert shown.status_code == 422
