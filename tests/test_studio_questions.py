"""Questions written in the studio: each type in its form, moved, copied, taken away, undone; nothing typed lost."""

import json
from typing import Any

import pytest

from accounts.models import Membership
from procedures.definition.edits import places
from procedures.definition.fields import FIELD_TYPES
from procedures.models import Procedure, WorkingCopy
from tests.support import every_type, samples
from tests.support.client import Portal, page_of
from tests.support.document import Element
from tests.test_desk import text_of

HOME = "/atelier/demarches/acte/"


@pytest.fixture
def acte(db: None) -> Procedure:
    return samples.procedure()


@pytest.fixture
def odile(portal: Portal, acte: Procedure) -> Portal:
    """Return the browser of the procedure's administrator."""
    user = samples.citizen("odile@exemple.fr", "Mairie", "Odile")
    Membership.objects.create(user=user, department=acte.department, role="procedure_admin", title="secrétaire")
    portal.force_login(user)
    return portal


def keep(portal: Portal, page: Any, button: Any = None, **values: Any) -> Any:
    return portal.fill(page, form_id="part", button=button, values=values)


def written(slug: str = "acte") -> dict[str, Any]:
    """Return what is being written, as it is kept; what is published where nothing is."""
    copy = WorkingCopy.objects.filter(procedure__slug=slug).first()
    version = Procedure.objects.get(slug=slug).current_version
    found: dict[str, Any] = json.loads(copy.content if copy is not None else version.content if version else "{}")
    return found


def question(key: str, slug: str = "acte") -> dict[str, Any]:
    return next(held[at] for kind, held, at in places(written(slug)) if kind == "field" and held[at]["id"] == key)


def order(slug: str = "acte") -> list[str]:
    return [held[at]["id"] for kind, held, at in places(written(slug)) if kind == "field"]


def errors_of(page: Any) -> list[str]:
    return [one.text.strip() for one in page_of(page).find_all("p") if "error" in one.get("class").split()]


def link(page: Any, words: str) -> Element:
    return next(one for one in page_of(page).find_all("a") if words in one.text)


@pytest.mark.one_database
@pytest.mark.parametrize("name", sorted(FIELD_TYPES))
def test_a_question_of_each_type_that_is_shown_and_kept_untouched_changes_nothing(odile: Portal, name: str) -> None:
    made = FIELD_TYPES[name].sample().model_copy(update={"id": "essai"}).model_dump(mode="json", by_alias=True)
    step = {"id": "page", "title": "Page", "question": "Page", "sections": [{"id": "s", "fields": [made]}]}
    procedure = Procedure.objects.create(
        slug="essai", title="Essai", department=Procedure.objects.get(slug="acte").department
    )
    content = samples.content(id="essai", steps=[step])
    WorkingCopy.objects.create(procedure=procedure, content="{}")
    from procedures.definition.upgrade import canonical, dump, parse

    WorkingCopy.objects.update(content=canonical(dump(parse(content))))
    before = WorkingCopy.objects.get().content
    page = odile.get("/atelier/demarches/essai/questions/essai/")
    assert page.status_code == 200
    shown = keep(odile, page)
    assert shown.status_code == 302, errors_of(shown) or text_of(shown)
    assert WorkingCopy.objects.get().content == before


def test_odile_changes_a_question_and_the_preview_shows_it(odile: Portal, acte: Procedure) -> None:
    page = odile.get(HOME)
    assert page.status_code == 302
    key = order()[0]
    page = odile.get(f"{HOME}questions/{key}/")
    shown = keep(odile, page, label="Quelle copie vous faut-il ?", help="Il est délivré gratuitement.")
    assert shown.status_code == 302
    shown = odile.get(shown.headers["Location"])
    assert question(key)["label"] == "Quelle copie vous faut-il ?"
    preview = next(one for one in page_of(shown).find_all("form") if one.get("class") == "preview")
    assert "Quelle copie vous faut-il ?" in preview.text
    assert "Il est délivré gratuitement." in preview.text
    # What is published is as it was.
    acte.refresh_from_db()
    assert acte.current_version is not None
    assert "Quelle copie vous faut-il" not in acte.current_version.content


def test_a_missing_or_wrong_value_is_said_beside_its_control_and_nothing_typed_is_lost(
    odile: Portal, acte: Procedure
) -> None:
    page = odile.get(f"{HOME}questions/copies/")
    shown = keep(odile, page, label="", minimum="beaucoup", help="Un mot gardé")
    assert shown.status_code == 422
    said = errors_of(shown)
    assert any("Écrivez la question." in one for one in said)
    assert any("Écrivez un nombre entier." in one for one in said)
    assert "Un mot gardé" in shown.content.decode()
    assert "beaucoup" in shown.content.decode()
    summary = next(one for one in page_of(shown).find_all("section") if one.get("class") == "errors")
    assert [one.get("href") for one in summary.find_all("a")] == ["#f-label", "#f-minimum"]
    assert not WorkingCopy.objects.exists()


def test_amounts_are_typed_in_euros_and_days_in_words(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}questions/copies/")
    # Another type is chosen: its own controls are shown, what was typed stays, nothing is kept yet.
    shown = keep(odile, page, ("do", "type"), type="amount", label="Combien voulez-vous donner ?")
    assert shown.status_code == 200
    assert "Combien voulez-vous donner ?" in shown.content.decode()
    assert not WorkingCopy.objects.exists()
    assert keep(odile, shown, minimum_cents="2,50", maximum_cents="1 000").status_code == 302
    assert (question("copies")["minimum_cents"], question("copies")["maximum_cents"]) == (250, 100_000)
    page = keep(odile, odile.get(f"{HOME}questions/copies/"), ("do", "type"), type="date")
    assert keep(odile, page, earliest="aujourd’hui - 18 ans", latest="31/12/2027").status_code == 302
    assert (question("copies")["earliest"], question("copies")["latest"]) == ("today-18y", "2027-12-31")
    page = odile.get(f"{HOME}questions/copies/")
    shown = keep(odile, page, latest="30/02/2027")
    assert shown.status_code == 422
    assert any("n’existe pas" in one for one in errors_of(shown))


def test_the_answers_of_a_list_keep_what_they_are_when_their_words_change(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}questions/kind/")
    lines = "Copie intégrale de l’acte | Avec les mentions.\nExtrait sans filiation\nAutre\nExtrait avec filiation"
    assert keep(odile, page, options=lines).status_code == 302
    assert [(one["value"], one["label"], one["help"]) for one in question("kind")["options"]] == [
        ("full", "Copie intégrale de l’acte", "Avec les mentions."),
        ("bare", "Extrait sans filiation", ""),
        ("other", "Autre", ""),
        ("extrait_avec_filiation", "Extrait avec filiation", ""),
    ]
    page = odile.get(f"{HOME}questions/kind/")
    shown = keep(odile, page, options="Extrait\nextrait")
    assert any("écrit deux fois" in one for one in errors_of(shown))


def test_an_answer_that_conditions_name_is_not_taken_away_and_the_page_leads_to_them(
    odile: Portal, acte: Procedure
) -> None:
    page = odile.get(f"{HOME}questions/kind/")
    shown = keep(odile, page, options="Copie intégrale\nExtrait sans filiation")
    assert shown.status_code == 422
    assert "Une réponse que vous retirez est nommée par des conditions" in text_of(shown)
    assert link(shown, "question « Lequel ? »").get("href") == f"{HOME}questions/which/"
    shown = keep(odile, odile.get(f"{HOME}questions/kind/"), ("do", "drop"))
    assert shown.status_code == 422
    assert {"question « Lequel ? »", "étape « Parents »"} <= {one.text.strip() for one in page_of(shown).find_all("a")}
    shown = keep(odile, odile.get(f"{HOME}questions/kind/"), ("do", "type"), type="text")
    shown = keep(odile, shown)
    assert "Son type ne peut pas changer" in text_of(shown)
    assert not WorkingCopy.objects.exists()


def test_a_condition_is_built_as_a_sentence(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}questions/copies/")
    shown = keep(odile, page, ("do", "more-when"), **{"when-0-field": "kind", "when-0-value": "copie integrale"})
    assert shown.status_code == 200
    values = {"when-1-field": "which", "when-1-op": "answered", "when-joined": "any"}
    shown = keep(odile, shown, **values)
    assert shown.status_code == 302, errors_of(shown)
    assert question("copies")["when"] == {
        "any": [
            {"field": "kind", "op": "is", "value": "full"},
            {"field": "which", "op": "answered", "value": None},
        ]
    }
    shown = odile.get(shown.headers["Location"])
    assert "« Type d’acte » est Copie intégrale" in text_of(shown).replace("\xa0", " ")
    # An answer that is none is refused, with those that there are.
    shown = keep(odile, shown, **{"when-0-value": "copie dorée"})
    assert any("« copie dorée »" in one and "« Autre »" in one for one in errors_of(shown))
    # No condition: always.
    page = odile.get(f"{HOME}questions/copies/")
    assert keep(odile, page, **{"when-0-field": "", "when-1-field": ""}).status_code == 302
    assert question("copies")["when"] is None


def test_questions_move_by_buttons_and_never_before_what_they_depend_on(odile: Portal, acte: Procedure) -> None:
    assert order() == ["kind", "which", "copies", "mother", "secret", "proof"]
    shown = keep(odile, odile.get(f"{HOME}questions/copies/"), ("do", "up"))
    assert order()[:3] == ["kind", "copies", "which"]
    shown = odile.get(shown.headers["Location"])
    focused = [one.get("value") for one in page_of(shown).find_all("button") if one.has("autofocus")]
    assert focused == ["up"]
    shown = keep(odile, odile.get(f"{HOME}questions/kind/"), ("do", "put"), where="which")
    assert shown.status_code == 422
    assert "Elles dépendraient d’une réponse qui vient après elles" in text_of(shown)
    # To the next step, and what was typed in the same page is kept with the move.
    page = odile.get(f"{HOME}questions/copies/")
    assert keep(odile, page, ("do", "put"), where="mother", label="Combien d’exemplaires ?").status_code == 302
    assert order() == ["kind", "which", "mother", "copies", "secret", "proof"]
    assert question("copies")["label"] == "Combien d’exemplaires ?"


def test_a_question_is_copied_and_a_step_split_at_it(odile: Portal, acte: Procedure) -> None:
    shown = keep(odile, odile.get(f"{HOME}questions/mother/"), ("do", "copy"))
    assert shown.headers["Location"].endswith("/questions/mother_2/")
    assert question("mother_2")["label"] == "Nom de la mère (copie)"
    shown = keep(odile, odile.get(f"{HOME}questions/proof/"), ("do", "split"))
    steps = written()["steps"]
    assert [one["title"] for one in steps] == ["Acte souhaité", "Parents", "Livret de famille"]
    # The condition of the step goes with its second half.
    assert steps[2]["when"] == steps[1]["when"]


def test_questions_steps_parts_and_stops_are_added(odile: Portal, acte: Procedure) -> None:
    page = odile.get(f"{HOME}ajouter/?apres=which")
    page = odile.get(f"{HOME}ajouter/" + link(page, "Plusieurs choix").get("href").split("ajouter/")[1])
    shown = keep(odile, page)
    assert shown.status_code == 422
    assert len(errors_of(shown)) == 2
    shown = keep(odile, shown, label="Pour quels usages ?", options="- Passeport\n- Mariage\n\n- Héritage")
    assert shown.status_code == 302
    assert order()[:3] == ["kind", "which", "pour_quels_usages"]
    assert [one["value"] for one in question("pour_quels_usages")["options"]] == ["passeport", "mariage", "heritage"]
    page = odile.get(f"{HOME}ajouter-etape/")
    shown = keep(odile, page, title="Envoi", label="Mode de remise")
    step = shown.headers["Location"]
    assert step.endswith("/etapes/envoi/")
    page = odile.get(f"{step}partie/")
    assert keep(odile, page, title="Votre adresse", label="Rue").status_code == 302
    page = odile.get(f"{step}arret/")
    assert keep(odile, page, title="Ce n’est pas ici").status_code == 422
    shown = keep(odile, page, **{"title": "Ce n’est pas ici", "when-0-field": "kind", "when-0-value": "Autre"})
    assert shown.status_code == 302
    assert odile.get(shown.headers["Location"]).status_code == 200
    added = written()["steps"][-1]
    assert [section["title"] for section in added["sections"]] == ["", "Votre adresse"]
    assert added["stops"][0]["when"] == {"field": "kind", "op": "is", "value": "other"}
    # A repeated group comes with a first question, and takes others.
    page = odile.get(f"{HOME}ajouter/?type=group&partie=envoi_1")
    shown = keep(odile, page, label="Vos enfants", row_label="Enfant")
    assert shown.status_code == 302, errors_of(shown)
    page = odile.get(shown.headers["Location"])
    page = odile.get(link(page, "Ajouter l’une d’elles").get("href"))
    assert "Questions répétées" not in text_of(page).split("Quelle sorte de réponse ?")[1]
    page = (
        odile.get(link(page, "Jour, un mois").get("href"))
        if False
        else odile.get(next(one.get("href") for one in page_of(page).find_all("a") if "type=date&" in one.get("href")))
    )
    assert keep(odile, page, label="Né le").status_code == 302
    group = question("vos_enfants")
    assert [one["label"] for one in group["fields"]] == ["Nom", "Né le"]


def test_what_is_done_is_undone_byte_for_byte_and_done_again_in_another_session(odile: Portal, acte: Procedure) -> None:
    first = acte.current_version.content if acte.current_version else ""
    for act, key in (("", "mother"), ("up", "copies"), ("copy", "proof"), ("drop", "secret")):
        page = odile.get(f"{HOME}questions/{key}/")
        values = {"label": "Nom de naissance de la mère"} if not act else {}
        keep(odile, page, ("do", act) if act else None, **values)
    last = WorkingCopy.objects.get().content
    user = Membership.objects.get(role="procedure_admin").user
    odile.logout()
    odile.force_login(user)
    for number in range(4):
        page = odile.get(f"{HOME}questions/mother/")
        assert "Annuler" in text_of(page)
        shown = odile.fill(page, button=("do", "undo"), follow=True)
        assert "Annulé : " in text_of(shown), number
    assert WorkingCopy.objects.get().content == first
    page = odile.get(f"{HOME}questions/mother/")
    assert "undo" not in {one.get("value") for one in page_of(page).find_all("button")}
    for _number in range(4):
        odile.fill(odile.get(f"{HOME}questions/mother/"), button=("do", "redo"))
    assert WorkingCopy.objects.get().content == last
    # Something new: what was undone is forgotten.
    odile.fill(odile.get(f"{HOME}questions/mother/"), button=("do", "undo"))
    keep(odile, odile.get(f"{HOME}questions/mother/"), label="La mère")
    page = odile.get(f"{HOME}questions/mother/")
    assert "redo" not in {one.get("value") for one in page_of(page).find_all("button")}


def test_two_who_change_one_question_never_overwrite_each_other_and_two_questions_are_changed_at_once(
    odile: Portal, acte: Procedure
) -> None:
    mine, other = odile.get(f"{HOME}questions/mother/"), odile.get(f"{HOME}questions/copies/")
    assert keep(odile, odile.get(f"{HOME}questions/mother/"), label="Nom de jeune fille").status_code == 302
    assert keep(odile, other, label="Combien ?").status_code == 302
    shown = keep(odile, mine, label="Nom de la mère à la naissance")
    assert shown.status_code == 409
    text = text_of(shown)
    assert "rien n’a été gardé" in text
    assert "Nom de jeune fille" in text
    assert "Nom de la mère à la naissance" in shown.content.decode()
    assert question("mother")["label"] == "Nom de jeune fille"
    assert keep(odile, shown).status_code == 302
    assert question("mother")["label"] == "Nom de la mère à la naissance"
    assert question("copies")["label"] == "Combien ?"


def test_what_was_typed_about_a_question_taken_away_meanwhile_can_be_added_again(
    odile: Portal, acte: Procedure
) -> None:
    page = odile.get(f"{HOME}questions/mother/")
    keep(odile, odile.get(f"{HOME}questions/mother/"), ("do", "drop"))
    shown = keep(odile, page, label="Nom de la mère, tel qu’à sa naissance")
    assert shown.status_code == 409
    assert "Nom de la mère, tel qu’à sa naissance" in shown.content.decode()
    shown = keep(odile, shown)
    assert shown.status_code == 302
    assert question(shown.headers["Location"].split("/")[-2])["label"] == "Nom de la mère, tel qu’à sa naissance"
    assert odile.get(f"{HOME}questions/mother/").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text", ["{{ 7 }}", "{% now %}", "<script>alert(1)</script>", "<b>gras</b>", "50 % de", "\u202eabc"]
)
def test_nothing_that_is_typed_in_a_question_can_run(odile: Portal, acte: Procedure, text: str) -> None:
    odile.allow_text = {text, f"Nom {text}"}
    page = odile.get(f"{HOME}questions/mother/")
    shown = keep(odile, page, label=f"Nom {text}", help=text)
    assert shown.status_code == 302
    shown = odile.get(shown.headers["Location"])
    assert f"Nom {text.replace(chr(0x202E), '')}" in text_of(shown)


@pytest.mark.one_database
@pytest.mark.parametrize("kind", ["questions", "etapes", "parties", "arrets"])
def test_an_address_of_nothing_is_not_found(odile: Portal, acte: Procedure, kind: str) -> None:
    assert odile.get(f"{HOME}{kind}/rien/").status_code == 404
    assert odile.post(f"{HOME}{kind}/rien/", {"do": "drop"}).status_code in {404, 409}
    assert odile.get("/atelier/demarches/rien/").status_code == 404


@pytest.mark.one_database
@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"type": "burn", "drawn": "burn"},
        {"do": "put", "where": "rien"},
        {"do": "put", "where": ":rien"},
        {"do": "more-when", "when-rows": "9" * 30},
        {"do": "x" * 500, "label": "a", "type": "text", "required": "yes"},
        {"label": "a" * 5000, "type": "text", "required": "maybe", "when-rows": "-1"},
    ],
)
def test_what_no_page_sends_breaks_nothing(odile: Portal, acte: Procedure, sent: dict[str, str]) -> None:
    odile.allow_text = {"{", "}"}
    for path in ("questions/mother/", "ajouter/", "etapes/acte/", "parties/acte_s/"):
        assert odile.post(HOME + path, sent).status_code in {200, 302, 409, 422}, path


def test_the_whole_of_a_step_is_taken_away_but_never_the_last(odile: Portal, acte: Procedure) -> None:
    shown = keep(odile, odile.get(f"{HOME}etapes/parents/"), ("do", "drop"))
    assert shown.headers["Location"].startswith(f"{HOME}etapes/acte/")
    shown = keep(odile, odile.get(f"{HOME}etapes/acte/"), ("do", "drop"))
    assert shown.status_code == 422
    assert "c’est sa seule étape" in text_of(shown)


def test_a_neighbour_writes_nothing_of_it(portal: Portal, acte: Procedure) -> None:
    roads = samples.department("voirie", "Voirie", "technique")
    user = samples.citizen("ines@exemple.fr", "Mairie", "Inès")
    Membership.objects.create(user=user, department=roads, role="procedure_admin", title="secrétaire")
    portal.force_login(user)
    for path in ("", "questions/mother/", "etapes/acte/", "ajouter/", "ajouter-etape/"):
        assert portal.get(HOME + path).status_code == 404
        assert portal.post(HOME + path, {"do": "drop"}).status_code in {404, 405}
    assert portal.post(HOME + "annuler/").status_code == 404
    assert not WorkingCopy.objects.exists()


@pytest.mark.one_database
def test_a_procedure_with_every_type_is_shown_whole(odile: Portal, acte: Procedure) -> None:
    samples.citizen("zoe@exemple.fr")
    every_type.load("zoe@exemple.fr")
    home = f"/atelier/demarches/{every_type.SLUG}/"
    for name in every_type.TYPES:
        page = odile.get(f"{home}etapes/{name}/")
        assert page.status_code == 200
        assert any(one.get("class") == "preview" for one in page_of(page).find_all("form"))
