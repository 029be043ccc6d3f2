"""What all processes count together: nothing lost, nothing counted twice, nothing thrown away before its time."""

import importlib.util
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from portal import guard, settings
from portal.kit import shared
from portal.kit.limits import too_many
from portal.kit.shared import SharedCache

pytestmark = pytest.mark.django_db


def another_process() -> SharedCache:
    """Return what another process has: the same table, and nothing in memory."""
    return SharedCache("shared_cache", {})


def test_what_one_process_keeps_another_finds() -> None:
    cache = caches["default"]
    cache.set("word", ["é", {"a": 1}])
    cache.set("number", 7)
    cache.set("yes", True)
    assert [another_process().get(key) for key in ("word", "number", "yes")] == [["é", {"a": 1}], 7, True]
    assert another_process().get("none", "default") == "default"


def test_of_two_who_add_one_is_told_that_it_did() -> None:
    assert caches["default"].add("lock", 1, 60)
    assert not another_process().add("lock", 2, 60)
    assert caches["default"].get("lock") == 1


def test_what_has_expired_is_no_more_there_and_can_be_added_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = caches["default"]
    cache.set("code", 1, 60)
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(shared, "_now", lambda: later)
    assert cache.get("code") is None
    assert not cache.touch("code", 60)
    with pytest.raises(ValueError, match="code"):
        cache.incr("code")
    assert cache.add("code", 5, 120)
    assert cache.get("code") == 5


def test_adding_is_one_statement_that_the_database_does_alone(django_assert_num_queries: Any) -> None:
    caches["default"].set("count", 0, 60)
    with django_assert_num_queries(1):
        assert caches["default"].incr("count", 3) == 3
    assert another_process().incr("count") == 4
    assert another_process().decr("count") == 3
    with django_assert_num_queries(1):
        caches["default"].add("other", 0, 60)


def test_a_thousand_other_keys_push_no_count_out() -> None:
    cache = caches["default"]
    cache.set("count", 9, 60)
    for number in range(1000):
        cache.add(f"noise:{number}", 0, 60)
    assert cache.get("count") == 9


def test_the_sweep_removes_what_has_expired_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    cache = caches["default"]
    cache.set("short", 1, 60)
    cache.set("long", 1, 600)
    cache.set("always", 1, None)
    later = timezone.now() + timedelta(seconds=61)
    monkeypatch.setattr(shared, "_now", lambda: later)
    assert shared.sweep() == 1
    assert cache.get("long") == cache.get("always") == 1
    assert cache.delete("long")
    assert not cache.delete("long")
    cache.clear()
    assert cache.get("always") is None


def test_tries_are_counted_in_the_database_for_every_process_together() -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="203.0.113.7")
    assert not too_many(request, "what", limit=1, seconds=3600)
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key, value FROM shared_cache WHERE cache_key LIKE %s", ["%tries:what%"])
        ((key, value),) = cursor.fetchall()
    assert value == "1"
    # Another process counts the next try on the same row.
    assert another_process().incr(key.split(":", 2)[2]) == 2
    assert too_many(request, "what", limit=2, seconds=3600)


def _settings(**changed: Any) -> dict[str, Any]:
    return {**{name: getattr(settings, name) for name in dir(settings) if name.isupper()}, **changed}


def test_a_cache_of_one_process_alone_is_refused() -> None:
    alone = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    with pytest.raises(ImproperlyConfigured, match="CACHE_URL"):
        guard.check(_settings(CACHES=alone), demo_asked=False)


def test_redis_serves_where_its_address_is_given_and_its_client_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    redis = settings.env.cache_url_config("redis://127.0.0.1:6379/1")
    assert redis["LOCATION"] == "redis://127.0.0.1:6379/1"
    monkeypatch.setattr(guard, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="redis"):
        guard.check(_settings(CACHES={"default": redis}), demo_asked=False)
    monkeypatch.setattr(guard, "find_spec", lambda name: importlib.util.find_spec("django"))
    guard.check(_settings(CACHES={"default": redis}), demo_asked=False)
