"""The frame of a step is drawn once for everyone who stands there: each person sees hers, and nothing of another's."""

import re

import pytest
from django.core.cache import caches

from procedures.models import Draft
from tests.support import samples
from tests.support.client import Portal

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    caches["template_fragments"].clear()


def begin(portal: Portal) -> tuple[Draft, str]:
    """Begin a draft; return it with the address of its first step."""
    answer = portal.post("/demarches/acte/commencer/")
    return Draft.objects.latest("pk"), answer.headers["Location"]


def page(portal: Portal, address: str) -> str:
    return str(portal.get(address).content.decode())


def own(text: str) -> str:
    """Return a page without what differs at each drawing: its token and the mark of its tab."""
    return re.sub(r'name="(csrfmiddlewaretoken|tab)" value="[^"]+"', "", text)


def test_the_page_kept_reads_as_the_page_drawn() -> None:
    samples.procedure()
    portal = Portal()
    _draft, address = begin(portal)
    assert own(page(portal, address)) == own(page(portal, address))


def test_a_page_that_saved_nothing_yet_says_nothing() -> None:
    samples.procedure()
    portal = Portal()
    draft, address = begin(portal)
    for _ in range(2):
        assert '<div class="banner ok" hidden>' in page(portal, address)
    portal.post(address, {"action": "later", "revision": "0"})
    draft.refresh_from_db()
    for _ in range(2):
        text = page(portal, address)
        assert '<div class="banner ok">' in text
        assert "Enregistré" in text


def test_two_people_at_one_step_see_each_their_own() -> None:
    samples.procedure()
    zoe, ali = Portal(), Portal()
    (hers, her_address), (his, his_address) = begin(zoe), begin(ali)
    Draft.objects.filter(pk=hers.pk).update(answers={"kind": "other", "which": "Zoé d’Ée"})
    first, second = page(zoe, her_address), page(ali, his_address)
    assert "Zoé d’Ée" in first
    assert "Zoé d’Ée" not in second
    assert str(hers.public_id) in first
    assert str(hers.public_id) not in second
    assert str(his.public_id) in second
    token = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
    assert token.search(first)[1] != token.search(second)[1]  # type: ignore[index]
