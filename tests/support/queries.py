"""Count the queries that a page costs."""

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext


def count_queries(client: Client, url: str, **extra: Any) -> int:
    """Get the page twice and return the queries of the second time, once caches and sessions are warm."""
    client.get(url, **extra)
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(url, **extra)
    assert answer.status_code == 200, f"{url} answered {answer.status_code}"
    return len(queries)
