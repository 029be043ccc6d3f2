"""The home page against a plain page of the same base template, with a dozen procedures."""

from __future__ import annotations

from django.urls import reverse

from bench_support.figures import least, say, statements
from bench_support.world import World
from tests.support import samples


def run(world: World) -> None:
    """Print the ratio, the bare figures and the queries."""
    browser = world.browser()
    home, plain = reverse("home"), reverse("bench_plain")
    browser.get(home).expect(200)
    for number in range(12):
        samples.procedure(f"demarche-{number}", id=f"demarche_{number}", title=f"Démarche {number}")
    page, against = least(lambda: browser.get(home).expect(200), lambda: browser.get(plain).expect(200))
    say("portal.home.vs_plain_page", value=round(page / against, 3), unit="ratio")
    say("portal.home.cpu_ms", value=round(page, 2), unit="ms")
    with statements() as sent:
        browser.get(home).expect(200)
    say("portal.home.queries", value=len(sent), unit="queries")
