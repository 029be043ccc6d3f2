"""The agents' desk through HTTP: who sees what, the inbox, the case, and every action on it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation
from django.utils.translation import gettext, ngettext

from accounts.models import User
from accounts.permissions import Actor
from journal.models import AccessLog, Event
from messaging.models import Delivery
from procedures.lifecycle import message as letters
from procedures.lifecycle import note as notes
from procedures.lifecycle import transition as transitions
from procedures.models import CaseAccess, Decision, Message, Submission
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.support.queries import count_queries

LAW = "L’article 30 du décret n° 2017-890 réserve la copie intégrale à la personne, ses ascendants et descendants."
FACT = "Votre réponse du 24 novembre indique que vous êtes une voisine de la personne nommée dans l’acte."


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


@pytest.fixture
def case(desk: Desk) -> Submission:
    return desk.file()


def said(msgid: str, **values: Any) -> str:
    """Return a phrase of the interface as the page says it, spaces aside."""
    with translation.override("fr"):
        return " ".join((gettext(msgid) % values if values else gettext(msgid)).split())


def said_later(one: str, several: str, count: int) -> Callable[[], str]:
    """Return how to say a number of things, once a language is chosen."""

    def words() -> str:
        with translation.override("fr"):
            return " ".join((ngettext(one, several, count) % {"count": count}).split())

    return words


def text_of(response: Any) -> str:
    main = page_of(response).find("main")
    assert main is not None
    return main.text


def bytes_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def url(submission: Submission, end: str = "") -> str:
    return f"/agent/demandes/{submission.reference}/{end}"


def take(submission: Submission, agent: User) -> Submission:
    return transitions.apply(submission, "take_charge", by=Actor(user=agent))


def propose(submission: Submission, agent: User, key: str = "propose_refusal") -> Submission:
    grounds = transitions.Grounds(law=LAW, fact=FACT, words="Nous avons lu votre demande avec attention.")
    return transitions.apply(submission, key, by=Actor(user=agent), grounds=grounds)


# --- Who enters -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/agent/", "/agent/demandes/"])
def test_a_stranger_is_asked_to_sign_in_and_a_citizen_is_refused(portal: Portal, desk: Desk, path: str) -> None:
    answer = portal.get(path)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/comptes/")
    portal.force_login(desk.zoe)
    assert portal.get(path).status_code == 403


def test_a_stranger_is_not_told_whether_a_request_exists(portal: Portal, case: Submission) -> None:
    for end in ("", "message/", "lu/", "accuse/", "actions/take_charge/"):
        send = portal.post if end in {"message/", "lu/"} else portal.get
        assert send(url(case, end)).status_code == 302


@pytest.mark.parametrize("who", ["nadia", "claire", "helene", "paul"])
def test_everyone_of_the_department_opens_the_inbox_the_list_and_the_case(
    portal: Portal, desk: Desk, case: Submission, who: str
) -> None:
    portal.force_login(getattr(desk, who))
    for path in ("/agent/", "/agent/demandes/", url(case)):
        assert portal.get(path).status_code == 200


def test_an_agent_of_another_sector_finds_nothing(portal: Portal, desk: Desk, case: Submission) -> None:
    kept = people.attach(case)
    portal.force_login(desk.roger)
    assert case.reference not in portal.get("/agent/demandes/?etat=toutes").text
    assert case.reference not in text_of(portal.get("/agent/demandes/?q=lefevre"))
    assert portal.get(f"/agent/demandes/?q={case.reference}").status_code == 200
    ends = ("", "actions/take_charge/", f"fichiers/{kept.public_id}/", "accuse/")
    assert [portal.get(url(case, end)).status_code for end in ends] == [404] * 4
    assert [portal.post(url(case, end)).status_code for end in ("message/", "lu/", "actions/take_charge/")] == [404] * 3
    assert not AccessLog.objects.exclude(action__in=("search", "configure")).exists()


def test_access_granted_on_one_case_opens_it_to_read_only(portal: Portal, desk: Desk, case: Submission) -> None:
    CaseAccess.objects.create(submission=case, department=desk.roads, reason="avis")
    portal.force_login(desk.roger)
    page = portal.get(url(case))
    assert page.status_code == 200
    assert "<textarea" not in page.text
    assert portal.post(url(case, "message/"), {"words": "Bonjour"}).status_code == 403
    assert portal.post(url(case, "actions/take_charge/")).status_code == 403


@pytest.mark.parametrize(
    ("who", "allowed"),
    [("nadia", True), ("claire", True), ("helene", False), ("paul", False)],
)
def test_agents_and_heads_take_charge_and_no_one_else(
    portal: Portal, desk: Desk, case: Submission, who: str, allowed: bool
) -> None:
    portal.force_login(getattr(desk, who))
    assert ("Prendre en charge" in text_of(portal.get(url(case)))) is allowed
    assert portal.post(url(case, "actions/take_charge/")).status_code == (302 if allowed else 403)
    case.refresh_from_db()
    assert case.state == ("in_review" if allowed else "received")


def test_an_auditor_reads_but_neither_writes_nor_marks_as_read(portal: Portal, desk: Desk, case: Submission) -> None:
    letters.send(case, "Avez-vous reçu ma demande ?", by=Actor(user=desk.zoe))
    portal.force_login(desk.paul)
    assert "Avez-vous reçu ma demande ?" in text_of(portal.get(url(case)))
    assert portal.post(url(case, "message/"), {"words": "Non"}).status_code == 403
    assert portal.post(url(case, "lu/")).status_code == 403
    assert Message.objects.get().read_at is None


def test_an_agent_does_not_make_the_applicants_moves_at_the_desk(portal: Portal, desk: Desk) -> None:
    own = desk.file(by=desk.nadia)
    portal.force_login(desk.nadia)
    assert "Retirer ma demande" not in text_of(portal.get(url(own)))
    assert portal.get(url(own, "actions/withdraw/")).status_code == 404
    assert portal.post(url(own, "actions/withdraw/")).status_code == 404
    assert portal.get(url(own, "actions/nothing/")).status_code == 404


# --- Inbox and list -------------------------------------------------------------------------------------------------


def test_the_counters_say_what_waits_and_lead_to_it(portal: Portal, desk: Desk) -> None:
    overdue, soon, answered, proposed = (desk.file() for _ in range(4))
    posted = desk.decide(desk.file(applicant_contact="post", applicant_email=""))
    people.late(overdue, 2)
    people.late(soon, -3)
    letters.send(answered, "Voici la réponse.", by=Actor(user=desk.zoe))
    propose(take(proposed, desk.nadia), desk.nadia)
    notes.write(answered, "À lire avant de signer.", by=Actor(user=desk.nadia), asking=[desk.helene])
    portal.force_login(desk.helene)
    counts = next(ul for ul in page_of(portal.get("/agent/")).find_all("ul") if ul.get("class") == "counts")
    links = counts.find_all("a")
    assert [link.text.split()[0] for link in links] == ["1", "1", "1", "1", "3", "1", "1"]
    waiting = {overdue, soon, answered}
    expected = [{overdue}, {soon}, {answered}, {answered}, waiting, {proposed}, {posted}]
    for link, cases in zip(links, expected, strict=True):
        page = text_of(portal.get(link.get("href")))
        assert {one for one in (overdue, soon, answered, proposed, posted) if one.reference in page} == cases


def test_a_counter_stops_at_99(portal: Portal, desk: Desk, case: Submission) -> None:
    fields = {
        f.name: getattr(case, f.name) for f in Submission._meta.concrete_fields if f.name not in {"id", "public_id"}
    }
    Submission.objects.bulk_create(Submission(**{**fields, "reference": f"copy-{n}"}) for n in range(100))
    portal.force_login(desk.nadia)
    assert "99+" in text_of(portal.get("/agent/"))


def test_what_was_sent_back_no_longer_waits_for_a_signature(portal: Portal, desk: Desk, case: Submission) -> None:
    propose(take(case, desk.nadia), desk.nadia)
    transitions.apply(case, "send_back", by=Actor(user=desk.helene), words="Citez l’article exact.")
    portal.force_login(desk.nadia)
    assert case.reference not in text_of(portal.get("/agent/demandes/?etat=a-signer"))
    assert "Citez l’article exact." in text_of(portal.get(url(case)))


def test_my_requests_come_the_most_urgent_first(portal: Portal, desk: Desk) -> None:
    calm, urgent, other = (desk.file() for _ in range(3))
    take(calm, desk.nadia)
    people.late(take(urgent, desk.nadia), 2)
    take(other, desk.claire)
    portal.force_login(desk.nadia)
    page = text_of(portal.get("/agent/"))
    assert page.index(urgent.reference) < page.index(calm.reference)
    assert other.reference not in page


@pytest.mark.parametrize(
    ("days", "words", "tone"),
    [
        (2, said_later("one day late", "%(count)d days late", 2), "late"),
        (1, said_later("one day late", "%(count)d days late", 1), "late"),
        (0, lambda: said("today"), "soon"),
        (-5, said_later("%(count)d day", "%(count)d days", 5), "soon"),
        (-14, said_later("%(count)d day", "%(count)d days", 14), ""),
    ],
)
def test_the_legal_date_is_said_in_days_then_as_a_date(
    portal: Portal, desk: Desk, days: int, words: Callable[[], str], tone: str
) -> None:
    case = people.late(desk.file(), days)
    portal.force_login(desk.nadia)
    page = page_of(portal.get("/agent/demandes/"))
    due = next(span for span in page.find_all("span") if span.get("class").startswith("due"))
    when = due.find("time")
    assert due.text.startswith(f"{words()} · ")
    assert due.get("class").split()[1:] == [tone] * bool(tone)
    assert when is not None
    assert when.get("datetime") == str(case.due_on)


def test_a_procedure_without_silence_effect_has_no_legal_date(portal: Portal, desk: Desk) -> None:
    legal = {**samples.content()["legal"], "silence_effect": "none", "silence_delay": None}
    desk.procedure = samples.procedure("contact", department=desk.civil, id="contact", legal=legal)
    case = desk.file()
    portal.force_login(desk.nadia)
    assert said("no legal date") in text_of(portal.get("/agent/demandes/"))
    assert said("The town’s silence makes no decision for this procedure") in text_of(portal.get(url(case)))


@pytest.mark.parametrize(
    ("effect", "days", "words"),
    [
        ("rejection", -3, "Without a decision on that day, the request is deemed refused"),
        ("rejection", 3, "Since that day, the request is deemed refused"),
        ("acceptance", -3, "Without a decision on that day, if it is complete, the request is deemed accepted"),
        ("acceptance", 3, "Since that day, if it was complete, the request is deemed accepted"),
    ],
)
def test_the_case_says_what_silence_means(portal: Portal, desk: Desk, effect: str, days: int, words: str) -> None:
    legal = {**samples.content()["legal"], "silence_effect": effect}
    desk.procedure = samples.procedure("autre", department=desk.civil, id="autre", legal=legal)
    case = people.late(desk.file(), days)
    portal.force_login(desk.nadia)
    assert said(words) in text_of(portal.get(url(case)))


def test_the_empty_list_says_so_in_words(portal: Portal, desk: Desk) -> None:
    portal.force_login(desk.nadia)
    assert said("No request in this view.") in text_of(portal.get("/agent/demandes/"))
    assert said("No request is assigned to you. Taking charge of one assigns it to you.") in text_of(
        portal.get("/agent/")
    )
    assert said("Nothing for “%(words)s” among the requests that you may see.", words="personne") in text_of(
        portal.get("/agent/demandes/?q=personne")
    )


@pytest.mark.parametrize("words", ["lefevre", "LEFÈVRE zoé", "tanneurs", "morvan"])
def test_a_search_finds_a_name_with_or_without_accents(
    portal: Portal, desk: Desk, case: Submission, words: str
) -> None:
    other = desk.file(applicant_family_name="Cordier", applicant_given_names="Inès")
    Submission.objects.filter(pk=other.pk).update(search_text="ines cordier")
    portal.force_login(desk.nadia)
    page = text_of(portal.get("/agent/demandes/", {"q": words}))
    assert case.reference in page
    assert other.reference not in page


def test_a_sensitive_answer_is_not_searched(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    assert case.reference not in text_of(portal.get("/agent/demandes/?q=sensible"))


def test_an_exact_reference_leads_to_the_case_however_it_is_typed(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    for typed in (case.reference, case.reference.lower().replace("-", " ")):
        answer = portal.get("/agent/demandes/", {"q": typed})
        assert answer.headers["Location"] == url(case)


def test_the_filters_narrow_the_list_and_stay_in_the_address(portal: Portal, desk: Desk) -> None:
    mine, theirs = desk.file(), desk.file()
    take(mine, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get("/agent/demandes/")
    answer = portal.get(
        "/agent/demandes/", {"demarche": "acte", "etat": "en-instruction", "echeance": "", "agent": "moi"}
    )
    assert mine.reference in text_of(page)
    assert theirs.reference in text_of(page)
    assert mine.reference in text_of(answer)
    assert theirs.reference not in text_of(answer)
    chosen = [option.get("value") for option in page_of(answer).find_all("option") if option.has("selected")]
    assert chosen[:5] == ["acte", "en-instruction", "", "moi", ""]
    assert theirs.reference in text_of(portal.get("/agent/demandes/?agent=a-attribuer"))
    assert portal.get("/agent/demandes/?etat=x&echeance=y&agent=z&demarche=%00&q=%00&apres=faux").status_code == 200


def test_the_list_is_paged_without_losing_or_repeating_a_request(portal: Portal, desk: Desk) -> None:
    now = timezone.now()
    cases = [desk.file(at=now - timedelta(hours=n)) for n in range(30)]
    portal.force_login(desk.nadia)
    first = portal.get("/agent/demandes/?agent=a-attribuer")
    older = link_of(first, "next")
    assert "agent=a-attribuer" in older
    second = portal.get("/agent/demandes/" + older)
    newer = link_of(second, "prev")
    again = portal.get("/agent/demandes/" + newer)
    expected = [case.reference for case in cases]
    assert references(first) == expected[:25]
    assert references(second) == expected[25:]
    assert references(again) == expected[:25]


def link_of(response: Any, rel: str) -> str:
    return next(a.get("href") for a in page_of(response).find_all("a") if a.get("rel") == rel)


def references(response: Any) -> list[str]:
    table = page_of(response).find("table")
    assert table is not None
    return [a.get("href").split("/")[-2] for a in table.find_all("a")]


def test_pages_cost_the_same_queries_with_1_and_30_requests(portal: Portal, desk: Desk) -> None:
    def busy() -> None:
        case = desk.file()
        letters.send(case, "Bonjour", by=Actor(user=desk.zoe))
        propose(take(case, desk.nadia), desk.nadia)

    busy()
    portal.force_login(desk.nadia)
    paths = ("/agent/", "/agent/demandes/", "/agent/demandes/?q=lefevre", "/agent/demandes/?etat=a-signer")
    alone = [count_queries(portal, path) for path in paths]
    for _ in range(29):
        busy()
    assert [count_queries(portal, path) for path in paths] == alone


def test_a_case_costs_the_same_queries_with_much_or_little_said(portal: Portal, desk: Desk, case: Submission) -> None:
    letters.send(case, "Bonjour", by=Actor(user=desk.zoe))
    letters.send(case, "Bonjour", by=Actor(user=desk.nadia))
    people.attach(case)
    portal.force_login(desk.claire)
    little = count_queries(portal, url(case))
    for who in (desk.zoe, desk.nadia, desk.claire, desk.helene):
        letters.send(case, "Encore un mot.", by=Actor(user=who))
        people.attach(case)
    assert count_queries(portal, url(case)) == little


# --- The case -------------------------------------------------------------------------------------------------------


def test_the_case_shows_the_applicant_the_answers_the_law_and_who_did_what(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.claire)
    page = portal.get(url(case))
    text = text_of(page)
    for words in ("Zoé Lefèvre", "zoe@exemple.fr", "14 rue des Tanneurs", "Copie intégrale", "Anne Morvan"):
        assert words in text
    assert "tel:+33199001299" in page.text
    assert "Article L. 231-4 du CRPA" in text
    assert "Nadia Roussel" in text
    assert "Prendre en charge" in text
    assert AccessLog.objects.filter(subject=case.key, action="read", role="head").count() == 1


def test_an_answer_that_holds_markup_is_shown_as_text(portal: Portal, desk: Desk) -> None:
    typed = "<script>alert(1)</script>{{ 7 }}"
    case = desk.file(applicant_family_name=typed)
    chosen = f"Cocher {case.reference}, Zoé {typed}"
    portal.allow_text = {"{{ 7 }}", typed, f"Zoé {typed}", chosen}
    portal.force_login(desk.nadia)
    for path in ("/agent/demandes/", url(case), url(case, "actions/take_charge/")):
        assert "<script>alert" not in portal.get(path).text


def test_a_request_without_e_mail_says_how_to_answer(portal: Portal, desk: Desk) -> None:
    case = desk.file(applicant_contact="post", applicant_email=None, applicant_phone=None)
    portal.force_login(desk.nadia)
    text = text_of(portal.get(url(case)))
    assert said("No e-mail address: answer by post or by telephone.") in text
    assert said("Nothing was sent about this request.") in text


def test_what_was_sent_is_shown_with_its_state(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    delivery = Delivery.objects.get(about=case.key)
    assert said("waiting to be sent") in text_of(portal.get(url(case)))
    Delivery.objects.filter(pk=delivery.pk).update(attempts=1)
    assert said("not sent yet, it will be tried again") in text_of(portal.get(url(case)))
    Delivery.objects.filter(pk=delivery.pk).update(state="failed", attempts=12)
    assert "12" in text_of(portal.get(url(case)))
    now = timezone.now()
    Delivery.objects.filter(pk=delivery.pk).update(state="done", done_at=now, available_at=now, first_read_at=now)
    text = text_of(portal.get(url(case)))
    assert said("waiting to be sent") not in text
    assert said("first read on %(when)s", when="")[:8] in text


def test_crpa_06_messages_go_both_ways_and_are_marked_as_read_by_a_button(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    letters.send(case, "Où en est ma demande ?", by=Actor(user=desk.zoe))
    portal.force_login(desk.nadia)
    page = portal.get(url(case))
    assert "Où en est ma demande ?" in text_of(page)
    assert Message.objects.get().read_at is None
    read = next(form for form in page_of(page).find_all("form") if form.get("action").endswith("/lu/"))
    assert portal.post(read.get("action")).status_code == 302
    assert Message.objects.get().read_at is not None
    answer = portal.post(url(case, "message/"), {"words": "Nous la lisons."}, follow=True)
    assert "Nous la lisons." in text_of(answer)
    assert said("Your message is sent.") in text_of(answer)
    assert Delivery.objects.filter(about=case.key, purpose="message").count() == 1
    assert Event.objects.of(case.key).filter(kind="message").count() == 2


def test_an_empty_message_is_refused_in_words(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    answer = portal.post(url(case, "message/"), {"words": " \u202e "})
    assert answer.status_code == 422
    assert said("Write your message before you send it.") in text_of(answer)
    assert not Message.objects.exists()


@pytest.mark.parametrize(
    ("scan", "given"), [("clean", True), ("skipped", True), ("pending", False), ("infected", False)]
)
def test_a_file_is_given_only_once_it_may_be_opened(
    portal: Portal, desk: Desk, case: Submission, scan: str, given: bool
) -> None:
    kept = people.attach(case, scan, b"<html>not a page</html>")
    portal.force_login(desk.nadia)
    path = url(case, f"fichiers/{kept.public_id}/")
    assert (path in portal.get(url(case)).text) is given
    answer = portal.get(path)
    assert answer.status_code == (200 if given else 404)
    if given:
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert bytes_of(answer) == b"<html>not a page</html>"
    assert AccessLog.objects.filter(action="download").exists() is given


def test_a_file_of_another_request_is_not_given(portal: Portal, desk: Desk, case: Submission) -> None:
    kept = people.attach(desk.file())
    portal.force_login(desk.nadia)
    assert portal.get(url(case, f"fichiers/{kept.public_id}/")).status_code == 404


def test_the_receipt_is_given_once_it_is_made(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.force_login(desk.nadia)
    assert portal.get(url(case, "accuse/")).status_code == 404
    assert said("being made") in text_of(portal.get(url(case)))
    document = case.documents.get()
    document.stored = people.attach(desk.file())
    document.stored.answer_link.delete()
    document.save()
    document.succeed()
    answer = portal.get(url(case, "accuse/"))
    assert f"accuse-de-reception-{case.reference}.pdf" in answer.headers["Content-Disposition"]
    assert bytes_of(answer).startswith(b"%PDF")


# --- Actions --------------------------------------------------------------------------------------------------------


def test_an_agent_asks_for_a_correction_and_the_citizen_is_told(portal: Portal, desk: Desk, case: Submission) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/ask_correction/"))
    empty = portal.fill(page, words="  ")
    assert empty.status_code == 422
    assert said("Tick an answer above, or write here what the person must correct or add.") in text_of(empty)
    answer = portal.fill(page, words="Joignez une copie lisible du livret.", follow=True)
    assert "Joignez une copie lisible du livret." in text_of(answer)
    assert "Attend l’usager" in text_of(answer)
    assert Delivery.objects.filter(about=case.key, purpose="ask_correction").exists()


def test_a_plain_move_asks_first_then_is_done_once(portal: Portal, desk: Desk, case: Submission) -> None:
    take(case, desk.nadia)
    transitions.apply(case, "ask_correction", by=Actor(user=desk.nadia), words="Une copie lisible.")
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/resume/"))
    assert said(
        "The request goes from “%(before)s” to “%(after)s”.", before="Attend l’usager", after="En instruction"
    ) in (text_of(page))
    assert portal.fill(page).status_code == 302
    assert portal.fill(page).status_code == 409
    assert Event.objects.of(case.key).filter(kind="resume").count() == 1


def test_a_refusal_is_prepared_by_an_agent_and_signed_by_a_signatory(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/propose_refusal/"))
    assert portal.fill(page, law=LAW, fact=FACT).status_code == 302
    assert LAW in text_of(portal.get(url(case)))
    assert portal.get(url(case, "actions/refuse/")).status_code == 403
    assert not Delivery.objects.filter(about=case.key, purpose="refuse").exists()

    portal.force_login(desk.helene)
    page = portal.get(url(case, "actions/refuse/"))
    letter = next(article for article in page_of(page).find_all("article")).text
    for words in ("Votre demande ne peut pas être acceptée.", LAW, FACT, "Écrire à la maire", "Hélène Marchand"):
        assert words in letter
    answer = portal.fill(page, fact=FACT + " Ceci n’ouvre pas ce droit.", follow=True)
    assert "Refusée" in text_of(answer)
    decision = Decision.objects.get()
    assert decision.signer_name == "Hélène Marchand"
    assert decision.fact_grounds.endswith("Ceci n’ouvre pas ce droit.")
    assert Delivery.objects.filter(about=case.key, purpose="refuse").count() == 1
    assert said("no longer running") in text_of(answer)


@pytest.mark.parametrize(
    ("law", "fact", "wrong"),
    [
        ("", FACT, ["f-law"]),
        (LAW, "", ["f-fact"]),
        (LAW, "Trop court.", ["f-fact"]),
        (" ", "Trop court.", ["f-law", "f-fact"]),
    ],
)
def test_a_refusal_without_reasons_is_given_back_with_what_was_typed(
    portal: Portal, desk: Desk, case: Submission, law: str, fact: str, wrong: list[str]
) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/propose_refusal/"))
    answer = portal.fill(page, law=law, fact=fact, words="Avec nos excuses.")
    assert answer.status_code == 422
    root = page_of(answer)
    summary = next(section for section in root.find_all("section") if section.get("class") == "errors")
    assert [a.get("href").lstrip("#") for a in summary.find_all("a")] == wrong
    marked = [area.get("id") for area in root.find_all("textarea") if area.get("aria-invalid") == "true"]
    assert marked == wrong
    typed = {area.get("name"): area.text for area in root.find_all("textarea")}
    assert typed == {"law": law.strip(), "fact": fact, "words": "Avec nos excuses."}
    case.refresh_from_db()
    assert case.state == "in_review"
    assert not Decision.objects.exists()


def test_the_preview_is_redrawn_without_doing_anything(portal: Portal, desk: Desk, case: Submission) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/propose_refusal/"))
    answer = portal.fill(page, button="preview", law=LAW, fact="Des faits encore courts.")
    assert answer.status_code == 200
    letter = next(article for article in page_of(answer).find_all("article")).text
    assert LAW in letter
    assert "Des faits encore courts." in letter
    assert not Decision.objects.exists()


def test_a_signatory_without_a_recorded_title_is_told_why_she_cannot_sign(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    propose(take(case, desk.nadia), desk.nadia, "propose_grant")
    desk.helene.memberships.update(title="")
    portal.force_login(desk.helene)
    answer = portal.fill(portal.get(url(case, "actions/grant/")))
    assert answer.status_code == 422
    with translation.override("fr"):
        wanted = gettext("Your first name, surname and title must be recorded before you sign (L212-1).")
    assert " ".join(wanted.split()) in text_of(answer)


def test_a_grant_needs_no_reasons_and_does_not_keep_those_of_a_refusal(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    propose(take(case, desk.nadia), desk.nadia)
    portal.force_login(desk.helene)
    page = portal.get(url(case, "actions/grant/"))
    assert LAW not in text_of(page)
    assert portal.fill(page).status_code == 302
    assert Decision.objects.get().outcome == "granted"


def test_a_signatory_sends_back_with_words_that_only_agents_read(portal: Portal, desk: Desk, case: Submission) -> None:
    propose(take(case, desk.nadia), desk.nadia)
    mails = Delivery.objects.filter(about=case.key).count()
    portal.force_login(desk.helene)
    page = portal.get(url(case, "actions/send_back/"))
    assert portal.fill(page, words="").status_code == 422
    assert portal.fill(page, words="Citez l’article exact.").status_code == 302
    assert Delivery.objects.filter(about=case.key).count() == mails
    portal.force_login(desk.nadia)
    again = portal.get(url(case, "actions/propose_refusal/"))
    assert "Citez l’article exact." in text_of(again)
    assert LAW in text_of(again)


def test_an_action_on_a_request_that_changed_says_what_changed_and_keeps_the_words(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    take(case, desk.nadia)
    portal.force_login(desk.nadia)
    page = portal.get(url(case, "actions/propose_refusal/"))
    transitions.apply(case, "ask_correction", by=Actor(user=desk.claire), words="Une copie lisible.")
    answer = portal.post(page.request["PATH_INFO"], {"law": LAW, "fact": FACT, "words": ""})
    assert answer.status_code == 409
    text = text_of(answer)
    assert "Attend l’usager" in text
    assert "Claire Fabre" in text
    assert {area.text for area in page_of(answer).find_all("textarea")} == {LAW, FACT, ""}
    assert not Decision.objects.exists()


def test_two_agents_who_take_the_same_request_are_told(desk: Desk, case: Submission) -> None:
    first, second = Client(), Portal()
    first.force_login(desk.nadia)
    second.force_login(desk.claire)
    path = url(case, "actions/take_charge/")
    assert first.post(path).status_code == 302
    answer = second.post(path)
    assert answer.status_code == 409
    assert "Nadia Roussel" in text_of(answer)
    case.refresh_from_db()
    assert case.assigned_to == desk.nadia


def test_a_decided_request_is_closed_by_an_agent_and_then_nothing_is_left_to_do(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    propose(take(case, desk.nadia), desk.nadia, "propose_grant")
    transitions.apply(case, "grant", by=Actor(user=desk.helene), grounds=transitions.Grounds())
    portal.force_login(desk.nadia)
    portal.fill(portal.get(url(case, "actions/close/")))
    text = text_of(portal.get(url(case)))
    assert "Classée" in text
    assert said("Nothing for you to do on this request now.") in text
    assert case.reference in text_of(portal.get("/agent/demandes/?etat=terminees"))


def test_a_get_of_a_posting_address_leads_to_the_case_and_does_nothing(
    portal: Portal, desk: Desk, case: Submission
) -> None:
    letters.send(case, "Bonjour", by=Actor(user=desk.zoe))
    portal.force_login(desk.nadia)
    for end in ("message/", "lu/"):
        assert portal.get(url(case, end)).headers["Location"] == url(case)
    assert Message.objects.get().read_at is None


def test_the_desk_speaks_english_to_who_chose_it(portal: Portal, desk: Desk, case: Submission) -> None:
    portal.cookies["django_language"] = "en"
    portal.force_login(desk.nadia)
    assert "What is expected" in portal.get("/agent/").text or "assigned to you" in portal.get("/agent/").text
    assert portal.get(url(case)).status_code == 200


def test_a_department_that_was_granted_access_sees_the_case_until_it_ends(portal: Portal) -> None:
    town = people.desk()
    submission = town.file()
    portal.force_login(town.roger)
    url = f"/agent/demandes/{submission.reference}/"
    assert portal.get(url).status_code == 404
    access = CaseAccess.objects.create(submission=submission, department=town.roads, reason="avis sur la voirie")
    assert portal.get(url).status_code == 200
    access.until = timezone.now()
    access.save()
    assert portal.get(url).status_code == 404
