"""Nothing typed is lost: saving as one types, two tabs, two devices, a session that ends in the middle."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress

from accounts.models import User
from procedures.models import Draft, Submission
from tests.support import samples
from tests.support.client import Portal, page_of
from tests.test_filing import begin, step_url


@pytest.fixture
def acte(db: None) -> Any:
    return samples.procedure()


@pytest.fixture
def zoe(acte: Any) -> User:
    user = samples.citizen("zoe@exemple.fr", "Lefèvre", "Zoé")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def hidden(page: Any, name: str) -> str:
    """Return the value of a hidden input of a page."""
    return next(node.get("value") for node in page_of(page).find_all("input") if node.get("name") == name)


def drawn(page: Any, **values: Any) -> dict[str, Any]:
    """Return what a page sends: its revision and its own name, with these answers."""
    return {"revision": hidden(page, "revision"), "tab": hidden(page, "tab"), **values}


def texts(page: Any) -> str:
    return str(page.content.decode())


@pytest.mark.usefixtures("acte")
def test_what_is_typed_is_saved_without_a_button_valid_or_not(portal: Portal) -> None:
    first = begin(portal)
    page = portal.get(first)
    answer = portal.post(first, drawn(page, kind="full", copies="beaucoup", action="autosave"))
    assert answer.status_code == 200
    assert answer.json()["revision"] == 1
    assert "Enregistré" in answer.json()["said"]
    again = portal.get(first)
    assert 'value="beaucoup"' in texts(again)
    assert 'class="error"' not in texts(again)
    # The page goes on saving from the revision it was told.
    answer = portal.post(first, drawn(page, revision="1", kind="full", copies="2", action="autosave"))
    assert answer.json()["revision"] == 2
    assert Draft.objects.get().answers["copies"] == 2


@pytest.mark.usefixtures("acte")
def test_two_tabs_that_say_otherwise_lead_to_a_choice_that_loses_neither(portal: Portal) -> None:
    first = begin(portal)
    one, two = portal.get(first), portal.get(first)
    portal.post(first, drawn(one, kind="full", copies="2"))
    answer = portal.post(first, drawn(two, kind="full", copies="5"))
    conflict = answer.headers["Location"]
    assert conflict.endswith("/acte/conflit/")
    assert Draft.objects.get().answers["copies"] == 2
    # It waits: neither the step nor the recap is reached before the choice.
    assert portal.get(first).headers["Location"] == conflict
    assert portal.get(step_url(first, "recapitulatif")).headers["Location"].endswith("/acte/")
    page = portal.get(conflict)
    assert "5" in texts(page)
    assert "Type d’acte" not in [node.text for node in page_of(page).find_all("legend")]
    portal.fill(page, values={"keep-copies": "mine"})
    assert Draft.objects.get().answers["copies"] == 5
    assert not Draft.objects.get().conflicts


@pytest.mark.usefixtures("acte")
def test_the_saved_side_may_be_kept(portal: Portal) -> None:
    first = begin(portal)
    one, two = portal.get(first), portal.get(first)
    portal.post(first, drawn(one, kind="full", copies="2"))
    page = portal.get(portal.post(first, drawn(two, kind="full", copies="5")).headers["Location"])
    portal.fill(page, values={"keep-copies": "saved"})
    assert Draft.objects.get().answers["copies"] == 2


@pytest.mark.usefixtures("acte")
def test_a_side_that_is_not_valid_is_kept_as_it_was_typed(portal: Portal) -> None:
    first = begin(portal)
    one, two = portal.get(first), portal.get(first)
    portal.post(first, drawn(one, kind="full", copies="2"))
    page = portal.get(portal.post(first, drawn(two, kind="full", copies="cinq")).headers["Location"])
    assert "cinq" in texts(page)
    portal.fill(page, values={"keep-copies": "mine"})
    again = portal.get(first)
    assert 'value="cinq"' in texts(again)
    chosen = [node.get("value") for node in page_of(again).find_all("input") if node.has("checked")]
    assert "full" in chosen


@pytest.mark.usefixtures("acte")
def test_saving_a_conflict_as_one_types_says_where_to_choose(portal: Portal) -> None:
    first = begin(portal)
    one, two = portal.get(first), portal.get(first)
    portal.post(first, drawn(one, kind="full", copies="2"))
    answer = portal.post(first, drawn(two, kind="full", copies="5", action="autosave"))
    assert answer.status_code == 409
    assert answer.json()["conflict"].endswith("/conflit/")


@pytest.mark.usefixtures("acte")
def test_a_page_is_never_in_conflict_with_itself(portal: Portal) -> None:
    """An answer lost on the network, a double click, the browser's back: the same page sends again."""
    first = begin(portal)
    page = portal.get(first)
    portal.post(first, drawn(page, kind="full", copies="2", action="autosave"))
    answer = portal.post(first, drawn(page, kind="full", copies="3"))
    assert answer.headers["Location"].endswith("/parents/")
    assert Draft.objects.get().answers["copies"] == 3


@pytest.mark.usefixtures("acte")
def test_two_tabs_on_two_steps_or_with_the_same_answers_do_not_disturb_each_other(portal: Portal) -> None:
    first = begin(portal)
    one, two = portal.get(first), portal.get(first)
    portal.post(first, drawn(one, kind="full", copies="2"))
    assert portal.post(first, drawn(two, kind="full", copies="2")).headers["Location"].endswith("/parents/")
    parents = portal.get(step_url(first, "parents"))
    portal.post(first, drawn(portal.get(first), kind="full", copies="4"))
    answer = portal.post(step_url(first, "parents"), drawn(parents, mother="Anne Morvan", secret="12", action="later"))
    assert "conflit" not in answer.headers["Location"]


def test_a_session_that_ends_while_filling_loses_nothing(portal: Portal, zoe: User) -> None:
    portal.force_login(zoe)
    first = begin(portal)
    page = portal.get(first)
    sent = drawn(page, kind="full", copies="beaucoup trop")
    portal.logout()
    assert portal.post(first, sent | {"action": "autosave"}).status_code == 401
    answer = portal.post(first, sent)
    assert answer.headers["Location"] == f"/comptes/connexion/?next={first}"
    assert not Draft.objects.get().pending.get("acte")
    page = portal.get(answer.headers["Location"])
    assert "vous retrouvez tout" in texts(page).lower()
    answer = portal.fill(page, login=zoe.email, password=samples.PASSWORD, follow=True)
    assert answer.request["PATH_INFO"] == first
    assert 'value="beaucoup trop"' in texts(answer)
    portal.fill(answer, button=("action", "next"), copies="3")
    assert Draft.objects.get().answers["copies"] == 3


def test_what_was_typed_is_shown_to_nobody_else_after_the_session_ended(portal: Portal, zoe: User) -> None:
    portal.force_login(zoe)
    first = begin(portal)
    portal.logout()
    portal.post(first, {"kind": "full", "copies": "secret"})
    portal.force_login(samples.citizen("autre@exemple.fr"))
    assert portal.get(first).status_code == 404


@pytest.mark.parametrize("revision", ["", "-1", "x", "9" * 40, "1e3", "²"])
@pytest.mark.usefixtures("acte")
def test_a_revision_that_is_none_is_no_error(portal: Portal, revision: str) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(first, {"revision": revision, "kind": "full", "copies": "4"})
    assert answer.headers["Location"].endswith("/parents/")
    assert not Submission.objects.exists()
