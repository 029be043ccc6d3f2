"""Letters written in the studio: chips and conditions by their names, nothing typed lost, published with the procedure."""

from typing import Any

import pytest

from accounts.models import Membership
from accounts.permissions import Actor
from procedures.lifecycle import editing, working_copy
from procedures.models import Procedure, WorkingCopy
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.test_desk import text_of

HOME = "/atelier/demarches/"
LETTER = HOME + "a-lettres/lettres/oui/"


@pytest.fixture
def desk(db: None) -> Desk:
    made = people.desk()
    made.procedure = people.with_letters(made)
    return made


@pytest.fixture
def odile(portal: Portal, desk: Desk) -> Portal:
    """Return the browser of the procedure's administrator, who has no other role."""
    user = samples.citizen("odile@exemple.fr", "Mairie", "Odile")
    Membership.objects.create(user=user, department=desk.civil, role="procedure_admin", title="secrétaire")
    portal.force_login(user)
    return portal


def odile_of(desk: Desk) -> Actor:
    return Actor(user=Membership.objects.get(role="procedure_admin").user)


def mark(desk: Desk, procedure: Procedure | None = None) -> str:
    """Return what a page drawn now would say that it shows."""
    return editing.written(Procedure.objects.get(pk=(procedure or desk.procedure).pk)).mark


def write(page: Any, portal: Portal, **values: Any) -> Any:
    return portal.fill(page, form_id="letter", values=values)


def kept(slug: str = "a-lettres") -> list[dict[str, Any]]:
    """Return the letters that are being written, as they are kept."""
    copy = WorkingCopy.objects.get(procedure__slug=slug)
    return [one.model_dump(mode="json", by_alias=True) for one in copy.definition.letters.templates]


def test_odile_finds_her_procedures_and_writes_a_letter_that_serves_once_published(odile: Portal, desk: Desk) -> None:
    assert "Demander un acte" in text_of(odile.get(HOME))
    page = odile.get(LETTER)
    areas = [one.text.strip() for one in page_of(page).find_all("textarea")]
    assert areas[0] == "Votre demande [[Numéro de la demande]] est acceptée, [[Nom de la personne]]."
    inputs = {one.get("name"): one.get("value") for one in page_of(page).find_all("input")}
    assert " ".join(inputs["when-1"].split()) == "« Type d’acte » est Copie intégrale"
    shown = write(page, odile, **{"text-0": "Bonjour [[nom de la personne]], voici [[Nombre d’exemplaires]] acte(s)."})
    assert shown.status_code == 302
    assert kept()[0]["blocks"][0]["text"] == "Bonjour [[personne.nom]], voici [[reponse.copies]] acte(s)."
    # What is published is as it was.
    desk.procedure.refresh_from_db()
    version = desk.procedure.current_version
    assert version is not None
    assert "Bonjour" not in version.content
    page = odile.get(HOME + "a-lettres/publier/")
    assert "La lettre « oui » change" in text_of(page)
    odile.fill(page, button=None)
    desk.procedure.refresh_from_db()
    assert desk.procedure.current_version is not None
    assert "Bonjour" in desk.procedure.current_version.content
    assert desk.procedure.current_version.number == version.number + 1
    assert not WorkingCopy.objects.exists()


def test_a_word_that_stands_for_nothing_is_refused_beside_its_paragraph_with_what_it_may_be(
    odile: Portal, desk: Desk
) -> None:
    page = write(odile.get(LETTER), odile, **{"text-0": "Bonjour [[Nom de la persone]].", "heading-0": "Titre [[x]]"})
    assert page.status_code == 422
    text = text_of(page)
    assert "« [[Nom de la persone]] » ne désigne rien dans cette démarche." in text
    assert "Vouliez-vous dire : Nom de la personne" in text
    assert "Bonjour [[Nom de la persone]]." in page.content.decode()
    assert "2 choses sont à corriger" in text
    assert not WorkingCopy.objects.exists()


@pytest.mark.one_database
@pytest.mark.parametrize(
    "text", ["[[", "]] [[", "[[a", "[[ ]]", "[[]]", "{{ secret }}", "{% include 'x' %}", "<b>gras</b>"]
)
def test_nothing_that_is_written_can_run(odile: Portal, desk: Desk, text: str) -> None:
    odile.allow_text = {text}
    page = write(odile.get(LETTER), odile, **{"text-0": f"Bonjour {text}"})
    if "[[" in text or "]]" in text:
        assert page.status_code == 422
        return
    odile.allow_text = {f"Bonjour {text}", text}
    shown = odile.get(LETTER + "apercu/")
    assert f"Bonjour {text}" in text_of(shown)


def test_a_condition_is_a_sentence_and_one_written_elsewhere_stays(odile: Portal, desk: Desk) -> None:
    page = write(odile.get(LETTER), odile, **{"when-0": "type d'acte est copie integrale", "when-1": ""})
    assert page.status_code == 302
    blocks = kept()[0]["blocks"]
    assert blocks[0]["when"] == {"field": "kind", "op": "is", "value": "full"}
    assert blocks[1].get("when") is None
    page = write(odile.get(LETTER), odile, **{"when-0": "quand il pleut"})
    assert page.status_code == 422
    assert "n’est pas une condition de cette démarche" in text_of(page)
    # One that the list does not offer, from the definition's file.
    actor, now = odile_of(desk), editing.written(desk.procedure)
    letters = kept()
    letters[0]["blocks"][0]["when"] = {"field": "copies", "op": "at_least", "value": 3}
    editing.change_letters(desk.procedure, letters, by=actor, mark=now.mark)
    page = odile.get(LETTER)
    write(page, odile, **{"heading-0": "Copies"})
    assert kept()[0]["blocks"][0]["when"] == {"field": "copies", "op": "at_least", "value": 3}


def test_paragraphs_are_added_moved_duplicated_and_taken_away_without_saving_or_losing_a_word(
    odile: Portal, desk: Desk
) -> None:
    def areas(page: Any) -> list[str]:
        return [one.text.strip() for one in page_of(page).find_all("textarea")]

    page = odile.get(LETTER)
    page = odile.fill(page, form_id="letter", button=("do", "add"), values={"text-0": "Premier [[faux"})
    assert areas(page) == ["Premier [[faux", "[[Nom de la mère]]", ""]
    page = odile.fill(page, form_id="letter", button=("do", "up-1"))
    assert areas(page)[:2] == ["[[Nom de la mère]]", "Premier [[faux"]
    focused = [one.get("id") for one in page_of(page).find_all("button") if one.has("autofocus")]
    assert focused == ["down-0"]
    page = odile.fill(page, form_id="letter", button=("do", "copy-0"))
    page = odile.fill(page, form_id="letter", button=("do", "drop-3"))
    assert areas(page) == ["[[Nom de la mère]]", "[[Nom de la mère]]", "Premier [[faux"]
    assert not WorkingCopy.objects.exists()


@pytest.mark.one_database
@pytest.mark.parametrize("what", ["up-0", "down-99", "drop--1", "copy-x", "burn", "", "up-" + "9" * 50])
def test_a_button_that_is_not_there_changes_nothing(odile: Portal, desk: Desk, what: str) -> None:
    sent = {"blocks": "1", "text-0": "Bonjour", "do": what}
    page = odile.post(LETTER, sent)
    assert page.status_code == 200
    assert "Bonjour" in page.content.decode()


@pytest.mark.one_database
@pytest.mark.parametrize("blocks", ["", "x", "-1", "9" * 30, "0"])
def test_a_letter_without_a_paragraph_is_refused(odile: Portal, desk: Desk, blocks: str) -> None:
    page = odile.post(LETTER, {"blocks": blocks})
    assert page.status_code == 422
    assert "Une lettre a au moins un paragraphe." in text_of(page) or "Écrivez ce paragraphe" in text_of(page)


def test_two_who_write_at_once_never_overwrite_each_other_silently(odile: Portal, desk: Desk) -> None:
    page = odile.get(LETTER)
    actor = odile_of(desk)
    other = [{**people.LETTERS[0], "blocks": [{"text": "Celui d’une autre."}]}]
    editing.change_letters(desk.procedure, other, by=actor, mark=mark(desk))
    shown = write(page, odile, **{"text-0": "Le mien."})
    assert shown.status_code == 409
    assert "rien n’a été gardé" in text_of(shown)
    assert "Le mien." in shown.content.decode()
    assert kept()[0]["blocks"][0]["text"] == "Celui d’une autre."
    # She has been told: kept again, hers takes its place.
    assert write(shown, odile).status_code == 302
    assert kept()[0]["blocks"][0]["text"] == "Le mien."


def test_the_letter_of_an_answer_that_has_none_begins_with_what_is_said_today(odile: Portal, desk: Desk) -> None:
    page = odile.get(HOME + "a-lettres/lettres/")
    link = next(one for one in page_of(page).find_all("a") if "refus" in one.get("href"))
    page = odile.get(link.get("href"))
    assert "Votre demande ne peut pas être acceptée." in page.content.decode()
    assert write(page, odile, **{"text-0": "Nous regrettons."}).status_code == 302
    assert [one["id"] for one in kept()] == ["oui", "refused"]
    assert odile.get(HOME + "a-lettres/lettres/nouvelle/abandoned/").status_code == 404


def test_a_letter_is_taken_away_and_the_change_given_up(odile: Portal, desk: Desk) -> None:
    page = odile.get(HOME + "a-lettres/lettres/")
    shown = odile.fill(page, follow=True)
    assert "La lettre est retirée" in text_of(shown)
    assert kept() == []
    page = odile.get(HOME + "a-lettres/publier/")
    assert "La lettre « oui » est retirée" in text_of(page)
    odile.fill(page, button="give_up")
    assert not WorkingCopy.objects.exists()
    assert odile.get(LETTER).status_code == 200


def test_a_preview_shows_every_paragraph_and_when_it_is_said(odile: Portal, desk: Desk) -> None:
    text = text_of(odile.get(LETTER + "apercu/"))
    assert "Votre demande « Numéro de la demande » est acceptée" in text
    assert "Seulement si : « Type d’acte » est Copie intégrale" in text


def test_a_preview_with_a_request_is_for_who_may_open_it(odile: Portal, desk: Desk, portal: Portal) -> None:
    case = desk.file()
    assert "Vous ne pouvez ouvrir aucune demande" in text_of(odile.get(LETTER + f"apercu/?demande={case.reference}"))
    Membership.objects.create(user=desk.claire, department=desk.civil, role="procedure_admin", title="cheffe")
    portal.force_login(desk.claire)
    text = text_of(portal.get(LETTER + f"apercu/?demande={case.reference}"))
    assert f"Votre demande {case.reference} est acceptée, Zoé Lefèvre." in text
    assert "Anne Morvan" in text


def test_a_letter_that_names_what_is_no_longer_asked_says_so_and_forbids_publication(odile: Portal, desk: Desk) -> None:
    letters = [{**people.LETTERS[0], "blocks": [{"text": "[[reponse.disparue]]"}]}]
    editing.change_letters(desk.procedure, letters, by=odile_of(desk), mark=mark(desk))
    assert "nomme ce que la démarche ne demande plus" in text_of(odile.get(HOME + "a-lettres/lettres/"))
    assert "[[reponse.disparue]]" in odile.get(LETTER).content.decode()
    page = odile.get(HOME + "a-lettres/publier/")
    assert "Ce qui l’interdit" in text_of(page)
    page = odile.post(HOME + "a-lettres/publier/", {"mark": mark(desk)})
    assert page.status_code == 422
    assert WorkingCopy.objects.exists()


def test_publishing_what_somebody_changed_meanwhile_shows_it_first(odile: Portal, desk: Desk) -> None:
    editing.change_letters(desk.procedure, [], by=odile_of(desk), mark=mark(desk))
    page = odile.get(HOME + "a-lettres/publier/")
    editing.change_letters(desk.procedure, people.LETTERS, by=odile_of(desk), mark=mark(desk))
    shown = odile.fill(page)
    assert shown.status_code == 409
    assert "Quelqu’un l’a modifiée entre-temps" in text_of(shown)


def test_a_role_limited_to_one_procedure_writes_no_other(odile: Portal, desk: Desk) -> None:
    Membership.objects.filter(role="procedure_admin").update(procedures=[str(desk.procedure.public_id)])
    assert Procedure.objects.filter(department=desk.civil).count() > 1
    assert odile.get(HOME + "acte/lettres/").status_code == 404
    assert odile.get(LETTER).status_code == 200
    assert "acte/lettres/" not in odile.get(HOME).content.decode().replace("a-lettres/lettres/", "")
    assert odile.get("/atelier/equipe/").status_code == 403


def test_a_procedure_whose_law_is_uncertain_asks_who_validated_it(odile: Portal, desk: Desk) -> None:
    legal = {**samples.content()["legal"], "review": "needed"}
    made = samples.procedure("incertaine", department=desk.civil, id="incertaine")
    working_copy.save(made, samples.content(id="incertaine", legal=legal), by=odile_of(desk))
    page = odile.get(HOME + "incertaine/publier/")
    shown = odile.fill(page)
    assert shown.status_code == 422
    assert "Nommez qui l’a validée." in text_of(shown)
    odile.fill(shown, values={"reviewed_by": "Maître Fictif", "reviewed_on": "2026-11-02"})
    made.refresh_from_db()
    assert made.current_version is not None
    assert made.current_version.legal_review_by == "Maître Fictif"


def test_two_letters_never_serve_the_same_decision(odile: Portal, desk: Desk) -> None:
    page = odile.get(HOME + "a-lettres/lettres/nouvelle/granted/")
    shown = write(page, odile, **{"text-0": "Une autre."})
    assert shown.status_code == 422
    assert "Une autre lettre sert déjà ces décisions" in text_of(shown)
    assert "Une autre." in shown.content.decode()


def test_a_page_of_before_a_publication_writes_over_nothing_of_it(odile: Portal, desk: Desk) -> None:
    """The revision of what is written begins again with each version: the page names the version too."""
    page, gone = odile.get(LETTER), odile.get(HOME + "a-lettres/lettres/")
    actor = odile_of(desk)
    other = [{**people.LETTERS[0], "blocks": [{"text": "Publiée par une autre."}]}]
    editing.change_letters(desk.procedure, other, by=actor, mark=mark(desk))
    editing.publish_written(desk.procedure, by=actor, mark=mark(desk))
    assert write(page, odile, **{"text-0": "La mienne."}).status_code == 409
    assert "Rien n’a été retiré" in text_of(odile.fill(gone, follow=True))
    assert not WorkingCopy.objects.exists()
