"""Unusual reading: what is noticed in a day of accesses, when, and who is told."""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import Schedule

from accounts.models import Membership
from journal.models import AccessLog
from messaging.models import Delivery
from procedures.lifecycle import watch
from procedures.models import CaseAccess, ReadingWatch, Submission, UnusualReading
from procedures.tasks import watch_readings
from tests.support import people, samples
from tests.support.client import Portal
from tests.support.readings import USUAL, at, found, keys, last_day, read

Kind = UnusualReading.Kind


@pytest.fixture
def desk(db: None, settings: Any) -> people.Desk:
    settings.UNUSUAL_READING = USUAL
    return people.desk()


@pytest.fixture
def day() -> date:
    return last_day()


def test_more_requests_in_a_day_than_usual_are_noticed_each_counted_once(desk: people.Desk, day: date) -> None:
    some = keys(7)
    read(desk.nadia, some[:6] * 2, at(day, 10))
    read(desk.claire, some, at(day, 10))
    read(desk.claire, some[:1], at(day, 11), action="download")
    assert watch.examine() == 1
    assert found() == [(Kind.MANY, desk.claire.key, 7)]


def test_what_shows_no_request_counts_for_nothing(desk: people.Desk, day: date) -> None:
    for action, role in (("search", "agent"), ("audit", ""), ("sign_in", "")):
        read(desk.nadia, [f"search:{n}" for n in range(9)], at(day, 23), role=role, action=action)
    read(desk.nadia, [f"search:{n}" for n in range(9)], at(day, 23))
    assert watch.examine() == 0


def test_several_requests_of_one_same_person_are_noticed(desk: people.Desk, day: date) -> None:
    mine = [desk.file().key for _n in range(4)]
    other = samples.citizen("autre@exemple.fr")
    hers = [desk.file(by=other, applicant_family_name="Autre").key for _n in range(2)]
    read(desk.nadia, mine + hers, at(day, 10))
    read(desk.claire, mine[:3] + hers, at(day, 10))
    assert watch.examine() == 1
    row = UnusualReading.objects.get()
    assert (row.kind, row.actor, row.count, row.subjects) == (Kind.PERSON, desk.nadia.key, 4, sorted(mine))


def test_without_an_account_a_person_is_known_by_her_name_and_address(desk: people.Desk, day: date) -> None:
    cases = [desk.file(), desk.file(applicant_family_name="LEFEVRE"), desk.file(), desk.file()]
    Submission.objects.filter(pk__in=[case.pk for case in cases]).update(person=None)
    last = desk.file(applicant_email="autre@exemple.fr")
    Submission.objects.filter(pk=last.pk).update(person=None)
    read(desk.nadia, [case.key for case in cases], at(day, 10))
    read(desk.claire, [case.key for case in (*cases[:3], last)], at(day, 10))
    watch.examine()
    assert found() == [(Kind.PERSON, desk.nadia.key, 4)]


def test_two_persons_of_one_day_are_two_rows(desk: people.Desk, day: date) -> None:
    other = samples.citizen("autre@exemple.fr")
    for user in (desk.zoe, other):
        read(desk.nadia, [desk.file(by=user).key for _n in range(4)], at(day, 10))
    watch.examine()
    assert [kind for kind, _actor, _count in found()] == [Kind.MANY, Kind.PERSON, Kind.PERSON]


def test_a_large_export_is_told_once_not_for_each_person_in_it(desk: people.Desk, day: date) -> None:
    other = samples.citizen("autre@exemple.fr")
    mine, hers = ([desk.file(by=user).key for _ in range(4)] for user in (desk.zoe, other))
    read(desk.nadia, mine + hers, at(day, 10), action="export")
    read(desk.nadia, mine, at(day, 11))
    read(desk.claire, hers, at(day, 10), action="export")
    watch.examine()
    # Nadia opened one by one those of Zoé; Claire exported little, all of one person.
    told = [(Kind.MANY, desk.nadia.key, 8), (Kind.PERSON, desk.nadia.key, 4), (Kind.PERSON, desk.claire.key, 4)]
    assert sorted(found()) == sorted(told)


def test_reading_at_night_is_noticed_above_a_threshold_on_both_sides_of_midnight(desk: people.Desk, day: date) -> None:
    a, b, c, d = keys(4)
    tomorrow = day + timedelta(days=1)
    for subject, when in ((a, at(day, 22)), (b, at(tomorrow, 0, 30)), (c, at(tomorrow, 5, 59))):
        read(desk.nadia, [subject], when)
    # The night has not begun, or is over.
    for subject, when in ((a, at(day, 23)), (b, at(tomorrow, 3)), (c, at(day, 21, 59)), (d, at(tomorrow, 6))):
        read(desk.claire, [subject], when)
    watch.examine()
    assert found() == [(Kind.NIGHT, desk.nadia.key, 3)]
    assert UnusualReading.objects.get().day == day


def test_what_is_opened_before_six_belongs_to_the_night_that_ends(desk: people.Desk, day: date) -> None:
    read(desk.nadia, keys(3), at(day, 4))
    watch.examine()
    assert found() == [(Kind.NIGHT, desk.nadia.key, 3)]
    assert UnusualReading.objects.get().day == day - timedelta(days=1)


@pytest.mark.parametrize(("day", "hour"), [(date(2026, 3, 28), 21), (date(2026, 10, 24), 20)])
def test_the_night_follows_the_clock_of_the_town(desk: people.Desk, day: date, hour: int) -> None:
    # The clocks change in both nights; 22 in Paris is 21 UTC in winter, 20 UTC in summer.
    begin = datetime.combine(day, time(hour), ZoneInfo("UTC"))
    read(desk.nadia, keys(2), begin - timedelta(minutes=1))
    read(desk.claire, keys(3), begin)
    watch.examine()
    assert [actor for _kind, actor, _count in found()] == [desk.claire.key]


def test_requests_opened_by_a_given_access_are_noticed_through_the_pages(
    desk: people.Desk, portal: Portal, day: date
) -> None:
    portal.force_login(desk.roger)
    for case in (desk.file(), desk.file(), desk.file()):
        CaseAccess.objects.create(submission=case, department=desk.roads, reason="avis")
        assert portal.get(f"/agent/demandes/{case.reference}/").status_code == 200
    portal.force_login(desk.nadia)
    for case in Submission.objects.all():
        portal.get(f"/agent/demandes/{case.reference}/")
    AccessLog.objects.update(at=at(day, 10))
    watch.examine()
    assert found() == [(Kind.OUTSIDE, desk.roger.key, 3)]


def test_a_day_is_examined_once_it_is_over_and_only_once(desk: people.Desk, day: date) -> None:
    read(desk.nadia, keys(7), timezone.now())
    assert watch.examine() == 0
    read(desk.nadia, keys(7), at(day, 10))
    UnusualReading.objects.all().delete()
    ReadingWatch.objects.all().delete()
    assert watch.examine() == 1
    assert watch.examine() == 0
    assert len(found()) == 1


def test_after_an_outage_every_missed_day_is_examined(desk: people.Desk, day: date) -> None:
    watch.examine()
    ReadingWatch.objects.update(through=day - timedelta(days=201))
    for days in (200, 90, 1):
        read(desk.nadia, keys(7), at(day - timedelta(days=days), 10))
    assert watch.examine() == 3
    assert list(UnusualReading.objects.order_by("day").values_list("day", flat=True)) == [
        day - timedelta(days=days) for days in (200, 90, 1)
    ]
    assert Delivery.objects.filter(purpose="unusual_reading").count() == 1, "one mail a day says it"


def test_a_day_that_fails_is_examined_again(desk: people.Desk, day: date, monkeypatch: pytest.MonkeyPatch) -> None:
    def cut(*_anything: Any) -> None:
        raise OSError("cut")

    read(desk.nadia, keys(7), at(day, 10))
    with monkeypatch.context() as broken:
        broken.setattr(watch, "_tell", cut)
        with pytest.raises(OSError, match="cut"):
            watch.examine()
    assert found() == []
    assert watch_readings() == 1


def test_nothing_new_costs_one_look(desk: people.Desk, django_assert_num_queries: Any) -> None:
    watch.examine()
    with django_assert_num_queries(1):
        watch.examine()


def test_auditors_who_watch_are_told_without_name_or_content(desk: people.Desk, day: date) -> None:
    other = people.staff("vera@exemple.fr", "Véra", "Voirie", desk.roads, "auditor")
    gone = people.staff("abel@exemple.fr", "Abel", "Ancien", desk.civil, "auditor")
    Membership.objects.filter(user=gone).update(starts_on="2020-01-01", ends_on="2020-01-02")
    read(desk.nadia, keys(7), at(day, 10))
    watch.examine()
    mail = Delivery.objects.get(purpose="unusual_reading")
    assert mail.address == desk.paul.email
    assert other.email != mail.address
    assert "/agent/acces/" in mail.body
    for word in ("Nadia", "Roussel", "7", "État civil", day.isoformat()):
        assert word not in mail.subject + mail.body.replace(mail.body.split("http")[1].split()[0], "")


def test_they_are_forgotten_with_their_accesses(desk: people.Desk, day: date) -> None:
    for days in (400, 10):
        UnusualReading.objects.create(kind=Kind.MANY, day=day - timedelta(days=days), actor=desk.nadia.key, count=9)
    watch_readings()
    assert [row.day for row in UnusualReading.objects.all()] == [day - timedelta(days=10)]


def test_the_worker_is_given_the_task_every_minute(db: None) -> None:
    task = Schedule.objects.get(func="procedures.tasks.watch_readings")
    assert task.minutes == 1
    assert import_string(task.func)() == 0
