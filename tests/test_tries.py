"""How often a password may be tried: by place and by address, for all processes together, whoever signs in in between."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import get_hasher

from accounts.models import User
from portal.kit.limits import place
from tests.support import people, samples
from tests.support.client import Portal

SIGN_IN = "/comptes/connexion/"
TOO_MANY = "Trop de tentatives"


@pytest.fixture
def desk(db: None) -> people.Desk:
    town = people.desk()
    for user in (town.zoe, town.nadia):
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return town


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the passwords that were compared with one kept."""
    found: list[str] = []
    hasher = type(get_hasher())
    original = hasher.verify

    def verify(self: Any, password: str, encoded: str) -> bool:
        found.append(password)
        return bool(original(self, password, encoded))

    monkeypatch.setattr(hasher, "verify", verify)
    return found


def attempt(user: User, password: str = "faux", address: str = "203.0.113.1") -> Any:
    portal = Portal(REMOTE_ADDR=address)
    return portal.fill(portal.get(SIGN_IN), login=user.email, password=password)


def test_a_password_is_tried_five_times_in_five_minutes_from_wherever(desk: people.Desk, judged: list[str]) -> None:
    for number in range(20):
        answer = attempt(desk.zoe, address=f"203.0.113.{number}")
    assert len(judged) == 5
    assert TOO_MANY in answer.text
    # The right one is not even looked at; nobody else is hindered.
    assert attempt(desk.zoe, samples.PASSWORD, "203.0.113.200").status_code == 200
    assert len(judged) == 5
    assert attempt(desk.nadia, samples.PASSWORD, "203.0.113.200").status_code == 302


def test_one_place_tries_ten_wrong_passwords_a_minute_whoever_signs_in_there_in_between(
    desk: people.Desk, judged: list[str]
) -> None:
    wrong = 0
    for number in range(20):
        # He has an account of his own, and signs in to it again and again.
        mine = attempt(desk.nadia, samples.PASSWORD)
        answer = attempt(User(email=f"habitante-{number}@exemple.fr"))
        wrong += TOO_MANY not in answer.text
    assert wrong == 10
    assert mine.status_code == 200
    assert attempt(desk.nadia, samples.PASSWORD, "203.0.113.2").status_code == 302


def test_a_hall_where_everyone_signs_in_rightly_is_never_stopped(desk: people.Desk) -> None:
    for _ in range(15):
        for user in (desk.zoe, desk.nadia):
            assert attempt(user, samples.PASSWORD).status_code == 302


def test_whoever_changes_her_password_is_no_longer_held_by_the_tries_of_the_old_one(desk: people.Desk) -> None:
    portal = Portal()
    portal.fill(portal.get(SIGN_IN), login=desk.zoe.email, password=samples.PASSWORD)
    for number in range(6):
        attempt(desk.zoe, address=f"203.0.113.{number}")
    page = portal.get("/comptes/mot-de-passe/")
    new = "Une-autre-phrase-42-bien-longue"
    assert portal.fill(page, oldpassword=samples.PASSWORD, password1=new, password2=new).status_code == 302
    assert attempt(desk.zoe, new, "203.0.113.99").status_code == 302


@pytest.mark.parametrize(
    ("address", "seen"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("pas une adresse", "pas une adresse"),
    ],
)
def test_a_line_is_one_place_however_many_addresses_it_has(rf: Any, address: str, seen: str) -> None:
    assert place(rf.get("/", REMOTE_ADDR=address)) == seen
