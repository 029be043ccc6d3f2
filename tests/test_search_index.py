"""The index of what agents search by follows every request, and comes back after a migration."""

import pytest
from django.core.checks import Tags, run_checks
from django.db import connection

from procedures.models import Submission, search
from tests.support import people
from tests.support.people import Desk


@pytest.fixture
def desk(db: None) -> Desk:
    return people.desk()


def found(text: str) -> set[str]:
    return set(Submission.objects.matching(text).values_list("reference", flat=True))


def test_a_request_is_found_by_the_beginning_of_its_words_in_any_order(desk: Desk) -> None:
    case = desk.file()
    for text in ("lefevre", "LEFÈVRE zoé", "zo lef", "tanneurs 99240", case.reference, "anne morvan tanneurs"):
        known = {case.reference} if text != "anne morvan tanneurs" else found(text)
        assert found(text) == known, text
    assert found("lefevrex") == set()
    # In the middle of a word, it would be found by chance.
    assert found("efevr") == set()


@pytest.mark.parametrize(
    "text", ["", " ", "'", '"', "*", "OR", "NOT zoe", "NEAR(a b)", "a:b", "-zoe", "(", "^zoe", "%", "_", "\\"]
)
def test_no_word_is_an_operator(desk: Desk, text: str) -> None:
    desk.file()
    assert found(text) in ({case.reference for case in Submission.objects.all()}, set())


def test_a_word_of_the_query_language_is_a_name_like_another(desk: Desk) -> None:
    case = desk.file(applicant_family_name="Or", applicant_given_names="Not")
    assert found("or") == {case.reference}
    assert found("not or") == {case.reference}


def test_the_index_follows_what_changes_and_what_is_forgotten(desk: Desk) -> None:
    case, other = desk.file(), desk.file()
    Submission.objects.filter(pk=case.pk).update(search_text="renommee")
    assert found("renommee") == {case.reference}
    assert found("lefevre") == {other.reference}
    Submission.objects.filter(pk=case.pk).update(search_text="")
    assert found("renommee") == set()
    Submission.objects.filter(pk=other.pk).update(state="in_review")
    assert found("lefevre") == {other.reference}


def test_what_keeps_the_index_comes_back_after_a_migration(desk: Desk) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # It keeps its own index: there is one, and nothing to put back.
            cursor.execute("SELECT count(*) FROM pg_indexes WHERE indexname = %s", [search.TABLE])
            assert (cursor.fetchone(), search.missing(connection)) == ((1,), [])
            return
        cursor.execute(f"DROP TRIGGER {search.TABLE}_update")
    assert search.missing(connection) == [f"{search.TABLE}_update"]
    wrong = [one.id for one in run_checks(tags=[Tags.database], databases=["default"])]
    assert wrong == ["procedures.E001"]
    search.install_after_migrate(using="default")
    assert search.missing(connection) == []
    case = desk.file()
    Submission.objects.filter(pk=case.pk).update(search_text="revenu")
    assert found("revenu") == {case.reference}
