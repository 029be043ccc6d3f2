"""Acting on many requests: chosen, tried without writing, carried out one by one, stopped, told."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.permissions import Actor
from journal.models import Event
from messaging.models import Delivery
from procedures import permissions
from procedures.lifecycle import batch as verbs
from procedures.lifecycle import label, message
from procedures.lifecycle.transition import apply
from procedures.models import Batch, BatchItem, Submission
from procedures.tasks import carry_batch, sweep
from tests.support import people, samples
from tests.support.client import Portal, page_of
from tests.support.people import Desk
from tests.support.queue import drain
from tests.test_desk import text_of, url

LIST = "/agent/demandes/"
PREPARE = "/agent/lots/preparer/"


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def of(actor: Actor) -> Any:
    return permissions.visible_submissions(actor)


def asked(desk: Desk, act: str = "label", given: str = "Été") -> Batch:
    """Let Nadia ask for an act on every request that she sees."""
    actor = Actor(user=desk.nadia)
    return verbs.ask(of(actor), verbs.Asked(act, given), by=actor, token=uuid.uuid4())


def tick(portal: Portal, *cases: Submission) -> Any:
    """Tick requests in the list and go on, as a browser without JavaScript."""
    return portal.fill(portal.get(LIST), form_id="lot", values={"d": [case.reference for case in cases]})


def test_nadia_ticks_requests_tries_then_gives_them_to_claire(portal: Portal, desk: Desk) -> None:
    one, two, other = desk.file(), desk.file(), desk.file()
    portal.force_login(desk.nadia)
    page = tick(portal, one, two)
    assert "2 demandes choisies" in text_of(page)
    values = {"act": "assign", "agent": str(desk.claire.public_id)}
    trial = portal.fill(page, button="try", values=values)
    assert "2 demandes passeraient" in text_of(trial)
    assert not Batch.objects.exists()
    report = portal.fill(trial, button="go", follow=True)
    assert "0 sur 2 faites, 2 en attente" in text_of(report)
    drain()
    assert "2 sur 2 faites." in text_of(portal.get(report.request["PATH_INFO"]))
    for case, agent in ((one, desk.claire), (two, desk.claire), (other, None)):
        case.refresh_from_db()
        assert case.assigned_to == agent
    # Each in her name, with its own event.
    assert [event.actor for event in Event.objects.of(one.key)][-1] == desk.nadia.key


def test_the_trial_says_which_would_stay_as_they_are_and_why(portal: Portal, desk: Desk) -> None:
    free, over = desk.file(), desk.decide(desk.file())
    portal.force_login(desk.nadia)
    page = portal.get(LIST + "?etat=toutes")
    page = portal.fill(page, form_id="lot", values={"d": [free.reference, over.reference]})
    trial = text_of(portal.fill(page, button="try", values={"act": "assign", "agent": str(desk.nadia.public_id)}))
    assert "1 demande passerait" in trial
    assert "Elle est terminée." in trial
    assert over.reference in trial


def test_a_whole_view_is_acted_on_and_what_comes_meanwhile_is_not_among_them(portal: Portal, desk: Desk) -> None:
    cases = [desk.file() for _number in range(4)]
    portal.force_login(desk.nadia)
    page = portal.get(PREPARE + "?tout=1&etat=deposees", follow=True)
    assert "4 demandes choisies" in text_of(page)
    late = desk.file()
    trial = portal.fill(page, button="try", values={"act": "label", "label": "Été"})
    portal.fill(trial, button="go")
    drain()
    assert {case.pk for case in Submission.objects.filter(labels__name="Été")} == {case.pk for case in cases}
    assert not late.label_marks.exists()


def test_many_applicants_are_written_to_each_on_her_own_request(portal: Portal, desk: Desk) -> None:
    one, two = desk.file(), desk.file()
    portal.force_login(desk.nadia)
    page = tick(portal, one, two)
    trial = portal.fill(page, button="try", values={"act": "message", "message": "Le guichet ferme le 24 décembre."})
    portal.fill(trial, button="go")
    drain()
    for case in (one, two):
        assert case.messages.get().body == "Le guichet ferme le 24 décembre."
        assert Delivery.objects.filter(about=case.key, purpose="message").exists()


def test_only_moves_that_ask_for_nothing_are_offered_and_a_state_that_left_is_told(portal: Portal, desk: Desk) -> None:
    one, two = desk.file(), desk.file()
    portal.force_login(desk.nadia)
    page = tick(portal, one, two)
    steps = {option.get("value") for option in page_of(page).find_all("option")}
    assert "take_charge" in steps
    assert not steps & {"grant", "refuse", "ask_pieces", "propose_refusal"}
    trial = portal.fill(page, button="try", values={"act": "move", "move": "take_charge"})
    report = portal.fill(trial, button="go", follow=True)
    # A colleague takes one before the worker comes.
    apply(two, "take_charge", by=Actor(user=desk.claire))
    drain()
    told = text_of(portal.get(report.request["PATH_INFO"]))
    assert "1 sur 2 faites, 1 laissée telle quelle." in told
    assert "Son état ne le permet pas." in told
    one.refresh_from_db()
    assert one.status == "under_review"


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"act": "label", "label": " "}, "Écrivez l’étiquette"),
        ({"act": "message", "message": ""}, "Écrivez votre message"),
        ({"act": "move", "move": ""}, "Choisissez l’étape suivante."),
        ({"act": "burn"}, "Choisissez une des réponses de la liste"),
        ({"act": "assign", "agent": "00000000-0000-0000-0000-000000000000"}, ""),
        ({}, "Choisissez ce qu’il faut faire."),
    ],
)
def test_an_act_without_its_word_is_refused_beside_its_field(
    portal: Portal, desk: Desk, values: dict[str, str], words: str
) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    page = portal.post(f"{PREPARE}?d={case.reference}", {**values, "go": "1", "token": "x"})
    assert page.status_code == 422
    assert words in text_of(page)
    assert not Batch.objects.exists()


def test_nothing_ticked_and_references_of_others_are_nothing(portal: Portal, desk: Desk) -> None:
    hidden = desk.file()
    Submission.objects.filter(pk=hidden.pk).update(department=desk.roads)
    portal.force_login(desk.nadia)
    for query in ("", f"?d={hidden.reference}", "?d=%00&d='", "?tout=1&q=introuvable"):
        page = portal.get(PREPARE + query, follow=True)
        assert hidden.reference not in text_of(page)
        assert "Aucune demande n’est cochée." in text_of(page) or "ne contient aucune demande" in text_of(page)


def test_too_many_at_once_are_refused(portal: Portal, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(verbs, "MOST", 2)
    for _number in range(3):
        desk.file()
    portal.force_login(desk.nadia)
    page = portal.get(PREPARE + "?tout=1", follow=True)
    assert page.status_code == 422
    assert "plus de 2 demandes" in text_of(page)
    with pytest.raises(ValueError, match="3"):
        asked(desk)


def test_asking_twice_is_asking_once(portal: Portal, desk: Desk) -> None:
    case = desk.file()
    portal.force_login(desk.nadia)
    sent = {"act": "label", "label": "Été", "go": "1", "token": str(uuid.uuid4())}
    answers = {portal.post(f"{PREPARE}?d={case.reference}", sent).headers["Location"] for _time in range(2)}
    assert len(answers) == 1
    assert Batch.objects.count() == 1
    with pytest.raises(PermissionDenied):
        verbs.ask(
            of(Actor(user=desk.claire)),
            verbs.Asked("label", "x"),
            by=Actor(user=desk.claire),
            token=uuid.UUID(sent["token"]),
        )


def test_a_worker_that_dies_in_the_middle_loses_none_and_does_none_twice(desk: Desk, monkeypatch: Any) -> None:
    for _number in range(4):
        desk.file()
    batch = asked(desk, "message", "Bonjour")
    send, seen = message.send, []

    def killed(*args: Any, **kwargs: Any) -> Any:
        seen.append(1)
        done = send(*args, **kwargs)
        if len(seen) == 3:
            raise KeyboardInterrupt
        return done

    monkeypatch.setattr(message, "send", killed)
    with pytest.raises(KeyboardInterrupt):
        carry_batch(batch.pk)
    assert batch.items.filter(state="done").count() == 2
    monkeypatch.setattr(message, "send", send)
    # Its lease ends; the sweep wakes a worker.
    Batch.objects.update(next_try_at=timezone.now() - timedelta(minutes=2))
    sweep()
    drain()
    batch.refresh_from_db()
    assert batch.state == "done"
    assert [case.messages.count() for case in Submission.objects.all()] == [1, 1, 1, 1]
    # Run again, it does nothing more.
    carry_batch(batch.pk)
    assert [case.messages.count() for case in Submission.objects.all()] == [1, 1, 1, 1]


def test_what_waits_is_left_when_it_is_stopped(portal: Portal, desk: Desk, monkeypatch: Any) -> None:
    monkeypatch.setattr(verbs, "_BEAT", 1)
    cases = [desk.file() for _number in range(3)]
    portal.force_login(desk.nadia)
    batch = asked(desk)
    put = label.put

    def stopping(submission: Submission, *args: Any, **kwargs: Any) -> Any:
        answer = put(submission, *args, **kwargs)
        verbs.stop(Batch.objects.get())
        return answer

    monkeypatch.setattr(label, "put", stopping)
    drain()
    assert [case.label_marks.count() for case in cases] == [1, 0, 0]
    told = text_of(portal.get(f"/agent/lots/{batch.public_id}/"))
    assert "arrêté" in told
    assert "Arrêté avant son tour." in told


def test_who_loses_her_role_meanwhile_does_nothing_more(desk: Desk) -> None:
    case = desk.file()
    batch = asked(desk)
    desk.nadia.memberships.update(ends_on=timezone.localdate() - timedelta(days=1))
    drain()
    assert not case.label_marks.exists()
    item = BatchItem.objects.get()
    assert (item.state, item.why) == ("refused", "Vous ne pouvez pas faire cela sur elle.")
    batch.refresh_from_db()
    assert batch.state == "done"


def test_an_auditor_ticks_nothing_and_a_batch_is_seen_by_who_asked_for_it(portal: Portal, desk: Desk) -> None:
    desk.file()
    batch = asked(desk)
    portal.force_login(desk.paul)
    assert 'type="checkbox"' not in portal.get(LIST).content.decode()
    assert portal.get(PREPARE).status_code == 403
    portal.force_login(desk.claire)
    assert portal.get(f"/agent/lots/{batch.public_id}/").status_code == 404
    portal.force_login(desk.nadia)
    assert "Étiqueter" in text_of(portal.get("/agent/lots/"))


def test_a_batch_is_forgotten_after_a_month(desk: Desk) -> None:
    desk.file()
    batch = asked(desk)
    Batch.objects.update(created_at=timezone.now() - verbs.KEPT - timedelta(hours=1))
    sweep()
    assert not Batch.objects.filter(pk=batch.pk).exists()
    assert url(Submission.objects.get())


def test_what_is_finished_is_not_stopped_and_a_double_click_in_two_workers_is_one(portal: Portal, desk: Desk) -> None:
    desk.file()
    batch = asked(desk)
    drain()
    batch.refresh_from_db()
    assert verbs.stop(batch) is False
    portal.force_login(desk.nadia)
    portal.post(f"/agent/lots/{batch.public_id}/arreter/")
    assert "arrêté" not in text_of(portal.get(f"/agent/lots/{batch.public_id}/"))


def test_an_agent_of_one_procedure_is_offered_where_one_of_its_requests_is_chosen(portal: Portal, desk: Desk) -> None:
    one = desk.file()
    desk.procedure = samples.procedure("autre", department=desk.civil, id="autre")
    two = desk.file()
    limited = people.staff("lea@exemple.fr", "Léa", "Morel", desk.civil, "agent")
    limited.memberships.update(procedures=[str(desk.procedure.public_id)])
    portal.force_login(desk.nadia)
    page = tick(portal, one, two)
    offered = {option.get("value") for option in page_of(page).find_all("option")}
    assert str(limited.public_id) in offered
    trial = text_of(portal.fill(page, button="try", values={"act": "assign", "agent": str(limited.public_id)}))
    assert "1 demande passerait" in trial
    assert "Cette personne ne travaille pas dessus." in trial
