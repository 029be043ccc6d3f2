"""What a stranger learns of who has an account: nothing, by words, page, status or work. What he may not take or lead to."""

import re
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import get_hasher
from django.core.cache import caches
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.identity.lookalikes import is_plain, refuse_lookalikes
from accounts.models import Invitation, User
from messaging.models import Delivery
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queue import drain

KNOWN, UNKNOWN = "zoe@exemple.fr", "eva@exemple.fr"  # as long one as the other
SIGN_IN, CODE, SIGN_UP = "/comptes/connexion/", "/comptes/connexion/code/", "/comptes/inscription/"
RESET, WRITE = "/comptes/mot-de-passe/oublie/", "/comptes/connexion/code/saisie/"
ENTRIES = {
    SIGN_IN: ("login", {"password": "pas le bon mot de passe"}),
    CODE: ("email", {}),
    SIGN_UP: ("email", {"password1": samples.PASSWORD}),
    RESET: ("email", {}),
}


@pytest.fixture
def town(db: None) -> people.Desk:
    town = people.desk()
    EmailAddress.objects.create(user=town.zoe, email=KNOWN, verified=True, primary=True)
    return town


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the passwords hashed so far."""
    done: list[str] = []
    hasher = type(get_hasher())
    original = hasher.encode

    def encode(self: Any, password: str, salt: str, *rest: Any, **more: Any) -> str:
        done.append(password)
        return str(original(self, password, salt, *rest, **more))

    monkeypatch.setattr(hasher, "encode", encode)
    return done


def words_of(answer: Any, address: str) -> str:
    """Return a page without what differs by itself."""
    text = answer.content.decode().replace(address, "…")
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", text)


class Seen:
    """What a stranger sees of an answer, and what making it cost."""

    def __init__(self, browser: Portal, address: str, hashed: list[str], ask: Any) -> None:
        hashed.clear()
        with CaptureQueriesContext(connection) as queries:
            answer = ask()
        self.answer = answer
        self.told = (
            answer.status_code,
            answer.headers.get("Location"),
            sorted(answer.headers),
            words_of(answer, address),
            sorted(answer.cookies),
            list(browser.cookies),
        )
        # A rollback where the other commits: in a test alone, both are statements.
        sent = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
        # PostgreSQL reads by a cursor what is read bit by bit: a reading like another.
        verbs = (sql.split(" ", 1)[0].replace("DECLARE", "SELECT") for sql in sent)
        self.work = (len(hashed), len(sent), Counter(verbs))


def whole_way(address: str, path: str, hashed: list[str]) -> list[Seen]:
    """Take one entry with an address: the form, what follows, and four wrong codes."""
    caches["default"].clear()
    browser = Portal()
    page = browser.get(path)
    name, more = ENTRIES[path]
    seen = [Seen(browser, address, hashed, lambda: browser.fill(page, values={name: address, **more}))]
    place = seen[0].answer.headers.get("Location")
    if place:
        seen.append(Seen(browser, address, hashed, lambda: browser.get(place)))
        seen += [Seen(browser, address, hashed, lambda: browser.post(place, {"code": "BBBB-BBBB"})) for _ in range(4)]
        end = seen[-1].answer.headers.get("Location")
        seen.append(Seen(browser, address, hashed, lambda: browser.get(end)))
    return seen


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("path", ENTRIES)
def test_every_entry_answers_alike_with_and_without_an_account(path: str, hashed: list[str]) -> None:
    ways = [whole_way(address, path, hashed) for address in (KNOWN, UNKNOWN)]
    assert len(ways[0]) == len(ways[1])
    for number, (known, unknown) in enumerate(zip(*ways, strict=True)):
        assert known.told == unknown.told, (path, number)
        assert known.work == unknown.work, (path, number)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("path", [CODE, SIGN_UP, RESET])
def test_a_mail_leaves_in_both_cases_and_through_the_queue(path: str, hashed: list[str], mailoutbox: Any) -> None:
    for address in (KNOWN, UNKNOWN):
        whole_way(address, path, hashed)
        assert not mailoutbox
        assert Delivery.objects.get(address=address).state == "queued"
    drain()
    assert sorted(mail.to[0] for mail in mailoutbox) == sorted([KNOWN, UNKNOWN])


def test_a_sign_up_that_is_not_one_leaves_nothing(town: people.Desk) -> None:
    before = (User.objects.count(), EmailAddress.objects.count())
    browser = Portal()
    browser.fill(browser.get(SIGN_UP), email=KNOWN, password1=samples.PASSWORD)
    assert (User.objects.count(), EmailAddress.objects.count()) == before
    town.zoe.refresh_from_db()
    assert town.zoe.check_password(samples.PASSWORD)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("path", ENTRIES)
def test_too_many_tries_are_refused_alike_with_and_without_an_account(path: str) -> None:
    name, more = ENTRIES[path]
    ways = []
    for address in (KNOWN, UNKNOWN):
        caches["default"].clear()
        seen = []
        for _ in range(8):
            browser = Portal()
            answer = browser.fill(browser.get(path), values={name: address, **more})
            seen.append((answer.status_code, answer.headers.get("Location"), words_of(answer, address)))
        ways.append(seen)
    assert ways[0] == ways[1]
    assert len(set(ways[0])) == 2


# --- Codes ----------------------------------------------------------------------------------------------------------


def code_of(address: str = KNOWN) -> str:
    found = re.search(r"\n([A-Z]{4}-[A-Z]{4})\n", Delivery.objects.filter(address=address).latest("pk").body)
    assert found
    return found[1]


def ask_code(address: str = KNOWN) -> tuple[Portal, Any]:
    browser = Portal()
    return browser, browser.fill(browser.get(CODE), email=address, follow=True)


def signed_in(browser: Portal) -> bool:
    return bool(browser.get("/mes-demandes/").status_code == 200)


@pytest.mark.usefixtures("town")
def test_a_code_serves_once() -> None:
    browser, page = ask_code()
    code = code_of()
    browser.fill(page, code=code)
    assert signed_in(browser)
    browser.post("/comptes/deconnexion/")
    assert browser.post(WRITE, {"code": code}).headers["Location"] == CODE
    again, page = ask_code()
    again.fill(page, code=code)
    assert not signed_in(again)


@pytest.mark.usefixtures("town")
def test_a_code_opens_nothing_in_another_browser() -> None:
    ask_code()
    code = code_of()
    other = Portal()
    assert other.post(WRITE, {"code": code}).headers["Location"] == CODE
    # Not even in one that waits for a code of its own.
    theirs, page = ask_code(UNKNOWN)
    theirs.fill(page, code=code)
    assert not signed_in(theirs)


@pytest.mark.usefixtures("town")
def test_a_code_of_another_account_opens_nothing() -> None:
    EmailAddress.objects.create(
        user=User.objects.get(email="nadia@exemple.fr"), email="nadia@exemple.fr", verified=True
    )
    ask_code("nadia@exemple.fr")
    browser, page = ask_code()
    browser.fill(page, code=code_of("nadia@exemple.fr"))
    assert not signed_in(browser)


@pytest.mark.usefixtures("town")
def test_a_code_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    browser, page = ask_code()
    later = timezone.now().timestamp() + timedelta(hours=1).total_seconds()
    monkeypatch.setattr("time.time", lambda: later)
    assert browser.fill(page, code=code_of()).status_code == 302
    assert not signed_in(browser)


@pytest.mark.usefixtures("town")
@pytest.mark.parametrize("address", [KNOWN, UNKNOWN])
def test_tries_that_come_at_once_are_three_in_all(address: str) -> None:
    """Requests sent together all read the session as it was: here it is put back as it was before each."""
    browser, _page = ask_code(address)
    before, judged = dict(browser.session.items()), 0
    for _ in range(20):
        session = browser.session
        session.clear()
        session.update(before)
        session.save()
        judged += browser.post(WRITE, {"code": "BBBB-BBBB"}).status_code == 200
    assert judged == 3


@pytest.mark.usefixtures("town")
def test_the_right_code_after_three_wrong_ones_at_once_opens_nothing() -> None:
    browser, _page = ask_code()
    before, code = dict(browser.session.items()), code_of()
    for written in ("BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", code):
        session = browser.session
        session.clear()
        session.update(before)
        session.save()
        browser.post(WRITE, {"code": written})
    assert not signed_in(browser)


@pytest.mark.usefixtures("town")
def test_whoever_tries_ten_thousand_codes_tries_thirty_an_hour(monkeypatch: pytest.MonkeyPatch) -> None:
    """From as many addresses and browsers as he likes, a minute apart: it is the account that is counted."""
    moment, judged = timezone.now().timestamp(), 0
    for number in range(100):
        monkeypatch.setattr("time.time", lambda: moment + number * 30)  # noqa: B023 called in this very round
        browser = Portal(REMOTE_ADDR=f"203.0.113.{number}")
        browser.fill(browser.get(CODE), email=KNOWN)
        for _ in range(100):
            answer = browser.post(WRITE, {"code": "BBBB-BBBB"})
            if answer.status_code != 200:
                break
            judged += 1
    # The third wrong try ends each code.
    assert Delivery.objects.filter(address=KNOWN).count() == 10
    assert judged == 20


def test_wrong_passwords_are_stopped_for_every_process_together(town: people.Desk) -> None:
    for _ in range(5):
        browser = Portal()
        browser.fill(browser.get(SIGN_IN), login=KNOWN, password="pas le bon")
    # Another process, another place: the right password itself is refused.
    elsewhere = Portal(REMOTE_ADDR="203.0.113.9")
    elsewhere.fill(elsewhere.get(SIGN_IN), login=KNOWN, password=samples.PASSWORD)
    assert not signed_in(elsewhere)
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM shared_cache")
        assert cursor.fetchone()[0]


# --- Sessions -------------------------------------------------------------------------------------------------------


def key_of(browser: Portal) -> str:
    return browser.cookies["sessionid"].value


def fixed() -> Portal:
    """Return a browser whose session key someone else chose and knows."""
    browser = Portal()
    session = browser.session
    session["cases"] = []
    session.save()
    browser.cookies["sessionid"] = str(session.session_key)
    return browser


@pytest.mark.parametrize("way", ["password", "code"])
def test_a_session_key_known_before_opens_nothing_after_sign_in(town: people.Desk, way: str) -> None:
    browser = fixed()
    before = key_of(browser)
    if way == "password":
        browser.fill(browser.get(SIGN_IN), login=KNOWN, password=samples.PASSWORD)
    else:
        page = browser.fill(browser.get(CODE), email=KNOWN, follow=True)
        browser.fill(page, code=code_of())
    assert signed_in(browser)
    assert key_of(browser) != before
    thief = Portal()
    thief.cookies["sessionid"] = before
    assert not signed_in(thief)


def test_a_session_key_known_before_a_proof_opens_nothing_after(town: people.Desk) -> None:
    browser = Portal()
    browser.fill(browser.get(SIGN_IN), login=KNOWN, password=samples.PASSWORD)
    before = key_of(browser)
    browser.fill(browser.get("/comptes/confirmation/"), password=samples.PASSWORD)
    assert signed_in(browser)
    assert key_of(browser) != before
    thief = Portal()
    thief.cookies["sessionid"] = before
    assert not signed_in(thief)
    # The list of open sessions follows: this one can still be ended from elsewhere.
    assert list(UserSession.objects.filter(user=town.zoe).values_list("session_key", flat=True)) == [key_of(browser)]


def test_a_wrong_proof_changes_nothing(town: people.Desk) -> None:
    browser = Portal()
    browser.fill(browser.get(SIGN_IN), login=KNOWN, password=samples.PASSWORD)
    before = key_of(browser)
    browser.fill(browser.get("/comptes/confirmation/"), password="pas le bon")
    assert key_of(browser) == before


# --- Where one is led -----------------------------------------------------------------------------------------------

ELSEWHERE = [
    "//evil.example", "///evil.example", "https://evil.example/", "http://evil.example", "/\\evil.example",
    "\\\\evil.example", "javascript:alert(1)", "data:text/html,x", "https:evil.example", "https:///evil.example",
    " //evil.example", "\t//evil.example", "/%09/evil.example", "//testserver@evil.example", "/\n/evil.example",
]  # fmt: skip


def is_here(place: str | None) -> bool:
    """Say whether a browser that follows this stays on the portal."""
    cleaned = re.sub(r"[\t\r\n]", "", place or "/").strip().replace("\\", "/")
    return cleaned.startswith("/") and not cleaned.startswith("//")


@pytest.mark.parametrize("place", ELSEWHERE)
def test_nothing_leads_elsewhere(town: people.Desk, place: str) -> None:
    ends = []

    def note(answer: Any) -> Any:
        ends.append(answer.headers.get("Location"))
        return answer

    by_password = Portal()
    by_password.get(SIGN_IN, {"next": place})
    note(by_password.post(SIGN_IN, {"login": KNOWN, "password": samples.PASSWORD, "next": place}))
    # Signed in: the entries, what proves again, and what leaves.
    for path in (SIGN_IN, CODE, SIGN_UP, "/comptes/identite/franceconnect/"):
        note(by_password.get(path, {"next": place}))
    note(by_password.post("/comptes/confirmation/", {"password": samples.PASSWORD, "next": place}))
    note(by_password.post("/comptes/mot-de-passe/", {"next": place}))
    note(by_password.post("/langue/", {"language": "en", "next": place}))
    note(by_password.post("/agent/secteur/", {"sector": "1", "next": place}))
    note(by_password.post("/comptes/connexion/cle/", {"credential": "{}", "next": place}))
    note(by_password.post("/comptes/deconnexion/", {"next": place}))
    by_code = Portal()
    note(by_code.post(f"{CODE}?next=/demarches/", {"email": KNOWN, "next": place}))
    note(by_code.post(WRITE, {"code": code_of(), "next": place}))
    assert signed_in(by_code)
    caches["default"].clear()
    forgot = Portal()
    note(forgot.post(RESET, {"email": KNOWN, "next": place}))
    note(forgot.post("/comptes/mot-de-passe/code/", {"code": code_of(), "next": place}))
    new = {"password1": samples.PASSWORD, "password2": samples.PASSWORD, "next": place}
    note(forgot.post("/comptes/mot-de-passe/nouveau/", new))
    newcomer = Portal()
    note(newcomer.post(SIGN_UP, {"email": UNKNOWN, "password1": samples.PASSWORD, "next": place}))
    note(newcomer.post("/comptes/inscription/code/", {"code": code_of(UNKNOWN), "next": place}))
    assert [end for end in ends if not is_here(end)] == []


def test_a_page_of_the_portal_is_where_one_was_going(town: people.Desk) -> None:
    """The test above would pass as well if nobody were ever led anywhere."""
    browser = Portal()
    page = browser.get(SIGN_IN, {"next": "/demarches/"})
    answer = browser.fill(page, login=KNOWN, password=samples.PASSWORD)
    assert answer.headers["Location"] == "/demarches/"


# --- Addresses that look like others --------------------------------------------------------------------------------

LOOKALIKES = {
    "cyrillic before the @": "zо\u0435@exemple.fr",
    "cyrillic after the @": "zoe@ex\u0435mple.fr",
    "fullwidth": "\uff5aoe@exemple.fr",
    "fullwidth domain": "zoe@\uff45xemple.fr",
    "zero width": "zoe\u200b@exemple.fr",
    "zero width in the domain": "zoe@exe\u200bmple.fr",
    "soft hyphen": "zoe@exe\u00admple.fr",
    "right to left": "zoe@\u202eexemple.fr",
    "dotless i": "zoe@ex\u0131mple.fr",
    "greek": "zo\u03b5@exemple.fr",
    "kelvin sign": "zoe@exemple.\u212ar",
    "long s": "zoe@exemple.\u017fr",
    "ideographic dot": "zoe@exemple\u3002fr",
    "fullwidth at": "zoe\uff20exemple.fr",
    "combining accent": "zoe@exe\u0301mple.fr",
    "tag": "zoe@exemple\U000e0041.fr",
}
WORDS = "ressemble à un autre"


@pytest.mark.parametrize("address", LOOKALIKES.values(), ids=LOOKALIKES)
def test_an_address_that_looks_like_another_is_refused_with_a_clear_word(town: people.Desk, address: str) -> None:
    people_before = User.objects.count()
    signed = Portal()
    signed.fill(signed.get(SIGN_IN), login=KNOWN, password=samples.PASSWORD)
    answers = [
        Portal().post(SIGN_UP, {"email": address, "password1": samples.PASSWORD}),
        Portal().post(CODE, {"email": address}),
        Portal().post(RESET, {"email": address}),
        signed.post("/comptes/adresses/", {"action_add": "", "email": address}),
    ]
    for answer in answers:
        assert answer.status_code == 200
        text = answer.content.decode().replace("\u00a0", " ")
        # Without an @ it is no address at all, and that is what is said.
        assert WORDS in text or ("@" not in address and "adresse" in text)
    assert not Delivery.objects.exists()
    assert User.objects.count() == people_before
    with pytest.raises(CommandError):
        call_command("invite", address, "etat_civil", "--role", "agent", "--title", "agente")
    assert not Invitation.objects.exists()


def test_an_administrator_is_told_too(town: people.Desk) -> None:
    odile = people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice")
    browser = Portal()
    people.sign_in(browser, odile)
    page = browser.get("/atelier/equipe/inviter/")
    answer = browser.fill(
        page, email="lea@ex\u0435mple.fr", department=str(town.civil.pk), role="agent", title="agente"
    )
    assert answer.status_code == 422
    assert WORDS in answer.content.decode()


@pytest.mark.parametrize("address", ["zoé@exemple.fr", "zoe", "@", "zoe@", ""])
def test_what_is_no_plain_address_is_refused(address: str) -> None:
    with pytest.raises(ValidationError):
        refuse_lookalikes(address)


@pytest.mark.parametrize(
    "address", ["o'neil+ville@exemple.fr", "contact@mairie-orléans.fr", "A.B@EXEMPLE.FR", "x@Cœur.fr"]
)
def test_ordinary_addresses_are_welcome(address: str) -> None:
    assert is_plain(address)


def test_two_spellings_by_capitals_are_one_login(town: people.Desk) -> None:
    browser = Portal()
    browser.fill(browser.get(SIGN_IN), login="ZOE@Exemple.FR", password=samples.PASSWORD)
    assert signed_in(browser)
    other = Portal()
    other.fill(other.get(SIGN_UP), email="Zoe@EXEMPLE.fr", password1=samples.PASSWORD)
    assert User.objects.filter(email__iexact=KNOWN).count() == 1


def test_a_second_person_with_the_same_address_gets_no_part_of_the_first(town: people.Desk) -> None:
    """Two people with one e-mail: the second asks for an account, and the first alone is told, by mail."""
    case = town.file()
    second = Portal()
    page = second.fill(second.get(SIGN_UP), email=KNOWN, password1="une autre phrase bien à elle", follow=True)
    assert not signed_in(second)
    assert Delivery.objects.latest("pk").subject == "Vous avez déjà un compte"
    assert case.reference not in page.content.decode()
    assert second.get(f"/demandes/{case.reference}/").status_code == 404
