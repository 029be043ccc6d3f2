"""Patterns: what Python would match is matched, in linear time, or refused when the definition is read."""

import random
import re

import pytest

from procedures.definition.fields import FIELD_TYPES
from procedures.definition.patterns import Pattern, PatternError, compiled

LONG = 10_000
KILLERS = {
    "(a+)+": "a",
    "(a|a)*": "a",
    "(a|aa)+": "a",
    "(.*)*": "a",
    "([a-z]+)*x": "a",
    r"(\w|\d)+$": "1",
    "(a*)*b": "a",
    "(a|b|ab)*c": "ab",
    "a*a*a*a*a*b": "a",
    r"(\d+)*-": "1",
    r"([A-Za-z]+ ?)+!": "a",
    "(a?){50}a{50}": "a",
    "(x+x+)+y": "x",
    "(.*a){20}": "a",
    r"\s*\s*\s*\s*z": " ",
    "((a|a)+b?)+": "a",
    "(a{1,50}){1,30}b": "a",
}


@pytest.mark.parametrize("pattern", KILLERS)
def test_a_killer_is_refused_or_matched_in_linear_time(pattern: str) -> None:
    try:
        ready = Pattern(pattern)
    except PatternError:
        return
    text = (KILLERS[pattern] * LONG)[:LONG] + "!!"
    # A pattern that could run for ever would never come back from ten thousand characters.
    assert ready.matches(text) in {True, False}


@pytest.mark.parametrize("pattern", ["(a+)+", "(.*)*", "([a-z]+)*x", r"(?:\d+)+", "((a+))*"])
def test_a_repeat_of_an_endless_repeat_is_refused_with_words(pattern: str) -> None:
    with pytest.raises(PatternError, match="for ever"):
        Pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"(a)\1",
        "(?=a)a",
        "(?!a*)b",
        "(?<=a)b",
        "(?<!a)b",
        "(a)?(?(1)b|c)",
        "(?>a+)b",
        "a++b",
        "(?i)a",
        "(?i:a)",
        r"\bab",
        "a^b",
        "(",
        "[",
        "a{3000}",
        "(a?){500}",
        "(){4000000000}",
        "(((){2000}){2000}){2000}",
        "a{0,4000000000}",
        "(" * 5000 + ")" * 5000,
    ],
)
def test_what_no_automaton_holds_is_refused_when_the_definition_is_read(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"pattern|regular|look around|needed"):
        FIELD_TYPES["text"].model_validate(
            {"type": "text", "id": "q", "label": "x", "pattern": pattern, "pattern_reason": "x"}
        )


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "W[0-9A-Z]{9}",
        "[0-9]{14}",
        "[0-9]{15}|[0-9A-Za-z]{5,8}",
        "[^0-9]*",
        "^[0-9]{5}$",
        "^[0-9]{5}$|^2A[0-9]{3}$",
        "(^a|b$)",
        r"([0-9]{2} ?){5}",
        r"[A-Z]{2}-?\d{3}-?[A-Z]{2}",
        r"\d{1,3}(?:[.,]\d{1,2})?",
        r"[^\W\d_]+(?:[ '’-][^\W\d_]+)*",
        "(?P<year>19|20)[0-9]{2}",
        "a*?b+?c??",
        r"[\s\S]{0,3}",
        r"\D\S\W",
        ".",
        r"\.\-\[",
        "(a|ab)(c|bcd)(d*)",
        "(|a)b",
        "(a|b)*abb",
        "x{0}y",
    ],
)
def test_a_pattern_means_what_it_means_to_python(pattern: str) -> None:
    ready, draw = compiled(pattern), random.Random(7)  # a fixed seed: the same texts each time
    alphabet = "aabbccdAWZ0159 -.,'’_é€\n٣"
    texts = ["".join(draw.choices(alphabet, k=draw.randrange(9))) for _ in range(4000)]
    texts += [
        "W123456789",
        "35600000000048",
        "75001",
        "06 39 98 12 34",
        "AB-123-CD",
        "12,5",
        "d'Ée",
        "2026",
        "abcd",
        "aabb",
    ]
    assert [text for text in texts if ready.matches(text) != bool(re.fullmatch(pattern, text))] == []


def test_random_patterns_mean_what_they_mean_to_python() -> None:
    draw = random.Random(11)

    def grow(depth: int) -> str:
        if depth == 0:
            return draw.choice(["a", "b", "[ab]", "[^a]", ".", "ab"])
        one, two = grow(depth - 1), grow(depth - 1)
        return draw.choice([one + two, f"(?:{one}|{two})", f"(?:{one}c)*", f"(?:{one}){{0,2}}", f"(?:{one})?{two}"])

    for _ in range(150):
        pattern = grow(3)
        ready = Pattern(pattern)
        for _ in range(60):
            text = "".join(draw.choices("abc", k=draw.randrange(7)))
            assert ready.matches(text) == bool(re.fullmatch(pattern, text)), (pattern, text)
