"""A clerk's morning: thirty requests waiting, none by noon, the keyboard alone; the main acts again on a telephone."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browser import NARROW, assert_accessible, assert_reflows, sign_in, watched_context
from tests.support.servers import Live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

AGENT = "agent@exemple.fr"
# Thirty more in the agent's sector, by invented people, some with a message; none followed by anyone.
MORNING = """
from accounts.models import User
from portal.demo import Story, _tell
from procedures.models import Procedure, Submission
users = {user.email: user for user in User.objects.filter(email__endswith='@exemple.fr')}
Submission.objects.filter(status='submitted').update(status='closed', state='cancelled', closed_at='2026-01-01T00:00Z')
for number in range(30):
    slug = ('acte-mariage', 'acte-naissance', 'acte-deces')[number % 3]
    message = 'Avez-vous bien reçu ma demande ?' if number % 10 == 0 else ''
    story = Story(slug, ('Ada', f'Essai{chr(97 + number % 26)}', '3 rue Haute'), message=message)
    _tell(story, Procedure.objects.get(slug=slug), users)
"""


@pytest.fixture
def clerk(browser: Browser, fresh_live: Live) -> Iterator[Page]:
    """Return the page of an agent who signs in to a morning of thirty requests."""
    fresh_live.manage("shell", "-v0", "-c", MORNING)
    with watched_context(browser, fresh_live.url) as context:
        page = context.new_page()
        sign_in(page, AGENT)
        page.goto("/agent/")
        yield page


def hold(page: Page) -> None:
    assert_accessible(page)
    assert_reflows(page)


def counter(page: Page, label: str) -> str:
    link = page.get_by_role("navigation", name="Ce qui m’attend").get_by_role("link").filter(has_text=label)
    return (link.locator("b").text_content() or "").strip()


def wait_for_the_end(page: Page) -> None:
    """Look again, as the page offers, until the worker has done it all."""
    again = page.get_by_role("link", name="Regarder de nouveau")
    for _look in range(60):
        if not again.count():
            return
        page.wait_for_timeout(500)
        again.click()
    raise AssertionError("The worker did not finish.")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_thirty_requests_are_done_with_the_keyboard_alone(clerk: Page) -> None:
    page = clerk
    assert counter(page, "À attribuer") == "30"
    hold(page)
    # The list, two requests ticked from row to row, then the whole view.
    press(page, "g", "d")
    page.wait_for_url("**/agent/demandes/")
    page.get_by_role("navigation", name="Vues").get_by_role("link", name="À attribuer").focus()
    press(page, "Enter")
    page.wait_for_url("**/agent/demandes/?agent=a-attribuer")
    press(page, "j", "x", "j", "x")
    expect(page.get_by_role("status").filter(has_text="cochées")).to_have_text("2 demandes cochées")
    hold(page)
    page.get_by_role("button", name="Agir sur toute la vue").focus()
    press(page, "Enter")
    page.get_by_role("heading", name="Agir sur plusieurs demandes").wait_for()
    page.get_by_role("radio", name="faire avancer").focus()
    press(page, "Space")
    page.get_by_label("Pour faire avancer").focus()
    press(page, "ArrowDown")
    page.get_by_role("button", name="Essayer sans rien faire").focus()
    press(page, "Enter")
    expect(page.get_by_text("30 demandes passeraient")).to_be_visible()
    hold(page)
    page.get_by_role("button", name=re.compile("Le faire pour")).focus()
    press(page, "Enter")
    page.wait_for_url(re.compile(r"/agent/lots/[0-9a-f-]+/"))
    hold(page)
    # The worker does them, one by one.
    wait_for_the_end(page)
    expect(page.get_by_text("30 sur 30 faites.")).to_be_visible()
    # Now they are hers: the first one is opened, noted, answered, decided; then the next.
    page.goto("/agent/demandes/?agent=moi")
    press(page, "j", "Enter")
    page.wait_for_url(re.compile(r"/agent/demandes/2026-"))
    first = page.url
    hold(page)
    press(page, "n")
    expect(page.get_by_role("textbox", name="Note pour vos collègues")).to_be_focused()
    page.keyboard.type("a r c : ces lettres n’ouvrent rien ici.")
    press(page, "Control+Enter")
    expect(page.get_by_text("ces lettres n’ouvrent rien ici.")).to_be_visible()
    assert page.url.startswith(first)
    press(page, "m")
    page.keyboard.type("Votre acte est prêt.")
    press(page, "Control+Enter")
    expect(page.get_by_text("Votre message est envoyé.")).to_be_visible()
    press(page, "a")
    page.wait_for_url(re.compile(r"/actions/"))
    hold(page)
    page.get_by_role("textbox").last.focus()
    press(page, "Control+Enter")
    page.wait_for_url(re.compile(r"/agent/demandes/2026-[\w-]+/$"))
    press(page, "j")
    expect(page).not_to_have_url(first)
    press(page, "k")
    expect(page).to_have_url(first)
    press(page, "g", "a")
    page.wait_for_url("**/agent/")
    assert counter(page, "À attribuer") == "0"
    hold(page)
    press(page, "?")
    page.wait_for_url("**/agent/clavier/")
    hold(page)


def test_the_main_acts_are_done_on_a_telephone(page: Page) -> None:
    sign_in(page, AGENT)
    page.set_viewport_size(NARROW)
    page.goto("/agent/demandes/?agent=a-attribuer")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("link", name=re.compile("2026-")).first.click()
    page.get_by_role("button", name="Je la suis").click()
    expect(page.get_by_text("suit maintenant cette demande.")).to_be_visible()
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_role("textbox", name="Note pour vos collègues").fill("Vu sur le terrain.")
    page.get_by_role("button", name="Garder la note").click()
    expect(page.get_by_text("Vu sur le terrain.")).to_be_visible()
    page.get_by_role("combobox", name="Ajouter une étiquette").fill("Terrain")
    page.get_by_role("button", name="Ajouter l’étiquette").click()
    expect(page.get_by_role("link", name="Terrain", exact=True)).to_be_visible()
    hold(page)
