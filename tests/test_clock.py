"""The legal clock by a table of dated cases (CRPA-20 to CRPA-27), and what holds whatever the facts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from procedures.definition.clock import Extension, Facts, Pieces, Transmission, due_on, read
from procedures.definition.legal import Delay, Legal

MONTHS = Delay(count=2, unit="months")


def law(effect: str, count: int = 2, unit: str = "months") -> Legal:
    delay = None if effect == "none" else {"count": count, "unit": unit}
    return Legal.model_validate({"silence_effect": effect, "silence_delay": delay, "silence_legal_basis": "x"})


def day(text: str) -> date:
    return date.fromisoformat(text)


def asked(on: str, until: str, arrived: str = "", waived: str = "", *, by_text: bool = True) -> Pieces:
    return Pieces(
        day(on), day(until), day(arrived) if arrived else None, by_text, waived_on=day(waived) if waived else None
    )


A, R, N = "acceptance", "rejection", "none"
RECEIVED = "2026-03-03"
# what is told → effect, delay, day of receipt, requests for pieces, the last day to answer
CASES: dict[str, tuple[str, str, str, list[Pieces], str | None]] = {
    # Months run from a day to the same day; a day that the month lacks is its last (CRPA-22).
    "two plain months": (A, "2 months", RECEIVED, [], "2026-05-03"),
    "across the end of a year": (R, "2 months", "2026-11-24", [], "2027-01-24"),
    "to the end of February": (R, "2 months", "2026-12-31", [], "2027-02-28"),
    "to 29 February": (R, "2 months", "2027-12-31", [], "2028-02-29"),
    "from 29 February": (A, "2 months", "2028-02-29", [], "2028-04-29"),
    "a year from 29 February": (A, "12 months", "2028-02-29", [], "2029-02-28"),
    "from the 31st to a month of 30 days": (A, "1 months", "2026-08-31", [], "2026-09-30"),
    "from the last of February, not to the last of April": (A, "2 months", "2026-02-28", [], "2026-04-28"),
    "four months": (R, "4 months", "2026-10-31", [], "2027-02-28"),
    "days": (A, "15 days", "2026-02-20", [], "2026-03-07"),
    "weeks": (A, "3 weeks", "2026-12-20", [], "2027-01-10"),
    "no effect at all": (N, "", RECEIVED, [], None),
    # Acceptance runs from the arrival of what was missing (CRPA-23).
    "acceptance, pieces arrive": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-04-02")],
        "2026-06-02",
    ),
    "acceptance, a piece never comes": (A, "2 months", RECEIVED, [asked("2026-03-20", "2026-04-20")], None),
    "acceptance, pieces arrive late": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-07-01")],
        "2026-09-01",
    ),
    "acceptance, pieces arrive the same day": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-03-20")],
        "2026-05-20",
    ),
    "acceptance, asked twice": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-10", "2026-04-10", "2026-03-15"), asked("2026-04-01", "2026-05-01", "2026-04-12")],
        "2026-06-12",
    ),
    "acceptance, one of two never comes": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-10", "2026-04-10", "2026-03-15"), asked("2026-04-01", "2026-05-01")],
        None,
    ),
    "acceptance, the piece had come before it was asked for": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-03-18")],
        "2026-05-03",
    ),
    "acceptance, no longer asked for": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", waived="2026-03-25")],
        "2026-05-25",
    ),
    "acceptance, asked for on the last day": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-05-03", "2026-06-03", "2026-05-10")],
        "2026-07-10",
    ),
    "acceptance, asked for after silence has spoken": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-05-04", "2026-06-04")],
        "2026-05-03",
    ),
    "acceptance, asked for without a text": (
        A,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", by_text=False)],
        "2026-05-03",
    ),
    # Rejection is suspended until arrival, or the end of the time given (CRPA-23).
    "rejection, pieces arrive early": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-03-30")],
        "2026-05-13",
    ),
    "rejection, a piece never comes": (R, "2 months", RECEIVED, [asked("2026-03-20", "2026-04-20")], "2026-06-03"),
    "rejection, pieces arrive late": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", "2026-05-30")],
        "2026-06-03",
    ),
    "rejection, two suspensions": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-10", "2026-03-20"), asked("2026-04-10", "2026-05-01", "2026-04-15")],
        "2026-05-18",
    ),
    "rejection, suspensions that overlap count once": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-10", "2026-03-30"), asked("2026-03-20", "2026-04-09")],
        "2026-06-02",
    ),
    "rejection, one suspension inside another": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-10", "2026-04-09"), asked("2026-03-15", "2026-03-20")],
        "2026-06-02",
    ),
    "rejection, asked for while the first suspension lengthens the delay": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-04-20", "2026-05-20"), asked("2026-05-25", "2026-06-04")],
        "2026-06-12",
    ),
    "rejection, no longer asked for": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", waived="2026-03-25")],
        "2026-05-08",
    ),
    "rejection, asked for without a text": (
        R,
        "2 months",
        RECEIVED,
        [asked("2026-03-20", "2026-04-20", by_text=False)],
        "2026-05-03",
    ),
    "rejection, asked for too late": (R, "2 months", RECEIVED, [asked("2026-05-04", "2026-06-04")], "2026-05-03"),
    "rejection, across 29 February": (R, "1 months", "2028-01-31", [asked("2028-02-20", "2028-03-05")], "2028-03-14"),
}


@pytest.mark.parametrize("name", CASES)
def test_the_last_day_to_answer(name: str) -> None:
    effect, delay, received, pieces, expected = CASES[name]
    count, unit = delay.split() if delay else ("1", "days")
    found = due_on(law(effect, int(count), unit), Facts(day(received), tuple(pieces)))
    assert found == (day(expected) if expected else None)


# The rule of a known portal acts on the day after, and counts both ends of each pause (research, section 2).
@pytest.mark.parametrize(
    ("delay", "pieces", "theirs"),
    [
        (("months", 2), [], "2023-07-16"),
        (("months", 2), [asked("2023-05-20", "2023-06-20", "2023-05-25")], "2023-07-22"),
        (("days", 30), [], "2023-06-15"),
    ],
)
def test_the_golden_dates_of_another_portal_are_ours_by_its_own_way_of_counting(
    delay: tuple[str, int], pieces: list[Pieces], theirs: str
) -> None:
    ours = due_on(law(R, delay[1], delay[0]), Facts(day("2023-05-15"), tuple(pieces)))
    assert ours is not None
    assert ours + timedelta(days=1 + len(pieces)) == day(theirs)


def test_a_request_sent_on_runs_from_two_days() -> None:
    """CRPA-25: a rejection from the first reception, an acceptance from that of the competent authority."""
    facts = Facts(day(RECEIVED), transmission=Transmission(day("2026-03-10"), day("2026-03-12")))
    assert due_on(law(R), facts) == day("2026-05-03")
    assert due_on(law(A), facts) == day("2026-05-12")
    assert due_on(law(A), Facts(day(RECEIVED), transmission=Transmission(day("2026-03-10")))) is None


def test_an_extension_counts_with_the_delay_as_one() -> None:
    more = Extension(day("2026-02-01"), Delay(count=1, unit="months"), "Article X")
    assert due_on(law(R), Facts(day("2025-12-31"), extensions=(more,))) == day("2026-03-31")
    late = Extension(day("2026-03-01"), Delay(count=1, unit="months"), "Article X")
    assert due_on(law(R), Facts(day("2025-12-31"), extensions=(late,))) == day("2026-02-28")


NEVER = [asked("2026-03-20", "2026-04-20")]
ON_PAPER = [asked("2026-03-20", "2026-04-20", "2026-03-30")]


@pytest.mark.parametrize(
    ("effect", "pieces", "today", "phase", "left", "until"),
    [
        (R, [], "2026-03-03", "running", 61, None),
        (R, [], "2026-05-03", "running", 0, None),
        (R, [], "2026-05-04", "spoken", None, None),
        (R, NEVER, "2026-03-20", "suspended", 75, "2026-04-20"),
        (R, NEVER, "2026-04-19", "suspended", 45, "2026-04-20"),
        (R, NEVER, "2026-04-20", "running", 44, None),
        (R, ON_PAPER, "2026-03-30", "running", 44, None),
        (A, NEVER, "2026-04-01", "suspended", None, None),
        (A, NEVER, "2029-04-01", "suspended", None, None),
        (A, ON_PAPER, "2026-04-01", "running", 59, None),
        (A, [], "2026-05-04", "spoken", None, None),
        (N, [], "2029-05-04", "none", None, None),
    ],
)
def test_what_the_clock_says_on_a_day(
    effect: str, pieces: list[Pieces], today: str, phase: str, left: int | None, until: str | None
) -> None:
    said = read(law(effect), Facts(day(RECEIVED), tuple(pieces)), day(today))
    assert (said.phase, said.days_left) == (phase, left)
    assert said.suspended_until == (day(until) if until else None)


@pytest.mark.parametrize(("decided", "phase"), [("2026-05-03", "decided"), ("2026-05-04", "spoken")])
def test_a_decision_on_the_last_day_is_in_time_and_one_day_later_it_is_not(decided: str, phase: str) -> None:
    said = read(law(A), Facts(day(RECEIVED), decided_on=day(decided)), day("2026-08-01"))
    assert (said.phase, said.due_on, said.days_left) == (phase, day("2026-05-03"), None)


def test_each_fact_is_told_once_in_order() -> None:
    pieces = (asked("2026-03-20", "2026-04-20", "2026-03-30"), asked("2026-04-02", "2026-05-02", by_text=False))
    said = read(law(R), Facts(day(RECEIVED), pieces), day("2026-04-10"))
    assert [(fact.code, str(fact.day)) for fact in said.facts] == [
        ("received", "2026-03-03"),
        ("delay_rejection", "2026-03-03"),
        ("asked_rejection", "2026-03-20"),
        ("arrived", "2026-03-30"),
        ("asked_without_text", "2026-04-02"),
        ("suspended", "2026-03-20"),
        ("due", "2026-05-13"),
    ]
    waiting = read(law(A), Facts(day(RECEIVED), tuple(NEVER)), day("2026-04-10"))
    assert [fact.code for fact in waiting.facts] == ["received", "delay_acceptance", "asked_acceptance", "not_running"]
    back = read(law(A), Facts(day(RECEIVED), tuple(ON_PAPER)), day("2026-04-10"))
    assert [fact.code for fact in back.facts][-2:] == ["restarted", "due"]


@pytest.mark.parametrize(
    ("moment", "zone", "local"),
    [
        # The nights on which clocks change in France, and midnight from both sides.
        (datetime(2026, 3, 28, 23, 30, tzinfo=UTC), "Europe/Paris", "2026-03-29"),
        (datetime(2026, 3, 29, 0, 59, tzinfo=UTC), "Europe/Paris", "2026-03-29"),
        (datetime(2026, 3, 29, 21, 59, tzinfo=UTC), "Europe/Paris", "2026-03-29"),
        (datetime(2026, 3, 29, 22, 0, tzinfo=UTC), "Europe/Paris", "2026-03-30"),
        (datetime(2026, 10, 24, 22, 0, tzinfo=UTC), "Europe/Paris", "2026-10-25"),
        (datetime(2026, 10, 25, 22, 59, tzinfo=UTC), "Europe/Paris", "2026-10-25"),
        (datetime(2026, 10, 25, 23, 0, tzinfo=UTC), "Europe/Paris", "2026-10-26"),
        # Overseas, it is still the day before, or already the next.
        (datetime(2026, 3, 4, 2, 0, tzinfo=UTC), "America/Martinique", "2026-03-03"),
        (datetime(2026, 3, 3, 21, 0, tzinfo=UTC), "Indian/Reunion", "2026-03-04"),
        (datetime(2026, 3, 3, 14, 0, tzinfo=UTC), "Pacific/Noumea", "2026-03-04"),
    ],
)
def test_the_day_counted_is_that_of_the_town(moment: datetime, zone: str, local: str) -> None:
    received = timezone.localdate(moment, ZoneInfo(zone))
    assert str(received) == local
    assert due_on(law(A, 1, "days"), Facts(received)) == received + timedelta(days=1)


days = st.dates(date(2024, 1, 1), date(2030, 12, 31))


@st.composite
def requests(draw: Any, received: date) -> Pieces:
    """Draw a request for pieces, from the day of receipt on."""
    on = received + timedelta(days=draw(st.integers(0, 200)))
    gap = st.none() | st.integers(-20, 120).map(lambda days: on + timedelta(days=days))
    return Pieces(on, on + timedelta(days=draw(st.integers(0, 60))), draw(gap), draw(st.booleans()), draw(gap))


@st.composite
def told(draw: Any) -> tuple[Legal, Facts]:
    """Draw a law and facts."""
    received = draw(days)
    legal = law(draw(st.sampled_from([A, R])), draw(st.integers(1, 6)), draw(st.sampled_from(["weeks", "months"])))
    return legal, Facts(received, tuple(draw(st.lists(requests(received), max_size=5))))


@given(told(), st.data())
def test_a_request_for_pieces_never_brings_the_day_nearer(told: tuple[Legal, Facts], data: st.DataObject) -> None:
    legal, facts = told
    more = Facts(facts.received_on, (*facts.pieces, data.draw(requests(facts.received_on))))
    before, after = due_on(legal, facts), due_on(legal, more)
    assert after is None if before is None else after is None or after >= before
    if legal.silence_effect == R:
        assert after is not None


@given(told(), st.randoms())
def test_the_order_of_facts_says_nothing(told: tuple[Legal, Facts], chance: Any) -> None:
    legal, facts = told
    mixed = list(facts.pieces)
    chance.shuffle(mixed)
    today = facts.received_on + timedelta(days=40)
    assert read(legal, Facts(facts.received_on, tuple(mixed)), today) == read(legal, facts, today)


@given(told())
def test_what_no_text_requires_changes_nothing(told: tuple[Legal, Facts]) -> None:
    legal, facts = told
    loose = tuple(Pieces(one.asked_on, one.deadline, one.arrived_on, by_text=False) for one in facts.pieces)
    assert due_on(legal, Facts(facts.received_on, loose)) == due_on(legal, Facts(facts.received_on))
