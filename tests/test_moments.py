"""Days said in words: the first of a month is "1er" everywhere, in the page's language or in the legal text's."""

from datetime import UTC, date, datetime

import pytest
from django.utils import translation

from portal.kit.moments import day_in_words, known_day, long_day
from procedures.definition.fields import DateField
from procedures.definition.language import Test as Condition
from procedures.definition.sentences import say
from procedures.lifecycle.acknowledgement import in_words


@pytest.mark.parametrize(
    ("language", "day", "long", "short"),
    [
        ("fr", "1er mars 2026", "dimanche 1er mars 2026", "dimanche 1er mars"),
        ("en", "1 March 2026", "Sunday 1 March 2026", "Sunday 1 March"),
    ],
)
def test_the_first_of_a_month_is_said_as_people_say_it(language: str, day: str, long: str, short: str) -> None:
    first = date(2026, 3, 1)
    with translation.override(language):
        assert (day_in_words(first), long_day(first), long_day(first, year=False)) == (day, long, short)


def test_a_receipt_says_it_in_french_whatever_the_language_of_the_page() -> None:
    with translation.override("en"):
        assert in_words(datetime(2026, 3, 1, 8, 30, tzinfo=UTC)) == "dimanche 1er mars 2026 à 9 h 30"


def test_a_condition_on_a_day_says_it_too() -> None:
    born = DateField(type="date", id="born", label="Né le")
    with translation.override("fr"):
        assert say(Condition(field="born", op="less_than", value="2026-03-01"), {"born": born}).endswith(
            "1er mars 2026"
        )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1962-04-03", "3 avril 1962"),
        ("1962-04-01", "1er avril 1962"),
        ("1962-04-00", "avril 1962"),
        ("1962-00-00", "1962"),
        ("1962", "1962"),
        ("2000-10-20", "20 octobre 2000"),
    ],
)
def test_of_a_birth_known_in_part_what_is_known_is_said(text: str, said: str) -> None:
    assert known_day(text).replace("\u00a0", " ") == said
