"""The team: who administers what, roles given and ended, departures, lost second factors; each change leaves a trace."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.utils import timezone

from accounts.models import Absence, Membership, User
from accounts.permissions import Actor
from journal.models import AccessLog, Event, verify
from procedures.lifecycle.transition import apply
from procedures.models import Submission
from procedures.permissions import visible_submissions
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.queries import count_queries

TEAM = "/atelier/equipe/"


@pytest.fixture
def town(db: None) -> people.Desk:
    return people.desk()


@pytest.fixture
def odile(town: people.Desk) -> User:
    return people.staff("odile@exemple.fr", "Odile", "Tessier", town.civil, "town_admin", "directrice générale")


@pytest.fixture
def admin(odile: User) -> Portal:
    browser = Portal()
    people.sign_in(browser, odile)
    return browser


def of(user: User) -> str:
    return f"{TEAM}personnes/{user.public_id}/"


def texts(page: Any) -> str:
    return str(page.content.decode()).replace("\u00a0", " ")


def days(number: int) -> Any:
    return timezone.localdate() + timedelta(days=number)


def events(user: User) -> list[str]:
    return [event.kind for event in Event.objects.of(user.key)]


def test_the_team_page_shows_the_tree_with_who_works_there(admin: Portal, town: people.Desk) -> None:
    below = samples.department("guichet", "Guichet", "population")
    below.parent = town.civil
    below.save()
    people.staff("ines@exemple.fr", "Inès", "Vauquelin", below, "agent")
    page = texts(admin.get(TEAM))
    assert page.index("Service État civil") < page.index("Guichet")
    assert "au sein de : Service État civil" in page
    for name in ("Nadia Roussel", "Claire Fabre", "Inès Vauquelin"):
        assert name in page


def test_nobody_of_another_sector_is_shown_or_reached(admin: Portal, town: people.Desk) -> None:
    under = samples.department("patrouille", "Patrouille", "voirie")
    under.parent = town.civil
    under.save()
    rose = people.staff("rose@exemple.fr", "Rose", "Ronde", under, "agent")
    page = texts(admin.get(TEAM))
    for hidden in ("Roger", "Voirie", "Rose", "Patrouille"):
        assert hidden not in page
    role = town.roger.memberships.get()
    for user in (town.roger, rose):
        for path in ("", "roles/", f"roles/{role.pk}/", "depart/", "absence/", "second-facteur/"):
            assert admin.get(of(user) + path).status_code == 404
            assert not path or admin.post(of(user) + path).status_code == 404
    form = admin.get(f"{TEAM}inviter/")
    assert "Service Voirie" not in texts(form)
    refused = admin.post(
        f"{TEAM}inviter/", {"email": "x@exemple.fr", "department": town.roads.pk, "role": "agent", "title": "x"}
    )
    assert refused.status_code == 422
    assert "Choisissez un service de la liste." in texts(refused)


def test_whoever_has_left_is_remembered_and_touched_no_more(admin: Portal, town: people.Desk) -> None:
    town.nadia.memberships.update(ends_on=days(-1))
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente de voirie")
    assert "terminé le" in texts(admin.get(of(town.nadia)))
    for path in ("depart/", "absence/", "second-facteur/"):
        assert admin.get(of(town.nadia) + path).status_code == 404
        assert admin.post(of(town.nadia) + path).status_code == 404


def test_whoever_works_in_two_sectors_is_seen_for_one_alone(admin: Portal, town: people.Desk) -> None:
    Membership.objects.create(user=town.nadia, department=town.roads, role="agent", title="agente de voirie")
    page = texts(admin.get(of(town.nadia)))
    assert "Service État civil" in page
    assert "voirie" not in page.lower()
    admin.fill(admin.get(of(town.nadia) + "depart/"))
    assert Membership.objects.in_force().get(user=town.nadia).department == town.roads


def test_a_role_is_given_with_its_trace(admin: Portal, town: people.Desk, odile: User) -> None:
    page = admin.get(of(town.nadia) + "roles/")
    answer = admin.fill(page, department=str(town.civil.pk), role="head", title="cheffe du guichet", follow=True)
    assert "Le rôle est donné." in texts(answer)
    assert Actor(user=town.nadia).roles_in(town.civil.pk) == {"agent", "head"}
    event = Event.objects.of(town.nadia.key).get()
    assert (event.kind, event.actor, event.role) == ("membership.granted", odile.key, "town_admin")
    assert event.data["role"] == "head"
    assert "cheffe" not in event.body
    assert AccessLog.objects.filter(action="configure", subject=town.nadia.key, actor=odile.key).exists()
    assert verify(town.nadia.key) == []


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"role": "agent"}, "Cette personne a déjà ce rôle dans ce service."),
        ({"role": "signatory"}, "Indiquez la référence et la date de la délégation de signature."),
        ({"role": "head", "ends_on": "2020-01-01"}, "Le dernier jour précède le premier"),
        ({"role": "head", "starts_on": "2020-01-01", "ends_on": "2020-02-01"}, "Ce jour est passé"),
        ({"role": "head", "starts_on": "demain"}, "Écrivez le jour avec son mois et son année"),
        ({"role": "head", "title": ""}, "Écrivez la fonction"),
        ({"role": ""}, "Choisissez un rôle."),
    ],
)
def test_a_role_that_cannot_be_given_is_refused_beside_its_question(
    admin: Portal, town: people.Desk, given: dict[str, str], words: str
) -> None:
    page = admin.get(of(town.nadia) + "roles/")
    answer = admin.fill(page, values={"department": str(town.civil.pk), "title": "agente", **given})
    assert answer.status_code == 422
    assert texts(answer).count(words) == 2
    assert events(town.nadia) == []


def test_a_role_is_changed_then_ended_and_gives_nothing_from_the_next_page_on(admin: Portal, town: people.Desk) -> None:
    hers = Portal()
    hers.force_login(town.nadia)
    assert hers.get("/agent/").status_code == 200
    role = town.nadia.memberships.get()
    page = admin.get(of(town.nadia) + f"roles/{role.pk}/")
    admin.fill(page, title="agente de guichet", ends_on=days(30).isoformat())
    role.refresh_from_db()
    assert (role.title, role.ends_on) == ("agente de guichet", days(30))
    assert hers.get("/agent/").status_code == 200
    answer = admin.post(of(town.nadia) + f"roles/{role.pk}/retirer/", follow=True)
    assert "Le rôle est terminé" in texts(answer)
    assert hers.get("/agent/").status_code == 403
    assert events(town.nadia) == ["membership.changed", "membership.ended"]
    again = admin.fill(
        admin.get(of(town.nadia) + "roles/"), department=str(town.civil.pk), role="agent", title="de retour"
    )
    assert again.status_code == 302
    assert hers.get("/agent/").status_code == 200


def test_an_administrator_does_not_change_her_own_roles(admin: Portal, town: people.Desk, odile: User) -> None:
    role = odile.memberships.get()
    assert "Donner un rôle de plus" not in texts(admin.get(of(odile)))
    page = admin.get(of(odile) + "roles/")
    answer = admin.fill(page, department=str(town.civil.pk), role="head", title="x")
    assert "Vous ne pouvez pas changer vos propres rôles" in texts(answer)
    answer = admin.fill(admin.get(of(odile) + f"roles/{role.pk}/"), ends_on="")
    assert "Vous ne pouvez pas changer vos propres rôles" in texts(answer)
    admin.post(of(odile) + f"roles/{role.pk}/retirer/")
    assert "Vous ne pouvez pas changer vos propres rôles" in texts(admin.fill(admin.get(of(odile) + "depart/")))
    assert events(odile) == []


def test_the_last_lasting_administrator_is_not_removed(admin: Portal, town: people.Desk, odile: User) -> None:
    other = people.staff("lucie@exemple.fr", "Lucie", "Autre", town.civil, "town_admin", "adjointe")
    odile.memberships.update(ends_on=days(10))
    role = other.memberships.get()
    answer = admin.post(of(other) + f"roles/{role.pk}/retirer/", follow=True)
    assert "il n’y aurait plus d’administrateur" in texts(answer)
    assert admin.fill(admin.get(of(other) + f"roles/{role.pk}/"), ends_on=days(3).isoformat()).status_code == 422
    assert admin.fill(admin.get(of(other) + "depart/")).status_code == 422
    role.refresh_from_db()
    assert role.ends_on is None
    odile.memberships.update(ends_on=None)
    admin.post(of(other) + f"roles/{role.pk}/retirer/")
    assert not Membership.objects.in_force().filter(user=other).exists()


def test_an_old_sign_in_is_asked_again_before_a_role_changes_and_what_was_sent_is_then_done(
    town: people.Desk, odile: User
) -> None:
    browser = Portal()
    browser.force_login(odile)
    page = browser.get(of(town.nadia) + "roles/")
    asked = browser.fill(page, department=str(town.civil.pk), role="head", title="cheffe", follow=True)
    assert asked.request["PATH_INFO"] == "/comptes/confirmation/"
    assert events(town.nadia) == []
    assert browser.fill(asked, password="pas le bon du tout").status_code == 200
    assert events(town.nadia) == []
    assert browser.fill(asked, password=samples.PASSWORD).status_code == 302
    assert events(town.nadia) == ["membership.granted"]


@pytest.mark.parametrize("who", ["zoe", "nadia", "claire", "helene", "paul", "roger", None])
def test_no_one_else_changes_anything_of_the_team(who: str | None, town: people.Desk) -> None:
    browser = Portal()
    if who:
        people.sign_in(browser, getattr(town, who))
    role = town.nadia.memberships.get()
    for path in (
        f"{TEAM}inviter/",
        of(town.nadia) + "roles/",
        of(town.nadia) + f"roles/{role.pk}/",
        of(town.nadia) + f"roles/{role.pk}/retirer/",
        of(town.nadia) + "depart/",
        of(town.nadia) + "absence/",
        of(town.nadia) + "second-facteur/",
    ):
        assert browser.post(path, {"role": "head", "title": "x"}).status_code == (403 if who else 302)
    assert events(town.nadia) == []


def test_a_role_limited_to_a_procedure_shows_and_does_nothing_else(admin: Portal, town: people.Desk) -> None:
    other = samples.procedure("mariage", department=town.civil)
    here = town.file()
    town.procedure = other
    elsewhere = town.file()
    role = town.nadia.memberships.get()
    page = admin.get(of(town.nadia) + f"roles/{role.pk}/")
    admin.fill(page, procedures=[str(here.procedure.public_id)])
    hers = Portal()
    hers.force_login(town.nadia)
    listed = texts(hers.get("/agent/demandes/"))
    assert here.reference in listed
    assert elsewhere.reference not in listed
    assert '<option value="mariage"' not in listed
    assert hers.get("/agent/demandes/", {"q": elsewhere.reference}).status_code == 200
    assert elsewhere.reference not in texts(hers.get("/agent/demandes/", {"q": "Lefèvre"}))
    assert hers.get(f"/agent/demandes/{elsewhere.reference}/").status_code == 404
    assert hers.post(f"/agent/demandes/{elsewhere.reference}/actions/take_charge/").status_code == 404
    assert hers.post(f"/agent/demandes/{here.reference}/actions/take_charge/").status_code == 302
    with pytest.raises(PermissionError):
        _apply(elsewhere, town.nadia)
    Membership.objects.create(user=town.nadia, department=town.civil, role="head", title="cheffe")
    assert visible_submissions(Actor(user=town.nadia)).count() == 2


def test_a_change_of_title_never_widens_a_limited_role(admin: Portal, town: people.Desk) -> None:
    elsewhere = str(samples.procedure("trou", department=town.roads).public_id)
    role = town.nadia.memberships.get()
    role.procedures = [elsewhere]
    role.save()
    admin.fill(admin.get(of(town.nadia) + f"roles/{role.pk}/"), title="agente de guichet")
    role.refresh_from_db()
    assert (role.title, role.procedures) == ("agente de guichet", [elsewhere])


def _apply(case: Submission, user: User) -> None:
    from django.core.exceptions import PermissionDenied

    try:
        apply(case, "take_charge", by=Actor(user=user))
    except PermissionDenied as error:
        raise PermissionError from error


def test_a_departure_cuts_access_at_once_and_hands_the_open_requests_over(
    admin: Portal, town: people.Desk, odile: User
) -> None:
    taken, alone = town.file(), town.file()
    for case in (taken, alone):
        apply(case, "take_charge", by=Actor(user=town.nadia))
    hers = Portal()
    people.sign_in(hers, town.nadia)
    assert hers.get("/agent/").status_code == 200
    page = admin.get(of(town.nadia) + "depart/")
    assert "2 demandes en cours à son nom" in texts(page)
    answer = admin.fill(page, heir=str(town.claire.public_id), follow=True)
    assert "Le départ de Nadia Roussel est noté." in texts(answer)
    assert "2 demandes sont transmises." in texts(answer)
    assert hers.get("/agent/").headers["Location"].startswith("/comptes/connexion/")
    assert not UserSession.objects.filter(user=town.nadia).exists()
    assert people.sign_in(hers, town.nadia).headers["Location"] == "/mes-demandes/"
    assert hers.get("/agent/").status_code == 403
    taken.refresh_from_db()
    assert taken.assigned_to == town.claire
    event = Event.objects.of(taken.key).last()
    assert event is not None
    assert (event.kind, event.actor) == ("handed_over", odile.key)
    assert event.data == {"before": town.nadia.key, "after": town.claire.key}
    assert events(town.nadia) == ["membership.ended", "left"]
    assert User.objects.filter(pk=town.nadia.pk, is_active=True).exists()
    claire = Portal()
    claire.force_login(town.claire)
    assert "Confiée à Claire Fabre" in texts(claire.get(f"/agent/demandes/{taken.reference}/"))


def test_a_role_that_ends_leaves_no_open_request_in_her_name(admin: Portal, town: people.Desk) -> None:
    Membership.objects.create(user=town.nadia, department=town.civil, role="head", title="cheffe")
    case = town.file()
    apply(case, "take_charge", by=Actor(user=town.nadia))
    agent, head = town.nadia.memberships.order_by("pk")
    admin.post(of(town.nadia) + f"roles/{agent.pk}/retirer/")
    case.refresh_from_db()
    assert case.assigned_to == town.nadia
    answer = admin.post(of(town.nadia) + f"roles/{head.pk}/retirer/", follow=True)
    assert "1 demande est à attribuer." in texts(answer)
    case.refresh_from_db()
    assert case.assigned_to is None


def test_requests_go_to_nobody_who_may_not_follow_them(admin: Portal, town: people.Desk) -> None:
    case = town.file()
    apply(case, "take_charge", by=Actor(user=town.claire))
    town.nadia.memberships.update(procedures=["0b0e8e4c-0000-4000-8000-000000000000"])
    answer = admin.fill(admin.get(of(town.claire) + "depart/"), heir=str(town.nadia.public_id), follow=True)
    assert "1 demande est à attribuer." in texts(answer)
    case.refresh_from_db()
    assert case.assigned_to is None


def test_a_departure_to_come_keeps_access_until_then(admin: Portal, town: people.Desk) -> None:
    hers = Portal()
    people.sign_in(hers, town.nadia)
    refused = admin.fill(admin.get(of(town.nadia) + "depart/"), from_day=days(-1).isoformat())
    assert refused.status_code == 422
    admin.fill(admin.get(of(town.nadia) + "depart/"), from_day=days(5).isoformat())
    assert hers.get("/agent/").status_code == 200
    assert Membership.objects.get(user=town.nadia).ends_on == days(4)


def test_nobody_counts_on_whoever_left(admin: Portal, town: people.Desk) -> None:
    away = Absence.objects.create(user=town.claire, starts_on=days(2), ends_on=days(9), stand_in=town.nadia)
    Absence.objects.create(user=town.nadia, starts_on=days(20), ends_on=days(25))
    page = admin.get(of(town.nadia) + "depart/")
    assert "remplacement de Claire Fabre" in texts(page)
    admin.fill(page)
    away.refresh_from_db()
    assert away.stand_in is None
    assert not Absence.objects.filter(user=town.nadia).exists()


def test_a_lost_second_factor_is_reset_by_another_administrator_only(
    admin: Portal, town: people.Desk, odile: User
) -> None:
    hers = Portal()
    people.sign_in(hers, town.nadia)
    for user in (town.nadia, odile):
        Authenticator.objects.create(user=user, type="totp", data={"secret": "x"})
    assert "plus de code de secours" in texts(admin.get(of(town.nadia)))
    page = admin.get(of(town.nadia) + "second-facteur/")
    answer = admin.fill(page, follow=True)
    assert "Le compte est rouvert" in texts(answer)
    assert not Authenticator.objects.filter(user=town.nadia).exists()
    assert hers.get("/agent/").status_code == 302
    assert AccessLog.objects.filter(action="unlock", actor=odile.key, subject=town.nadia.key).exists()
    assert events(town.nadia) == ["factor.reset"]
    answer = admin.post(of(odile) + "second-facteur/", follow=True)
    assert "Vous ne pouvez pas réinitialiser ici votre propre second facteur" in texts(answer)
    assert Authenticator.objects.filter(user=odile).exists()


def test_a_single_administrator_is_asked_to_name_a_second(admin: Portal, town: people.Desk) -> None:
    assert "Une seule personne administre" in texts(admin.get(TEAM))
    people.staff("lucie@exemple.fr", "Lucie", "Autre", town.civil, "town_admin", "adjointe")
    assert "Une seule personne administre" not in texts(admin.get(TEAM))


def test_the_team_page_says_who_could_be_locked_out(admin: Portal, town: people.Desk) -> None:
    page = texts(admin.get(TEAM))
    assert "Que personne ne reste dehors" in page
    assert f'href="{of(town.nadia)}">Nadia Roussel' in page


def test_the_team_costs_the_same_however_many_work_there(admin: Portal, town: people.Desk) -> None:
    few = [count_queries(admin, address) for address in (TEAM, of(town.nadia))]
    for number in range(12):
        user = people.staff(f"a{number}@exemple.fr", "Ana", f"Agente{number}", town.civil, "agent")
        Absence.objects.create(user=user, starts_on=days(0), ends_on=days(2), stand_in=town.nadia)
        Membership.objects.create(
            user=town.nadia, department=town.civil, role="head", title="x"
        ) if not number else None
    assert [count_queries(admin, address) for address in (TEAM, of(town.nadia))] == few


def test_an_auditor_reads_what_was_configured(admin: Portal, town: people.Desk) -> None:
    admin.get(of(town.nadia))
    admin.fill(admin.get(of(town.nadia) + "roles/"), department=str(town.civil.pk), role="head", title="cheffe")
    paul = Portal()
    paul.force_login(town.paul)
    page = texts(paul.get("/agent/acces/"))
    assert "a changé des rôles, des absences ou des démarches" in page
    assert "a consulté une personne de l’équipe" in page
    assert "<bdi>Nadia Roussel</bdi>" in page
