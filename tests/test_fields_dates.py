"""Dates, hours and periods: bounds on other answers, clock changes, unknown days, and errors that name the part."""

from datetime import date
from typing import Any

import pytest
from django import forms
from django.http import QueryDict
from django.utils import timezone
from pydantic import ValidationError

from procedures.definition.fields import FIELD_TYPES, Field
from procedures.definition.hours import read_hour
from procedures.definition.lookups import Context

TODAY = date(2026, 11, 24)


def question(kind: str, **options: Any) -> Field:
    return FIELD_TYPES[kind].model_validate({"type": kind, "id": "q", "label": "Question", **options})


def answer(asked: Field, raw: dict[str, str], **answers: Any) -> tuple[Any, str, list[str]]:
    """Return the JSON, the first message and the parts in error."""
    data = QueryDict(mutable=True)
    data.update({f"q-{name}" if name else "q": text for name, text in raw.items()})
    form = forms.Form(data)
    form.fields["q"] = asked.form_field(Context(today=TODAY, answers=answers))
    if form.is_valid():
        return asked.to_json(form.cleaned_data["q"]), "", []
    error = form.errors.as_data()["q"][0]
    return None, error.messages[0], (error.params or {}).get("parts", [])


def day(text: str) -> dict[str, str]:
    return dict(zip(("day", "month", "year"), text.split(), strict=True))


def test_a_date_is_bounded_by_another_answer_give_or_take() -> None:
    asked = question("date", earliest="field:start+3d", latest="field:start+1m")
    assert asked.field_references() == {"start"}
    assert answer(asked, day("3 12 2026"), start="2026-11-30")[0] == "2026-12-03"
    _, early, parts = answer(asked, day("2 12 2026"), start="2026-11-30")
    assert "3 décembre 2026 ou après" in early
    assert "30 novembre 2026" in early
    assert parts == ["day", "month", "year"]
    assert "30 décembre 2026 ou avant" in answer(asked, day("31 12 2026"), start="2026-11-30")[1]


@pytest.mark.parametrize("given", [{}, {"start": None}, {"start": "1957-03"}, {"start": 3}, {"start": {"to": "x"}}])
def test_a_bound_that_is_not_answered_bounds_nothing(given: dict[str, Any]) -> None:
    assert answer(question("date", earliest="field:start"), day("1 1 1900"), **given)[0] == "1900-01-01"


def test_a_bound_may_name_one_part_of_an_answer_or_the_day_of_a_moment() -> None:
    stay = {"from": "2026-12-01", "to": "2026-12-05", "days": 5}
    asked = question("date", earliest="field:stay.to")
    assert answer(asked, day("4 12 2026"), stay=stay)[0] is None
    assert answer(asked, day("5 12 2026"), stay=stay)[0] == "2026-12-05"
    moment = question("date", latest="field:moment-1w")
    assert answer(moment, day("24 11 2026"), moment="2026-12-01T09:30+01:00")[0] == "2026-11-24"
    assert answer(moment, day("25 11 2026"), moment="2026-12-01T09:30+01:00")[0] is None


def test_today_is_the_day_of_the_context() -> None:
    assert answer(question("date", latest="today"), day("24 11 2026"))[0] == "2026-11-24"
    assert answer(question("date", latest="today"), day("25 11 2026"))[0] is None


@pytest.mark.parametrize(
    "bound", ["field:q", "field:", "field:Start", "field:a+3", "tomorrow", "2026-02-30", "today-9999y"]
)
@pytest.mark.parametrize("kind", ["date", "datetime", "period", "partial_date"])
def test_a_bound_that_names_no_day_or_the_question_itself_is_refused(kind: str, bound: str) -> None:
    with pytest.raises(ValidationError):
        question(kind, earliest=bound)


def test_a_bound_beyond_the_calendar_bounds_nothing() -> None:
    assert (
        answer(question("date", earliest="field:start+9999d"), day("1 1 2000"), start="9999-01-01")[0] == "2000-01-01"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("9h", "09:00"),
        ("9 h 30", "09:30"),
        ("09:30", "09:30"),
        ("9.30", "09:30"),
        ("9", "09:00"),
        ("0h05", "00:05"),
        ("23h59", "23:59"),
        ("9 H 30", "09:30"),
        ("9\u00a0h\u202f30", "09:30"),
        ("14 heures", "14:00"),
        ("9h30min", "09:30"),
    ],
)
def test_an_hour_is_read_as_people_write_it(text: str, expected: str) -> None:
    assert answer(question("time"), {"": text})[0] == expected


@pytest.mark.parametrize("text", ["24h", "9h60", "930", "9h5", "h30", "9-30", "midi", "９h"])
def test_what_is_no_hour_is_not_guessed(text: str) -> None:
    assert read_hour(text) is None


def test_an_hour_out_of_its_steps_is_told_the_nearest_ones() -> None:
    asked = question("time", earliest="8h", latest="12:00", step_minutes=45)
    assert answer(asked, {"": "8h45"})[0] == "08:45"
    assert "8\u00a0h\u00a045 ou 9\u00a0h\u00a030" in answer(asked, {"": "9h"})[1]
    assert "choisissez 11\u00a0h\u00a045." in answer(asked, {"": "11h50"})[1]
    assert "entre 8\u00a0h et 12\u00a0h" in answer(asked, {"": "7h59"})[1]
    with pytest.raises(ValidationError):
        question("time", earliest="12:00", latest="8:00")


def moment(text: str, at: str) -> dict[str, str]:
    return {**day(text), "time": at}


def test_an_hour_skipped_by_the_clock_is_refused_and_one_said_twice_is_the_first() -> None:
    asked = question("datetime")
    _, words, parts = answer(asked, moment("29 3 2026", "2h30"))
    assert "n’existe pas" in words
    assert parts == ["time"]
    assert answer(asked, moment("29 3 2026", "3h"))[0] == "2026-03-29T03:00+02:00"
    assert answer(asked, moment("25 10 2026", "2h30"))[0] == "2026-10-25T02:30+02:00"
    assert answer(asked, moment("25 10 2026", "3h"))[0] == "2026-10-25T03:00+01:00"


def test_a_moment_is_of_the_towns_zone_and_stays_what_was_typed() -> None:
    asked = question("datetime")
    with timezone.override("Indian/Reunion"):
        stored, _, _ = answer(asked, moment("29 3 2026", "2h30"))
    assert stored == "2026-03-29T02:30+04:00"
    assert asked.display(stored) == "29 mars 2026 à 2\u00a0h\u00a030"
    assert asked.to_initial(stored)["time"] == "2\u00a0h\u00a030"
    assert asked.facet(stored) == date(2026, 3, 29)


def test_the_ends_of_the_calendar_are_no_error() -> None:
    for text in ("1 1 0001", "31 12 9999"):
        assert answer(question("datetime"), moment(text, "0h"))[1] in {"", "Vérifiez l’année."}


def period(first: str, last: str) -> dict[str, str]:
    return {
        f"{end}_{part}": text for end, typed in (("from", first), ("to", last)) for part, text in day(typed).items()
    }


@pytest.mark.parametrize(
    ("first", "last", "wrong"),
    [
        ("31 4 2027", "3 5 2027", ["from_day"]),
        ("30 4 2027", "3 13 2027", ["to_month"]),
        ("30 4 2027", "3 5 27", ["to_year"]),
        ("2 5 2027", "30 4 2027", ["to_day", "to_month", "to_year"]),
        ("1 1 2026", "3 1 2027", ["from_day", "from_month", "from_year"]),
        ("30 12 2027", "1 1 2028", ["to_day", "to_month", "to_year"]),
    ],
)
def test_an_error_of_a_period_names_the_wrong_part(first: str, last: str, wrong: list[str]) -> None:
    asked = question("period", earliest="2027-01-01", latest="2027-12-31")
    assert answer(asked, period(first, last))[2] == wrong


def test_each_wrong_date_of_a_period_is_named_in_words_at_once() -> None:
    data = QueryDict(mutable=True)
    data.update({f"q-{name}": text for name, text in period("31 4 2027", "3 13 2027").items()})
    form = forms.Form(data)
    form.fields["q"] = question("period").form_field()
    assert not form.is_valid()
    first, last = form.errors["q"]
    assert str(first).startswith("Premier jour\u00a0: Cette date n’existe pas")
    assert str(last).startswith("Dernier jour\u00a0: Le mois va de 1 à 12")


def test_a_period_counts_both_its_days() -> None:
    asked = question("period", minimum_days=1, maximum_days=2)
    one, _, _ = answer(asked, period("1 3 2028", "1 3 2028"))
    assert one == {"from": "2028-03-01", "to": "2028-03-01", "days": 1}
    assert asked.display(one) == "du 1er mars 2028 au 1er mars 2028 (1 jour)"
    assert answer(asked, period("28 2 2028", "29 2 2028"))[0]["days"] == 2
    assert "3 jours" in answer(asked, period("28 2 2028", "1 3 2028"))[1]
    with pytest.raises(ValidationError):
        question("period", minimum_days=3, maximum_days=2)


@pytest.mark.parametrize(
    ("raw", "stored", "said"),
    [
        ({"year": "1957"}, "1957", "1957"),
        ({"day": "", "month": "3", "year": "1957"}, "1957-03", "mars 1957"),
        ({"day": "00", "month": "00", "year": "1957"}, "1957", "1957"),
        ({"day": "1", "month": "3", "year": "1957"}, "1957-03-01", "1er mars 1957"),
    ],
)
def test_a_partial_date_invents_nothing(raw: dict[str, str], stored: str, said: str) -> None:
    asked = question("partial_date")
    assert answer(asked, raw)[0] == stored
    assert asked.display(stored) == said
    shown = asked.to_initial(stored)
    assert answer(asked, shown)[0] == stored


def test_a_partial_date_is_refused_only_when_no_day_of_it_can_be_right() -> None:
    asked = question("partial_date", earliest="1957-06-15", latest="1960-01-01")
    assert answer(asked, {"year": "1957"})[0] == "1957"
    assert answer(asked, {"month": "6", "year": "1957"})[0] == "1957-06"
    assert answer(asked, {"month": "5", "year": "1957"})[2] == ["month", "year"]
    assert answer(asked, {"year": "1961"})[2] == ["year"]
    assert answer(asked, {"day": "27", "year": "1958"})[2] == ["month"]


def test_a_date_says_the_first_of_the_month_the_french_way() -> None:
    assert question("date").display("2026-03-01") == "1er mars 2026"
