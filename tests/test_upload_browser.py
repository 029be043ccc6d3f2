"""Files sent by the script, in a real browser: progress in words, a cut network, the keyboard, axe, 320 px; and without it."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, StorageState, expect

from tests.support.browser import NARROW, PATIENCE_MS, assert_accessible, assert_reflows, sign_in, watched_context
from tests.support.clamav import MARKER
from tests.support.samples_of_files import PDF
from tests.support.servers import Live, Seed, run_live

pytestmark = [pytest.mark.browser, pytest.mark.one_database]

CITIZEN = "citoyen@exemple.fr"
TESTS = 8
LOAD = f"""
import json
from accounts.models import User
from procedures.models import Draft
from tests.support import samples
from town.models import Department
field = {{"type": "file", "id": "proof", "label": "Livret de famille", "max_files": 2, "kind": "identity"}}
step = {{"id": "file", "title": "Pièce", "question": "Votre pièce", "sections": [{{"id": "s", "fields": [field]}}]}}
found = samples.procedure(
    "un-fichier", department=Department.objects.earliest("pk"), steps=[step], applicant={{"identification": "none"}}
)
person = User.objects.get(email={CITIZEN!r}).person
drafts = [Draft.objects.create(procedure=found, version=found.current_version, person=person) for _ in range({TESTS})]
print(json.dumps([str(draft.public_id) for draft in drafts]))
"""
LONG = PDF[:20] + b"x" * 1_500_000 + PDF[20:]
ADDRESS = re.compile(r"/fichiers/")


@pytest.fixture(scope="module")
def drafts(live: Live) -> Iterator[str]:
    """Yield drafts that lack a file alone, one for each test."""
    return iter(json.loads(live.manage("shell", "--no-imports", "-c", LOAD).strip().splitlines()[-1]))


@pytest.fixture(scope="module")
def signed_in(browser: Browser, live: Live) -> StorageState:
    """Return the cookies of the person who owns the drafts."""
    with watched_context(browser, live.url) as context:
        sign_in(context.new_page(), CITIZEN)
        return context.storage_state()


@pytest.fixture
def step(open_page: Callable[..., Page], drafts: Iterator[str], signed_in: StorageState) -> Callable[..., Page]:
    """Return a way to open the step of a draft that asks for a file."""

    def open_one(**options: Any) -> Page:
        page = open_page(storage_state=signed_in, **options)
        page.goto(f"/brouillons/{next(drafts)}/file/")
        return page

    return open_one


def choose(page: Page, name: str = "livret.pdf", data: bytes = LONG) -> None:
    """Choose a file in the input."""
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "application/pdf", "buffer": data})


def status(page: Page) -> Any:
    """Return the polite region where the state is said."""
    return page.locator(".uploading [role=status]")


def assert_went_on(page: Page) -> None:
    """Hold that the step was left for the recap, which names the file."""
    page.wait_for_url("**/recapitulatif/")
    expect(page.locator("dl.answers")).to_contain_text("livret.pdf")


class Slow:
    """Holds each piece until it is let go: what a page shows meanwhile can be looked at."""

    def __init__(self, page: Page) -> None:
        self.waiting: list[Route] = []
        self.held = True
        page.route(ADDRESS, self.pass_or_hold)

    def pass_or_hold(self, route: Route) -> None:
        """Hold a request, or let it pass."""
        if self.held:
            self.waiting.append(route)
        else:
            route.continue_()

    def let_go(self) -> None:
        """Let every request pass from now on; one that the page gave up meanwhile goes nowhere."""
        self.held = False
        for route in self.waiting:
            route.continue_()


def test_a_file_leaves_as_soon_as_it_is_chosen_and_says_how_far_it_is(step: Callable[..., Page]) -> None:
    page = step(viewport=NARROW)
    slow = Slow(page)
    choose(page)
    bar = page.get_by_role("progressbar", name="Avancement de l’envoi – livret.pdf")
    expect(bar).to_be_visible()
    expect(status(page)).to_contain_text("Envoi de «\u00a0livret.pdf\u00a0»")
    assert_reflows(page)
    assert_accessible(page)
    slow.let_go()
    expect(status(page)).to_have_text("«\u00a0livret.pdf\u00a0» est joint.")
    expect(page.locator(".files li")).to_contain_text("livret.pdf")
    expect(bar).to_have_count(0)
    assert page.locator("input[type=file]").input_value() == ""
    assert_reflows(page)
    assert_accessible(page)
    page.get_by_role("button", name="Continuer").last.click()
    assert_went_on(page)


def test_a_cut_network_is_told_and_the_sending_goes_on_where_it_was(
    browser: Browser, live: Live, drafts: Iterator[str], signed_in: StorageState
) -> None:
    # A context of its own: a request that is cut is an error of the console, as it must be.
    context = browser.new_context(base_url=live.url, storage_state=signed_in, locale="fr-FR")
    page = context.new_page()
    page.goto(f"/brouillons/{next(drafts)}/file/")
    offsets: list[int] = []

    def unsteady(route: Route) -> None:
        found = re.search(rb'name="offset"\r\n\r\n(\d+)', route.request.post_data_buffer or b"")
        offsets.append(int(found[1]) if found else -1)
        if len(offsets) in (2, 3):
            route.abort()
        elif len(offsets) == 5:
            # The piece arrives; its answer is lost.
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route(ADDRESS, unsteady)
    choose(page)
    expect(status(page)).to_have_text(re.compile("La connexion est coupée"))
    expect(status(page)).to_have_text("«\u00a0livret.pdf\u00a0» est joint.", timeout=20_000)
    assert offsets.count(0) == 1
    assert offsets[1] == offsets[2] == offsets[3] == 524_288
    assert page.locator(".files li").count() == 1
    context.close()


def test_a_refusal_says_why_beside_its_question(step: Callable[..., Page]) -> None:
    page = step()
    choose(page, "page.pdf", b"<html>ceci n'est pas un PDF</html>")
    expect(status(page)).to_contain_text("«\u00a0page.pdf\u00a0» n’a pas été gardé")
    error = page.locator("fieldset .error")
    expect(error).to_contain_text("page.pdf")
    described = page.locator("input[type=file]").get_attribute("aria-describedby") or ""
    assert str(error.get_attribute("id")) in described.split()
    assert_accessible(page)
    choose(page)
    expect(status(page)).to_have_text("«\u00a0livret.pdf\u00a0» est joint.")
    expect(error).to_have_count(0)


def test_all_of_it_is_done_with_the_keyboard(step: Callable[..., Page]) -> None:
    page = step()
    slow = Slow(page)
    choose(page)
    field = page.locator("input[type=file]")
    field.focus()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Annuler l’envoi livret.pdf")).to_be_focused()
    page.keyboard.press("Enter")
    slow.let_go()
    expect(status(page)).to_contain_text("est annulé")
    expect(field).to_be_focused()
    expect(page.locator(".files li")).to_have_count(0)
    choose(page)
    expect(status(page)).to_contain_text("est joint")
    remove = page.get_by_role("button", name="Retirer livret.pdf")
    remove.focus()
    page.keyboard.press("Enter")
    expect(status(page)).to_have_text("Le fichier est retiré.")
    expect(field).to_be_focused()
    expect(page.locator(".files li")).to_have_count(0)


def test_a_page_that_is_sent_too_early_waits_for_its_files(step: Callable[..., Page]) -> None:
    page = step()
    slow = Slow(page)
    choose(page)
    expect(status(page)).to_contain_text("Envoi de")
    page.get_by_role("button", name="Continuer").last.click()
    expect(status(page)).to_contain_text("en cours d’envoi")
    slow.let_go()
    assert_went_on(page)


def test_without_a_script_the_native_input_does_the_work(step: Callable[..., Page]) -> None:
    page = step(java_script_enabled=False)
    choose(page)
    page.get_by_role("button", name="Continuer").last.click()
    assert_went_on(page)


@pytest.fixture(scope="module")
def scanned_live(seed: Seed, clamd: str) -> Iterator[Live]:
    """Return a portal of its own, where files are checked by a real clamd."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("FILE_SCANNER", "procedures.lifecycle.scanning.ClamAvScanner")
        patched.setenv("CLAMAV_SOCKET", clamd)
        with run_live(seed) as portal:
            yield portal


def test_the_check_is_followed_to_its_end_on_the_page(browser: Browser, scanned_live: Live) -> None:
    draft = json.loads(scanned_live.manage("shell", "--no-imports", "-c", LOAD).strip().splitlines()[-1])[0]
    with watched_context(browser, scanned_live.url) as context:
        page = context.new_page()
        sign_in(page, CITIZEN)
        page.goto(f"/brouillons/{draft}/file/")
        choose(page, "sain.pdf", PDF)
        expect(status(page)).to_have_text("«\u00a0sain.pdf\u00a0» est arrivé, nous le vérifions.")
        expect(page.locator(".files li")).to_contain_text("analyse en cours")
        expect(status(page)).to_have_text("«\u00a0sain.pdf\u00a0» est joint.", timeout=PATIENCE_MS)
        expect(page.locator(".files li")).to_contain_text("vérifié")
        choose(page, "suspect.pdf", PDF[:9] + MARKER + PDF[9:])
        wrong = page.locator(".files .error")
        expect(wrong).to_contain_text("Nous avons bloqué «\u00a0suspect.pdf\u00a0»", timeout=PATIENCE_MS)
        expect(status(page)).to_contain_text("Nous avons bloqué")
        assert_accessible(page)
        assert_reflows(page)
        page.get_by_role("button", name="Retirer suspect.pdf").click()
        expect(page.locator(".files li")).to_have_count(1)
