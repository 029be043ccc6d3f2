"""The legal clock of a request: from dated facts to the day on which silence speaks. Pure functions on local days.

CRPA L231-1, L231-4, L114-2, L114-3 and L114-5; delays run "de quantième à quantième" and end with their last day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from .legal import Delay, Legal, add_delay

Effect = Literal["acceptance", "rejection"]
# "none": the law draws nothing from silence. "suspended": held back by pieces that are awaited. "spoken": silence has
# produced its effect. "decided": a decision came in time.
Phase = Literal["none", "running", "suspended", "spoken", "decided"]


@dataclass(frozen=True)
class Pieces:
    """A request for pieces. Only one that a text requires touches the clock (L114-5).

    ``waived_on`` is when the department stopped asking for them: the file is complete as it is from that day.
    """

    asked_on: date
    deadline: date
    arrived_on: date | None = None
    by_text: bool = True
    waived_on: date | None = None

    @property
    def over_on(self) -> date | None:
        """The day on which they were no longer missing; None while they are."""
        return min(filter(None, (self.arrived_on, self.waived_on)), default=None)

    @property
    def counts(self) -> bool:
        """Say whether it touches the clock: what was already there when it was asked for was not missing."""
        return self.by_text and (self.over_on is None or self.over_on >= self.asked_on)

    @property
    def held_until(self) -> date:
        """The end of the suspension: arrival or the end of the time given, whichever comes first."""
        last = max(self.deadline, self.asked_on)
        return min(self.over_on, last) if self.over_on else last


@dataclass(frozen=True)
class Transmission:
    """Sent on to the competent authority (L114-2); ``received_on`` is when that authority got it, None until known."""

    sent_on: date
    received_on: date | None = None


@dataclass(frozen=True)
class Extension:
    """More time, where a text gives it; ``basis`` names the text."""

    decided_on: date
    delay: Delay
    basis: str


@dataclass(frozen=True)
class Facts:
    """What is known of a request, by local day in the town's time zone; the order of each list says nothing."""

    received_on: date
    pieces: tuple[Pieces, ...] = ()
    transmission: Transmission | None = None
    extensions: tuple[Extension, ...] = ()
    decided_on: date | None = None


@dataclass(frozen=True)
class Fact:
    """One step of the computation: a code and its days. Its words are made where it is shown."""

    code: str
    day: date
    until: date | None = None
    days: int = 0
    delay: Delay | None = None
    basis: str = ""


@dataclass(frozen=True)
class Reading:
    """What the clock says on a day. ``start`` and ``due_on`` are None while the delay does not run."""

    effect: Effect | None
    phase: Phase
    start: date | None = None
    due_on: date | None = None
    days_left: int | None = None
    suspended_until: date | None = None
    facts: tuple[Fact, ...] = ()


def due_on(legal: Legal, facts: Facts) -> date | None:
    """Return the last day to answer; silence speaks once it is over. None if it never does, or cannot yet."""
    return _due(legal, facts, _in_time(legal, facts))


def read(legal: Legal, facts: Facts, today: date) -> Reading:
    """Return what the clock says on ``today``, and how it was computed."""
    effect = effect_of(legal)
    if effect is None:
        return Reading(effect=None, phase="none", facts=(Fact("received", facts.received_on), *_end(facts)))
    kept = _in_time(legal, facts)
    due = _due(legal, facts, kept)
    until = _held(kept, today) if effect == "rejection" else None
    if due is not None and (facts.decided_on or today) > due:
        phase: Phase = "spoken"
    elif facts.decided_on is not None:
        phase = "decided"
    else:
        phase = "suspended" if until is not None or due is None else "running"
    return Reading(
        effect=effect,
        phase=phase,
        start=_start(effect, facts, kept),
        due_on=due,
        days_left=(due - today).days if due is not None and phase in {"running", "suspended"} else None,
        suspended_until=until if phase == "suspended" else None,
        facts=tuple(_told(legal, effect, facts, kept, due)),
    )


def effect_of(legal: Legal) -> Effect | None:
    """Return what silence means, where it means something."""
    if legal.silence_effect in {None, "none"} or legal.silence_delay is None:
        return None
    return "acceptance" if legal.silence_effect == "acceptance" else "rejection"


@dataclass(frozen=True)
class _Kept:
    pieces: tuple[Pieces, ...] = ()
    extensions: tuple[Extension, ...] = ()


def _in_time(legal: Legal, facts: Facts) -> _Kept:
    """Return what moves the clock: what came after silence had spoken changes nothing."""
    moves: list[tuple[date, Pieces | Extension]] = [(one.asked_on, one) for one in facts.pieces if one.counts]
    moves += [(one.decided_on, one) for one in facts.extensions]
    kept = _Kept()
    for day, fact in sorted(moves, key=lambda move: (move[0], repr(move[1]))):
        due = _due(legal, facts, kept)
        if due is not None and day > due:
            break
        if isinstance(fact, Pieces):
            kept = _Kept((*kept.pieces, fact), kept.extensions)
        else:
            kept = _Kept(kept.pieces, (*kept.extensions, fact))
    return kept


def _due(legal: Legal, facts: Facts, kept: _Kept) -> date | None:
    effect = effect_of(legal)
    if effect is None or legal.silence_delay is None:
        return None
    start = _start(effect, facts, kept)
    if start is None:
        return None
    end = _add(start, [legal.silence_delay, *(one.delay for one in kept.extensions)])
    if effect == "rejection":
        end += timedelta(days=sum((until - since).days for since, until in _spans(kept.pieces)))
    return end


def _start(effect: Effect, facts: Facts, kept: _Kept) -> date | None:
    """Return the day from which the delay runs; for an acceptance, that of the last piece that was missing."""
    if effect == "rejection":
        return facts.received_on
    start: date | None = facts.received_on
    if facts.transmission is not None:
        start = facts.transmission.received_on
    ends = [one.over_on for one in kept.pieces]
    if start is None or None in ends:
        return None
    return max(start, *filter(None, ends)) if ends else start


def _add(start: date, delays: Iterable[Delay]) -> date:
    """Add delays as one: months together, so that an extension of one month to two is three months."""
    total: dict[Literal["days", "weeks", "months"], int] = {}
    for delay in delays:
        total[delay.unit] = total.get(delay.unit, 0) + delay.count
    for unit in ("months", "weeks", "days"):
        if unit in total:
            start = add_delay(start, Delay(count=total[unit], unit=unit))
    return start


def _spans(pieces: Iterable[Pieces]) -> list[tuple[date, date]]:
    """Return the suspensions, those that overlap or touch as one: a day is counted once."""
    merged: list[tuple[date, date]] = []
    for since, until in sorted((one.asked_on, one.held_until) for one in pieces):
        if merged and since <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], until))
        else:
            merged.append((since, until))
    return merged


def _held(kept: _Kept, today: date) -> date | None:
    """Return until when a rejection is held back on that day."""
    return next((until for since, until in _spans(kept.pieces) if since <= today < until), None)


def _told(legal: Legal, effect: Effect, facts: Facts, kept: _Kept, due: date | None) -> Iterable[Fact]:
    """Yield the steps of the computation in the order in which they are read."""
    yield Fact("received", facts.received_on)
    if facts.transmission is not None:
        yield Fact("sent_on", facts.transmission.sent_on, until=facts.transmission.received_on)
    yield Fact(f"delay_{effect}", facts.received_on, delay=legal.silence_delay, basis=legal.silence_legal_basis)
    for one in sorted(facts.pieces, key=repr):
        yield from _told_of_pieces(effect, one, kept)
    for more in sorted(facts.extensions, key=repr):
        code = "extended" if more in kept.extensions else "extended_late"
        yield Fact(code, more.decided_on, delay=more.delay, basis=more.basis)
    if effect == "rejection":
        for since, until in _spans(kept.pieces):
            if until > since:
                yield Fact("suspended", since, until=until, days=(until - since).days)
    else:
        start = _start(effect, facts, kept)
        if start is not None and start != facts.received_on:
            yield Fact("restarted", start)
    if due is not None:
        yield Fact("due", due)
    elif facts.decided_on is None:
        yield Fact("not_running", facts.received_on)
    yield from _end(facts)


def _told_of_pieces(effect: Effect, one: Pieces, kept: _Kept) -> Iterable[Fact]:
    if not one.by_text:
        yield Fact("asked_without_text", one.asked_on, until=one.deadline)
    elif not one.counts:
        yield Fact("asked_already_there", one.asked_on)
    elif one not in kept.pieces:
        yield Fact("asked_late", one.asked_on)
    else:
        yield Fact(f"asked_{effect}", one.asked_on, until=one.deadline)
    if one.arrived_on is not None and one.arrived_on == one.over_on:
        yield Fact("arrived", one.arrived_on)
    elif one.waived_on is not None:
        yield Fact("waived", one.waived_on)


def _end(facts: Facts) -> Iterable[Fact]:
    if facts.decided_on is not None:
        yield Fact("decided", facts.decided_on)
