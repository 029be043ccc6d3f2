"""The agent's side: what the inbox, a search and a case cost, with few cases and with many."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connection
from django.urls import NoReverseMatch, reverse

from accounts.models import Membership, Person, User
from bench_support.browser import Browser, Reply
from bench_support.cases import Cases, size_mb
from bench_support.figures import Skip, least, say, statements
from bench_support.filing import file_once
from bench_support.world import World
from procedures.models import Submission
from tests.support import samples
from tests.support.queue import drain
from tests.support.rights_watch import RightsWatch
from town.models import Department

FEW = 1_000
MANY = 1_000_000 if os.environ.get("FULL") else 20_000


def run(world: World) -> None:
    """Measure the pages with few cases, grow the pile, measure them again, and print the ratios."""
    try:
        reverse("desk:list")
    except NoReverseMatch as error:
        raise Skip("the desk has no address yet") from error
    departments = [world.procedure.department, *(samples.department(f"service-{n}", f"Service {n}") for n in range(3))]
    agent = an_agent(world.procedure.department)
    browser = signed_in(world, agent)
    file_once(world)
    drain()
    cases = Cases(Submission.objects.order_by("-pk")[0], departments, agent)
    cases.grow(FEW)
    few = measure(browser, agent)
    cases.grow(MANY)
    many = measure(browser, agent, after=".many")
    for name, cost in many.items():
        say(f"desk.{name}.growth_1m", value=round(cost / few[name], 2), unit="ratio", cases=[FEW, MANY])
    say("desk.database_mb", value=round(size_mb()), unit="MB", cases=MANY)


def measure(browser: Browser, agent: User, after: str = "") -> dict[str, float]:
    """Return the CPU of each page, in plain pages; print it in milliseconds, and its queries.

    The two sizes are measured minutes apart: the plain page, measured at the same moment, takes the machine's mood out.
    """
    took = {}
    plain = reverse("bench_plain")
    for name, show in pages(browser, agent).items():
        show()
        watch = RightsWatch()
        with statements() as sent, connection.execute_wrapper(watch):
            show()
        say(f"desk.{name}.queries{after}", value=len(sent), unit="queries")
        say(f"desk.{name}.rights_queries{after}", value=watch.found.total(), unit="queries")
        cost, unit = least(show, lambda: browser.get(plain).expect(200), rounds=5, times=10)
        say(f"desk.{name}.cpu_ms{after}", value=round(cost, 2), unit="ms", cases=Submission.objects.count())
        took[name] = cost / unit
    return took


def pages(browser: Browser, agent: User) -> dict[str, Callable[[], Reply]]:
    """Return the pages: the list of what is open, a search that finds one person, a case, and today's page."""
    seen = Submission.objects.filter(department__in=agent.memberships.values("department"), status="under_review")
    seen = seen.filter(messages=None, decisions=None).order_by("received_at", "pk")
    one = seen[seen.count() // 2]
    name = one.search_text.split()[1]
    listing, case, home = reverse("desk:list"), reverse("desk:case", args=[one.reference]), reverse("desk:home")

    def search() -> Reply:
        reply = browser.get(f"{listing}?q={name}").expect(200)
        if one.reference not in reply.text:
            raise RuntimeError("the search does not find the person")
        return reply

    return {
        "inbox": lambda: browser.get(listing).expect(200),
        "search": search,
        "case": lambda: browser.get(case).expect(200),
        "home": lambda: browser.get(home).expect(200),
    }


def an_agent(department: Department, email: str = "agent@exemple.fr") -> User:
    """Return an agent of one department."""
    user = User.objects.create_user(email, samples.PASSWORD)
    Person.objects.create(user=user, given_names="Nadia", family_name="Roussel")
    Membership.objects.create(user=user, department=department, role="agent", title="agente")
    return user


def signed_in(world: World, user: User) -> Browser:
    """Return a browser whose session is the agent's, her second factor given."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [{"method": "mfa", "type": "totp", "at": time.time()}]
    session.save()
    return world.browser(**{settings.SESSION_COOKIE_NAME: session.session_key})
