"""Knowing who may do what costs a page no query beyond one."""

from collections import Counter

import pytest
from django.db import connection
from django.urls import reverse

from tests.support.addresses import parameters
from tests.support.client import Portal, close_files
from tests.support.rights_watch import RightsWatch
from tests.test_query_counts import ROLES, World
from tests.test_rights import EXPECTED


def rights_asked(browser: Portal, url: str) -> Counter[str]:
    """Get a page twice and return the rights that asked the database the second time."""
    close_files(browser.get(url))
    watch = RightsWatch()
    with connection.execute_wrapper(watch):
        close_files(browser.get(url))
    return watch.found


@pytest.mark.django_db
def test_a_page_asks_the_database_once_at_most_who_may_do_what() -> None:
    world = World()
    world.grow(1)
    dear: dict[str, dict[str, int]] = {}
    asked = 0
    for role in ROLES:
        browser = world.browser(role)
        for name, answers in EXPECTED.items():
            if answers[role] == 200:
                values = world.values | world.of_one.get(name, {})
                url = reverse(name, kwargs={key: values[key] for key in parameters(name)})
                found = rights_asked(browser, url)
                asked += found.total()
                if found.total() > 1:
                    dear[f"{name} ({role})"] = dict(found)
    assert asked > 20, "the watch sees nothing"
    assert not dear, "\n".join(f"{k} {v}" for k, v in dear.items())
