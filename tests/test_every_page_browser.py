"""Every address, for every role of the demo town, in a browser: axe and 320 px, once per distinct page skeleton."""

import json
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page

from tests.support.addresses import names, parameters
from tests.support.browser import assert_accessible, assert_reflows, sign_in
from tests.support.servers import Live
from tests.test_rights import EXPECTED

pytestmark = pytest.mark.browser

# Role in the table of rights → login of the demo town.
LOGINS = {
    "anonymous": "",
    "other_citizen": "aidant@exemple.fr",
    "citizen": "citoyen@exemple.fr",
    "agent": "agent@exemple.fr",
    "head": "responsable@exemple.fr",
    "signatory": "signataire@exemple.fr",
    "town_admin": "admin@exemple.fr",
}
# What fills the parts of an address, read from the demo town's own rows; "key" depends on the address.
FIND = """
import json
from accounts.models import Absence, Invitation, Membership
from procedures.models import SafePaper, Submission
role = Membership.objects.filter(user__email='agent@exemple.fr').order_by('pk').first()
away = Absence.objects.get()
mine = Submission.objects.filter(person__user__email='citoyen@exemple.fr')
case = mine.filter(status='submitted').order_by('pk').first()
print('found ' + json.dumps({
    'slug': case.procedure.slug,
    'reference': case.reference,
    'token': 'forged',
    'pk': 1,
    'kind': 'brouillons',
    'paper_id': str(SafePaper.objects.get(person__user__email='citoyen@exemple.fr').public_id),
    'user_id': str(role.user.public_id),
    'studio:change_role': role.pk,
    'desk:cancel_absence': away.pk,
}))
"""
KEYS = {"filing:action": "withdraw", "desk:action": "take_charge"}
# Downloads and machine formats: nothing to look at.
NOT_PAGES = {
    "theme",
    "health",
    "filing:schema",
    "filing:prepare",
    "filing:suggestions",
    "filing:file",
    "filing:receipt",
    "filing:upload",
    "space:paper_file",
    "desk:file",
    "desk:receipt",
    # The double's machine formats; its page is opened by test_identity_browser.py.
    "demo_franceconnect",
    "demo_proconnect",
}
# A page is told from another by its elements and classes, not by its words.
SKELETON = """() => {
  const walk = e => e.tagName + '.' + e.className + (e.type ? ':' + e.type : '') +
    '(' + [...new Set([...e.children].map(walk))].join() + ')';
  return walk(document.body);
}"""

seen: set[str] = set()


@pytest.fixture(scope="module")
def values(live: Live) -> dict[str, Any]:
    """Return what fills the parts of addresses."""
    printed = live.manage("shell", "-v0", "-c", FIND)
    found: dict[str, Any] = json.loads(printed.split("found ", 1)[1].splitlines()[0])
    return found


def begin(page: Page, slug: str) -> tuple[str, str]:
    """Begin a draft as whoever is signed in; return its id and its first step."""
    page.goto(f"/demarches/{slug}/")
    page.get_by_role("button", name="Commencer la demande").click()
    *_, draft_id, step, _end = page.url.split("/")
    return draft_id, step


@pytest.mark.parametrize("role", LOGINS)
def test_every_page_that_a_role_may_open_is_accessible(page: Page, role: str, values: dict[str, Any]) -> None:
    if LOGINS[role]:
        sign_in(page, LOGINS[role])
    draft_id, step = begin(page, values["slug"])
    here = values | {"draft_id": draft_id, "step": step}
    # A stranger's own draft is as good a page as the citizen's: what is refused is the business of the table of rights.
    own = {name for name in EXPECTED if name in {"filing:draft", "filing:leave", "filing:step"}}
    opened = 0
    for name in sorted(set(names()) - NOT_PAGES):
        if EXPECTED[name][role] != 200 and name not in own:
            continue
        own_values = {"key": KEYS.get(name), "pk": here.get(name)}
        parts = {key: own_values.get(key) or here[key] for key in parameters(name)}
        answer = page.goto(reverse(name, kwargs=parts))
        assert answer is not None
        assert answer.status == 200, name
        opened += 1
        skeleton = page.evaluate(SKELETON)
        if skeleton not in seen:
            seen.add(skeleton)
            assert_accessible(page)
            assert_reflows(page)
    assert opened > 10
