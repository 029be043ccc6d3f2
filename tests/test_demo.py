"""The demonstration: one command makes a whole town, and a second run changes nothing."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts import demo
from accounts.models import Membership, Person
from journal import models as journal
from procedures.definition.fields import FileField
from procedures.models import AnswerSet, Procedure, Submission
from tests.support.client import Portal
from town.models import Department, Town


@pytest.fixture
def val_de_brume(db: None, settings: Any) -> None:
    settings.DEMO_MODE = True
    call_command("load_demo", verbosity=0)


@pytest.mark.usefixtures("val_de_brume")
def test_the_demonstration_holds_a_complete_town_and_requests_in_various_states() -> None:
    assert Town.objects.get().missing() == []
    assert Procedure.objects.open().count() >= 10
    assert Submission.objects.count() == 16
    assert set(Submission.objects.values_list("channel", flat=True)) == {"online", "counter", "post"}
    assert set(Submission.objects.values_list("status", flat=True)) == {
        "submitted",
        "under_review",
        "awaiting_citizen",
        "decided",
        "closed",
    }
    assert all(journal.verify(submission.key) == [] for submission in Submission.objects.all())


@pytest.mark.usefixtures("val_de_brume")
def test_every_answer_of_the_demonstration_is_one_that_its_form_accepts() -> None:
    for sent in AnswerSet.objects.select_related("submission__version"):
        for _step, _section, question in sent.submission.version.definition.walk(sent.answers):
            if isinstance(question, FileField):
                continue
            value = sent.answers[question.id]
            shown = question.to_initial(value)
            typed = str(shown) if type(shown) is int else shown
            assert question.to_json(question.form_field().clean(typed)) == value, question.id


@pytest.mark.usefixtures("val_de_brume")
def test_loading_the_demonstration_again_changes_nothing() -> None:
    counts = [model.objects.count() for model in (Person, Membership, Department, Procedure, Submission)]
    call_command("load_demo", verbosity=0)
    assert [model.objects.count() for model in (Person, Membership, Department, Procedure, Submission)] == counts


@pytest.mark.usefixtures("val_de_brume")
def test_each_person_of_the_demonstration_signs_in_with_the_password_alone() -> None:
    for email, role, password in demo.logins():
        portal = Portal()
        answer = portal.fill(portal.get("/comptes/connexion/"), login=email, password=password)
        first = {"agent": "/agent/", "responsable": "/agent/", "signataire": "/agent/", "admin": "/atelier/equipe/"}
        assert answer.headers["Location"] == first.get(email.split("@")[0], "/mes-demandes/"), role


@pytest.mark.django_db
def test_the_demonstration_is_refused_in_production(settings: Any) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError):
        call_command("load_demo", verbosity=0)
    assert Person.objects.count() == 0
