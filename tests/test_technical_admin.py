"""Django's own admin: superusers alone, with their second factor, through the portal's own sign-in."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse

from accounts.models import Person, User
from journal.models import AccessLog
from tests.support import people, samples
from tests.support.rights import ROLES, browser_of, who


@pytest.fixture(autouse=True)
def second_factor(settings: Any) -> None:
    settings.SECOND_FACTOR = True


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


def places() -> Iterator[str]:
    """Yield the pages of the admin that need no key: its own, and a list and a form for each model."""
    for name in ("index", "password_change", "jsi18n", "autocomplete"):
        yield reverse(f"admin:{name}")
    for model in admin.site._registry:
        for page in ("changelist", "add"):
            yield reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}")


@pytest.mark.parametrize("role", ROLES)
def test_only_a_superuser_who_gave_her_second_factor_opens_it(role: str, town: people.Desk) -> None:
    user = who(role, town)
    signed_in = browser_of(role, user)
    # Its pages are Django's, not ours: the rules of our pages are not theirs.
    browser = Client()
    browser.cookies = signed_in.cookies
    for url in places():
        for send in (browser.get, browser.post):
            answer = send(url)
            place = answer.headers.get("Location", "")
            if role == "superuser":
                assert "connexion" not in place, url
                assert "second" not in place, url
            elif role == "superuser_bare":
                assert place.startswith("/comptes/securite/application/"), url
            else:
                assert place.startswith("/admin/login/"), url
    assert browser.get("/admin/").status_code == (200 if role == "superuser" else 302)


def test_who_is_not_a_superuser_is_refused_at_its_door(town: people.Desk) -> None:
    staff = User.objects.create_user("equipe@exemple.fr", samples.PASSWORD, is_staff=True)
    Person.objects.create(user=staff)
    for user in (town.nadia, town.zoe, staff):
        browser = browser_of("agent", user)
        assert browser.get("/admin/", follow=True).status_code == 403
        assert browser.post("/admin/login/", {"username": user.email}).status_code == 403


def test_strangers_sign_in_on_the_portals_own_page(town: people.Desk) -> None:
    User.objects.create_superuser("technique@exemple.fr", samples.PASSWORD)
    browser = Client()
    typed = {"username": "technique@exemple.fr", "password": samples.PASSWORD}
    for answer in (browser.get("/admin/login/?next=/admin/"), browser.post("/admin/login/?next=/admin/", typed)):
        assert answer.headers["Location"] == "/comptes/connexion/?next=/admin/"
    assert "_auth_user_id" not in browser.session


def test_what_a_superuser_changes_is_written_down(town: people.Desk) -> None:
    user = who("superuser", town)
    assert user is not None
    browser = Client()
    browser.cookies = browser_of("superuser", user).cookies
    browser.get("/admin/auth/group/add/")
    assert not AccessLog.objects.filter(actor=user.key).exists()
    assert browser.post("/admin/auth/group/add/", {"name": "essai"}).status_code == 302
    noted = AccessLog.objects.get(actor=user.key)
    assert (noted.action, noted.subject) == ("configure", "admin:auth_group_add")
