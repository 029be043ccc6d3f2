"""The API as its own OpenAPI document has it: whatever is sent is answered as the document says, and never by an error."""

from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, settings

from tests.support import people
from tests.test_api import URL, key_of

pytestmark = pytest.mark.one_database
QUIET = settings(
    max_examples=20,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
MODES = list(schemathesis.GenerationMode)


@pytest.mark.parametrize("mode", MODES, ids=lambda mode: mode.value)
def test_whatever_is_sent_is_answered_as_the_document_says(db: None, mode: Any) -> None:
    town = people.desk()
    case = town.file()
    headers = {"Authorization": f"Bearer {key_of(town)}"}
    document = schemathesis.openapi.from_wsgi(f"{URL}/openapi.json", get_wsgi_application())
    tried = 0
    for result in document.get_all_operations():
        operation: Any = result.ok()  # type: ignore[union-attr]
        # Half of the tries are about a request that is there.
        for path in ({"reference": case.reference}, None):
            if path and "{reference}" not in operation.path:
                continue

            @QUIET
            @given(sent=operation.as_strategy(generation_mode=mode, path_parameters=path, headers={}))
            def is_answered_as_said(sent: Any) -> None:
                sent.call_and_validate(headers=headers, excluded_checks=[schemathesis.checks.ignored_auth])

            is_answered_as_said()
            tried += 1
    assert tried > 8
