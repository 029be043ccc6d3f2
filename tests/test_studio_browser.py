"""A new procedure written and published by the keyboard alone, then filed by a citizen; small changes on a telephone."""

from collections.abc import Callable
from typing import Literal

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser import NARROW, assert_accessible, assert_reflows, sign_in

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

ON_IT = "element => element === document.activeElement"
FURTHEST = 250


def hold(page: Page) -> None:
    assert_accessible(page)
    assert_reflows(page)


def reach(page: Page, target: Locator) -> None:
    """Press Tab until a control has the focus, from wherever the page left it."""
    expect(target).to_be_attached()
    for _press in range(FURTHEST):
        if target.evaluate(ON_IT):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{target} is not reached by the keyboard.")


def enter(page: Page, target: Locator) -> None:
    """Press Enter on a link or a button, and wait for the page that follows."""
    reach(page, target)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def press(page: Page, role: Literal["link", "button"], name: str) -> None:
    enter(page, page.get_by_role(role, name=name, exact=True).first)


def write(page: Page, label: str, text: str) -> None:
    reach(page, page.locator("form#part, form#letter").get_by_label(label, exact=False).first)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def choose(page: Page, label: str, text: str) -> None:
    """Choose in a closed list as its first letters are typed."""
    found = page.locator("form#part").get_by_label(label, exact=False).first
    reach(page, found)
    page.keyboard.type(text, delay=5)
    expect(found.locator("option:checked")).to_contain_text(text)


def add_question(page: Page, kind: str, label: str, **more: str) -> None:
    press(page, "link", "Question")
    link = page.locator("section[aria-labelledby=h-types] a", has=page.get_by_text(kind, exact=False)).first
    enter(page, link)
    write(page, "Question", label)
    for name, text in more.items():
        write(page, {"answers": "Réponses", "statement": "Déclaration"}[name], text)
    press(page, "button", "Ajouter")
    expect(page.get_by_text(f"Enregistré : « {label} » ajouté.")).to_be_visible()


def depends(page: Page, question: str, answer: str) -> None:
    """Show the question of the page only with one answer of another."""
    reach(page, page.get_by_label("Question 1", exact=True).first)
    page.keyboard.type(question, delay=5)
    reach(page, page.get_by_label("Réponse 1", exact=True).first)
    page.keyboard.type(answer)
    press(page, "button", "Enregistrer")
    expect(page.get_by_text("Enregistré :")).to_be_visible()


def begin(page: Page) -> None:
    sign_in(page, "admin@exemple.fr")
    page.goto("/atelier/demarches/")
    press(page, "link", "Nouvelle démarche")
    hold(page)
    press(page, "link", "D’une page blanche")
    write(page, "Nom de la démarche", "Emprunter du matériel")
    choose(page, "Service responsable", "Service Voirie")
    press(page, "button", "Commencer le brouillon")
    expect(page.get_by_role("heading", level=1)).to_have_text("Emprunter du matériel")
    hold(page)


def ask(page: Page) -> None:
    """Write eight questions, two of them under a condition."""
    press(page, "link", "Décrivez votre demande")
    write(page, "Question", "Quel est votre évènement ?")
    press(page, "button", "Enregistrer")
    add_question(page, "Un choix unique", "Vous êtes", answers="Un particulier\nUne association\nUne école")
    add_question(page, "Texte court", "Nom de l’association")
    depends(page, "Vous", "une association")
    add_question(page, "Plusieurs choix", "De quoi avez-vous besoin ?", answers="Tables\nBancs\nBarnum")
    hold(page)
    add_question(page, "Nombre entier", "Combien de tables ?")
    depends(page, "De quoi avez-vous", "tables")
    add_question(page, "Période", "Du premier au dernier jour")
    add_question(page, "Téléphone", "Un numéro où vous joindre le jour même")
    add_question(page, "Case à cocher", "Je rends le matériel propre")
    # A slip is said, by name, and nothing is lost.
    write(page, "Question", "")
    page.keyboard.press("Delete")
    press(page, "button", "Enregistrer")
    page.locator("section.errors").wait_for()
    hold(page)
    write(page, "Question", "Je m’engage à rendre le matériel propre")
    press(page, "button", "Enregistrer")
    # Up, then undone.
    press(page, "button", "Monter")
    expect(page.get_by_role("button", name="Monter", exact=True)).to_be_focused()
    enter(page, page.get_by_role("button", name="Annuler"))
    expect(page.get_by_text("Annulé :")).to_be_visible()


def rule(page: Page) -> None:
    """Choose the workflow, then say what only the town can say."""
    press(page, "link", "Circuit")
    hold(page)
    reach(page, page.get_by_role("radio", name="Décision, avec pièces manquantes"))
    page.keyboard.press("ArrowDown")
    press(page, "button", "Le mettre à la place de celui-ci")
    expect(page.get_by_text("Enregistré : circuit « Décision, avec visa ».")).to_be_visible()
    press(page, "link", "Présentation")
    hold(page)
    write(page, "En une phrase ou deux", "Tables, bancs et barnums pour vos fêtes.")
    write(page, "Thème", "Vie associative")
    write(page, "Qui peut la demander", "Les habitants, les associations et les écoles de la commune.")
    write(page, "Les documents, un par ligne", "L’attestation d’assurance")
    write(page, "Coût", "Gratuit")
    write(page, "Délai habituel de réponse", "Environ 10 jours")
    press(page, "button", "Enregistrer")
    expect(page.get_by_text("Enregistré : Présentation.")).to_be_visible()
    press(page, "link", "Règles et délais")
    hold(page)
    choose(page, "Ce que c’est", "une demande")
    write(page, "Textes sur lesquels elle repose", "Règlement du prêt de matériel, délibération fictive.")
    reach(page, page.get_by_label("pas encore dit", exact=True))
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    write(page, "Au bout de combien de temps", "2 mois")
    write(page, "Texte qui le dit", "Article fictif.")
    write(page, "À quoi servent les données", "Prêter le matériel.")
    choose(page, "Base légale", "une mission")
    write(page, "Texte qui la fonde", "Mission d’intérêt public.")
    write(page, "Gardées pendant, en mois", "12")
    write(page, "Pourquoi si longtemps", "Un an, le temps des réclamations.")
    press(page, "button", "Enregistrer")
    expect(page.get_by_text("Enregistré : Règles et délais.")).to_be_visible()
    expect(page.get_by_text("Rien ne manque.")).to_be_visible()


def publish(page: Page) -> None:
    """Write the letter of an acceptance, then publish."""
    press(page, "link", "Lettres")
    hold(page)
    enter(page, page.locator("a[href$='/nouvelle/granted/']"))
    write(page, "Texte", "Bonjour [[Nom de la personne]], le matériel vous attend.")
    press(page, "button", "Garder la lettre")
    press(page, "link", "Publier")
    hold(page)
    press(page, "button", "Publier")
    expect(page.get_by_text("La version 1 est publiée.")).to_be_visible()


def file_it(page: Page) -> None:
    sign_in(page, "citoyen@exemple.fr")
    page.goto("/demarches/emprunter-du-materiel/")
    oneself = page.locator("label", has_text="Pour moi")
    if oneself.count():
        oneself.click()
    page.get_by_role("button", name="Commencer la demande").click()
    page.get_by_label("Quel est votre évènement ?").fill("La fête de la rue.")
    page.locator("label", has_text="Une association").click()
    page.get_by_label("Nom de l’association").fill("Les Amis de la brume")
    page.locator("label", has_text="Tables").first.click()
    page.get_by_label("Combien de tables ?").fill("4")
    for side, day in enumerate(("12", "13")):
        for part, value in (("Jour", day), ("Mois", "6"), ("Année", "2027")):
            page.get_by_label(part, exact=True).nth(side).fill(value)
    page.get_by_label("Un numéro où vous joindre le jour même").fill("01 99 00 12 34")
    page.locator("label", has_text="Je m’engage").click()
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/applicant/")
    for name, text in {
        "family_name": "Lefèvre",
        "given_names": "Zoé",
        "address-street": "14 rue des Tanneurs",
        "address-postcode": "99240",
        "address-city": "Val-de-Brume",
    }.items():
        found = page.locator(f"input[name='applicant_{name}']")
        if found.count() and not found.input_value():
            found.fill(text)
    page.locator("label", has_text="Par courriel").or_(page.locator("label", has_text="électronique")).first.click()
    page.get_by_role("button", name="Continuer").click()
    page.wait_for_url("**/recapitulatif/")
    expect(page.get_by_text("Les Amis de la brume")).to_be_visible()
    page.get_by_role("region", name="Votre déclaration").locator("label").first.click()
    page.get_by_role("button", name="Envoyer ma demande").click()
    page.wait_for_url("**/demandes/**")


def test_a_procedure_is_written_by_the_keyboard_alone_published_and_filed(
    page: Page, open_page: Callable[..., Page]
) -> None:
    begin(page)
    ask(page)
    rule(page)
    publish(page)
    file_it(open_page())


def test_a_small_change_is_made_on_a_telephone_without_scripts(open_page: Callable[..., Page]) -> None:
    page = open_page(java_script_enabled=False)
    sign_in(page, "admin@exemple.fr")
    page.set_viewport_size(NARROW)
    page.goto("/atelier/demarches/permis-detention-chien/")
    page.locator(".outline ol a").first.click()
    page.locator("form#part").get_by_label("Aide", exact=False).fill("Elle figure sur votre carte.")
    page.get_by_role("button", name="Enregistrer", exact=True).last.click()
    expect(page.get_by_text("Enregistré :")).to_be_visible()
    expect(page.locator(".preview").get_by_text("Elle figure sur votre carte.")).to_be_visible()
    assert_reflows(page)
    page.get_by_role("button", name="Annuler").click()
    expect(page.get_by_text("Annulé :")).to_be_visible()
