"""CRPA-06: the person knows who follows her request, unless safety wants the name withheld (L111-2)."""

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Membership
from accounts.permissions import Actor
from accounts.team import naming
from journal.models import Event
from procedures.lifecycle import assign
from procedures.lifecycle import message as letters
from procedures.models import Submission
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.people import Desk
from tests.support.rights import browser_of
from tests.test_desk import text_of


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def followed(desk: Desk) -> Submission:
    case = desk.file()
    return assign.assign(case, desk.nadia, by=Actor(user=desk.nadia), seen=None)


def read(portal: Portal, case: Submission) -> str:
    return text_of(portal.get(f"/demandes/{case.reference}/"))


def administrator(desk: Desk) -> Actor:
    user = samples.citizen("admin@exemple.fr", "Mairie", "Ada")
    Membership.objects.create(user=user, department=desk.civil, role="town_admin", title="secrétaire")
    return Actor(user=user)


def test_crpa_06_the_person_reads_the_name_the_title_and_the_department_of_who_follows_it(
    portal: Portal, desk: Desk
) -> None:
    case = followed(desk)
    portal.force_login(desk.zoe)
    text = read(portal, case)
    assert "Qui suit votre demande" in text
    assert "Nadia Roussel" in text
    assert "agent, Service État civil" in text
    assert "Qui suit votre demande" not in read(portal, desk.file())


def test_crpa_06_a_name_withheld_for_safety_is_on_no_page_of_the_person_nor_under_a_message(
    portal: Portal, desk: Desk
) -> None:
    case, admin = followed(desk), administrator(desk)
    naming.withhold(desk.nadia, True, by=admin)
    naming.withhold(desk.nadia, True, by=admin)
    desk.nadia.refresh_from_db()
    assert desk.nadia.unnamed
    letters.send(case, "Votre acte est prêt.", by=Actor(user=desk.nadia))
    portal.force_login(desk.zoe)
    text = read(portal, case)
    assert "Votre acte est prêt." in text
    assert "Roussel" not in text
    assert "Service État civil" in text
    # Colleagues go on reading it.
    portal.force_login(desk.claire)
    assert "Nadia Roussel" in text_of(portal.get(f"/agent/demandes/{case.reference}/"))
    kinds = [event.kind for event in Event.objects.of(desk.nadia.key)]
    assert kinds.count("name.withheld") == 1
    naming.withhold(desk.nadia, False, by=admin)
    portal.force_login(desk.zoe)
    assert "Nadia Roussel" in read(portal, case)


def test_only_her_administrator_withholds_a_name(desk: Desk) -> None:
    for stranger in (desk.claire, desk.nadia, desk.zoe):
        with pytest.raises(PermissionDenied):
            naming.withhold(desk.nadia, True, by=Actor(user=stranger))


def test_the_administrator_withholds_it_from_the_page_of_the_team(desk: Desk) -> None:
    admin = administrator(desk).user
    assert admin is not None
    browser = browser_of("town_admin", admin)
    page = browser.get(f"/atelier/equipe/personnes/{desk.nadia.public_id}/")
    shown = browser.fill(page, button="withheld", form_id="naming", follow=True)
    assert "Retenu pour des raisons de sécurité" in text_of(shown)
    desk.nadia.refresh_from_db()
    assert desk.nadia.unnamed
