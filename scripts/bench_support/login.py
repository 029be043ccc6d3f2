"""Signing in, page and form, against Django's own LoginView with its own backend; passwords are hashed for almost nothing."""

from __future__ import annotations

from collections.abc import Iterator

from allauth.account.models import EmailAddress
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from bench_support.browser import Browser
from bench_support.figures import Action, least, say, statements
from bench_support.world import World
from tests.support import samples

# What proves a password is slow on purpose, and the same on both sides: it would hide all the rest.
CHEAP = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STOCK_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
# Each signs in once: nobody has hundreds of open sessions.
PEOPLE = 500


def run(world: World) -> None:
    """Print the ratio, the bare figures and the queries."""
    with override_settings(PASSWORD_HASHERS=CHEAP):
        for number in range(PEOPLE):
            user = samples.citizen(email_of(number))
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        people = iter(range(PEOPLE))
        ours = sign_in(world, people, reverse("account_login"), "login", settings.AUTHENTICATION_BACKENDS)
        theirs = sign_in(world, people, reverse("bench_login"), "username", STOCK_BACKENDS)
        own, stock = least(ours, theirs)
        say("login.vs_django", value=round(own / stock, 3), unit="ratio")
        for name, value, action in (("login", own, ours), ("stock_login", stock, theirs)):
            with statements() as sent:
                action()
            say(f"{name}.cpu_ms", value=round(value, 2), unit="ms")
            say(f"{name}.queries", value=len(sent), unit="queries")


def email_of(number: int) -> str:
    """Return the address of one of them."""
    return f"habitant-{number}@exemple.fr"


def sign_in(world: World, people: Iterator[int], path: str, name: str, backends: list[str]) -> Action:
    """Return what opens the page and sends its form: another person each time, from another place, as tries are counted."""

    def action() -> None:
        settings.AUTHENTICATION_BACKENDS = backends
        number = next(people)
        browser = Browser(world.application, address=f"10.0.{number // 256}.{number % 256}")
        page = browser.get(path).expect(200)
        browser.send(page, path, {name: email_of(number), "password": samples.PASSWORD}).expect(302)
        if "sessionid" not in browser.cookies:
            raise RuntimeError(f"{path} signs nobody in")

    return action
