"""Filing, from the procedure's page to the acknowledgement, as a browser without JavaScript does it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from journal import models as journal
from messaging.models import Delivery
from procedures.models import Draft, Facet, StoredFile, Submission
from tests.support import samples
from tests.support.client import Portal
from tests.support.queue import drain

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
IDENTITY = {
    "applicant_family_name": "Le Goff",
    "applicant_given_names": "Claire",
    "applicant_address-street": "14 rue des Tanneurs",
    "applicant_address-postcode": "99240",
    "applicant_address-city": "Val-de-Brume",
    "applicant_contact": "email",
    "applicant_email": "claire@exemple.fr",
}


def pdf(name: str = "livret.pdf", data: bytes = PDF) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="application/pdf")


def begin(client: Client, slug: str = "acte") -> str:
    """Start a draft; return the address of its first step."""
    return client.post(f"/demarches/{slug}/commencer/").headers["Location"]


def step_url(first: str, step: str) -> str:
    return first.rsplit("/", 2)[0] + f"/{step}/"


def fill_until_recap(client: Client, **identity: str) -> str:
    """Answer every step; return the address of the recap."""
    first = begin(client)
    client.post(first, {"kind": "full", "copies": "2"})
    client.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": "12", "proof": pdf()})
    answer = client.post(step_url(first, "applicant"), {**IDENTITY, **identity})
    assert answer.headers["Location"].endswith("/recapitulatif/")
    return answer.headers["Location"]


def file_one(client: Client, **identity: str) -> Submission:
    recap = fill_until_recap(client, **identity)
    client.post(recap, {"ok": "on"})
    return Submission.objects.latest("pk")


@pytest.fixture
def acte(db: None) -> Any:
    return samples.procedure()


@pytest.mark.usefixtures("acte")
def test_claire_files_an_acte_and_holds_an_acknowledgement_with_every_mention(portal: Portal) -> None:
    portal.get("/demarches/acte/")
    recap = fill_until_recap(portal)
    page = portal.get(recap)
    assert "Anne Morvan" in page.text
    assert "livret.pdf" in page.text
    answer = portal.post(recap, {"ok": "on"}, follow=True)
    submission = Submission.objects.get()
    text = answer.text
    assert submission.reference in text
    assert "sera considérée comme refusée" in text
    assert "Article L. 231-4 du CRPA" in text
    assert "tribunal administratif de Hautebrume" in text
    assert "Écrire à la maire" in text
    assert "Service État civil" in text
    assert submission.due_on is not None
    assert journal.verify(submission.key) == []
    assert submission.answer_sets.get().answers["mother"] == "Anne Morvan"
    assert submission.files.get().stored.name == "livret.pdf"


@pytest.mark.usefixtures("acte")
def test_an_extract_without_filiation_asks_no_parent(portal: Portal) -> None:
    first = begin(portal)
    answer = portal.post(first, {"kind": "bare", "copies": "1"})
    assert answer.headers["Location"].endswith("/applicant/")
    hidden = portal.get(step_url(first, "parents"))
    assert hidden.status_code == 302


@pytest.mark.usefixtures("acte")
def test_a_hidden_answer_is_not_kept_in_the_submission(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "1"})
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "proof": pdf()})
    portal.post(step_url(first, "applicant"), IDENTITY)
    portal.post(first, {"kind": "bare", "copies": "1"})
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    submission = Submission.objects.get()
    assert "mother" not in submission.answer_sets.get().answers
    assert not submission.files.exists()


@pytest.mark.usefixtures("acte")
def test_a_question_revealed_by_an_option_is_asked_only_with_that_option(portal: Portal) -> None:
    first = begin(portal)
    refused = portal.post(first, {"kind": "other", "copies": "1", "which": ""})
    assert refused.status_code == 422
    assert 'href="#f-which"' in refused.text
    assert portal.post(first, {"kind": "full", "copies": "1", "which": "ignoré"}).status_code == 302
    assert "which" not in Draft.objects.get().answers


@pytest.mark.usefixtures("acte")
def test_a_mistake_is_told_beside_the_field_and_in_the_summary_and_nothing_typed_is_lost(portal: Portal) -> None:
    first = begin(portal)
    answer = portal.post(first, {"kind": "full", "copies": "douze"})
    assert answer.status_code == 422
    assert "<title>Erreur" in answer.text
    assert 'class="errors" tabindex="-1" autofocus' in answer.text
    assert 'value="douze"' in answer.text
    later = portal.get(first)
    assert 'value="douze"' in later.text
    assert 'value="full" checked' in later.text


@pytest.mark.usefixtures("acte")
def test_a_step_jumped_to_leads_to_the_first_one_that_is_not_done(portal: Portal) -> None:
    first = begin(portal)
    for later in ("applicant", "recapitulatif", "inconnue"):
        answer = portal.get(step_url(first, later))
        assert answer.headers["Location"] == first


@pytest.mark.usefixtures("acte")
def test_the_same_recap_sent_twice_makes_one_request(portal: Portal) -> None:
    recap = fill_until_recap(portal)
    one = portal.post(recap, {"ok": "on"})
    two = portal.post(recap, {"ok": "on"})
    assert one.headers["Location"] == two.headers["Location"]
    assert Submission.objects.count() == 1
    assert Delivery.objects.filter(purpose="receipt").count() == 1


@pytest.mark.usefixtures("acte")
def test_a_get_of_the_recap_sends_nothing(portal: Portal) -> None:
    portal.get(fill_until_recap(portal))
    assert not Submission.objects.exists()


@pytest.mark.usefixtures("acte")
def test_a_draft_is_not_found_by_another_browser(portal: Portal) -> None:
    first = begin(portal)
    stranger = Portal()
    assert stranger.get(first).status_code == 404
    assert stranger.post(first, {"kind": "full", "copies": "1"}).status_code == 404
    assert stranger.get(step_url(first, "recapitulatif")).status_code == 404


def link_in_last_mail() -> str:
    found = re.search(r"http://127.0.0.1:8000(\S+)", Delivery.objects.latest("pk").body)
    assert found
    return found[1]


@pytest.mark.usefixtures("acte")
def test_a_link_by_mail_reopens_the_draft_elsewhere_until_it_is_revoked(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    portal.post(step_url(first, "lien"), {"email": "claire@exemple.fr"})
    link = link_in_last_mail()
    elsewhere = Portal()
    assert elsewhere.get(link).status_code == 200
    assert elsewhere.get(first).status_code == 404, "a GET gives no right: mail programs follow links"
    elsewhere.post(link)
    assert 'value="2"' in elsewhere.get(first).text
    portal.post(step_url(first, "lien"), {"action": "revoke"})
    assert Portal().get(link).status_code == 410


@pytest.mark.usefixtures("acte")
def test_a_forged_or_used_link_opens_nothing(portal: Portal) -> None:
    assert portal.get("/brouillons/reprendre/forged/").status_code == 410
    recap = fill_until_recap(portal)
    portal.post(recap.replace("recapitulatif", "lien"), {"email": "claire@exemple.fr"})
    link = link_in_last_mail()
    portal.post(recap, {"ok": "on"})
    assert Portal().get(link).status_code == 410


@pytest.mark.usefixtures("acte")
def test_a_shared_computer_forgets_everything(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(step_url(first, "lien"), {"email": "claire@exemple.fr", "action": "leave"})
    assert "Clear-Site-Data" in answer.headers
    assert portal.get(first).status_code == 404
    assert Draft.objects.exists()


@pytest.mark.usefixtures("acte")
def test_private_pages_are_not_stored(portal: Portal) -> None:
    first = begin(portal)
    assert "no-store" in portal.get(first).headers["Cache-Control"]


def test_a_procedure_closed_while_filing_keeps_the_draft_and_says_what_to_do(portal: Portal, acte: Any) -> None:
    recap = fill_until_recap(portal)
    acte.closes_at = timezone.now()
    acte.save()
    answer = portal.post(recap, {"ok": "on"})
    assert answer.status_code == 409
    assert "votre brouillon est gardé" in answer.text
    assert not Submission.objects.exists()
    assert Draft.objects.get().answers["mother"] == "Anne Morvan"


@pytest.mark.usefixtures("acte")
@pytest.mark.parametrize(
    ("upload", "words"),
    [
        (pdf("vide.pdf", b""), "est vide"),
        (pdf("programme.pdf", b"MZ" + b"\x00" * 300), "Enregistrez-le en PDF"),
        (pdf("page.pdf", b"<html><script>alert(1)</script>"), "Enregistrez-le en PDF"),
        (pdf("dessin.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"), "Enregistrez-le en PDF"),
    ],
)
def test_a_file_that_is_not_what_it_says_is_refused_and_the_good_one_is_kept(
    portal: Portal, upload: SimpleUploadedFile, words: str
) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(step_url(first, "parents"), {"mother": "Anne", "proof": [pdf(), upload]})
    assert answer.status_code == 422
    assert words in answer.text
    assert "livret.pdf" in answer.text
    assert 'value="Anne"' in answer.text
    assert portal.post(step_url(first, "parents"), {"mother": "Anne"}).status_code == 302


@pytest.mark.usefixtures("acte")
def test_an_oversized_file_says_its_weight_and_the_limit(portal: Portal, settings: Any) -> None:
    settings.UPLOAD_MAX_BYTES = 1000
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(step_url(first, "parents"), {"mother": "Anne", "proof": pdf(data=PDF + b"x" * 2000)})
    assert answer.status_code == 422
    assert "pèse" in answer.text


@pytest.mark.usefixtures("acte")
def test_a_file_name_with_a_path_or_300_characters_is_tidied(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    # SimpleUploadedFile drops a path by itself: the name is set afterwards, as a hostile client would send it.
    long = pdf("x" * 300 + ".pdf")
    portal.post(step_url(first, "parents"), {"mother": "Anne", "proof": [long, pdf("\u202egpj.exe.pdf")]})
    names = list(StoredFile.objects.values_list("name", flat=True))
    assert len(names) == 2
    assert all(len(name) <= 150 and "\u202e" not in name and "/" not in name for name in names)


@pytest.mark.usefixtures("acte")
def test_200_files_at_once_keep_the_first_ones_and_say_so(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(step_url(first, "parents"), {"mother": "Anne", "proof": [pdf(f"{n}.pdf") for n in range(200)]})
    assert answer.status_code == 422
    assert StoredFile.objects.count() == 2


@pytest.mark.usefixtures("acte")
def test_a_file_is_removed_without_losing_what_was_typed(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    parents = step_url(first, "parents")
    portal.post(parents, {"mother": "", "proof": pdf()})
    stored = StoredFile.objects.get()
    portal.post(parents, {"mother": "Anne", "remove": str(stored.public_id)})
    assert not StoredFile.objects.exists()
    assert 'value="Anne"' in portal.get(parents).text


NASTY = "‮ <script>alert(1)</script> {{ 7*7 }} {% x %} '; DROP TABLE x;-- =1+1 🐙"


@pytest.mark.usefixtures("acte")
def test_hostile_text_is_shown_back_harmlessly_everywhere(portal: Portal) -> None:
    portal.allow_text = {"{{ 7*7 }}", "{% x %}", "{{", "}}", "{%", "%}"}
    submission = file_one(portal, applicant_family_name=NASTY)
    page = portal.get(f"/demandes/{submission.reference}/recue/").text
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page
    assert "\u202e" not in page
    drain()
    assert all("\u202e" not in mail.body for mail in Delivery.objects.all())


@pytest.mark.usefixtures("acte")
def test_a_text_of_two_megabytes_is_told_too_long(portal: Portal) -> None:
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    answer = portal.post(step_url(first, "parents"), {"mother": "x" * 2_000_000, "proof": pdf()})
    assert answer.status_code == 422
    assert "trop longue" in answer.text


@pytest.mark.usefixtures("acte")
def test_an_option_out_of_the_list_is_refused(portal: Portal) -> None:
    answer = portal.post(begin(portal), {"kind": "gratuit", "copies": "1"})
    assert answer.status_code == 422


@pytest.mark.usefixtures("acte")
def test_rgpd_06_sensitive_answers_are_neither_searchable_nor_filtered_nor_mailed(portal: Portal) -> None:
    samples_secret = "phrase-tres-secrete"
    first = begin(portal)
    portal.post(first, {"kind": "full", "copies": "2"})
    portal.post(step_url(first, "parents"), {"mother": "Anne Morvan", "secret": samples_secret, "proof": pdf()})
    portal.post(step_url(first, "applicant"), IDENTITY)
    portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
    submission = Submission.objects.get()
    assert "secrete" not in submission.search_text
    assert "anne morvan" in submission.search_text
    assert Facet.objects.get().text == "full"
    assert all(samples_secret not in mail.body and "Morvan" not in mail.body for mail in Delivery.objects.all())


@pytest.mark.usefixtures("acte")
def test_without_an_address_the_receipt_carries_a_code_that_shows_the_status_only(portal: Portal) -> None:
    submission = file_one(portal, applicant_contact="post", applicant_email="")
    assert not Delivery.objects.exists()
    page = portal.get(f"/demandes/{submission.reference}/recue/")
    assert submission.follow_code in page.text
    stranger = Portal()
    shown = stranger.post("/suivi/", {"reference": submission.reference.lower(), "code": submission.follow_code})
    assert "Demande reçue" in shown.text
    assert "Morvan" not in shown.text
    assert stranger.get(f"/demandes/{submission.reference}/").status_code == 404
    wrong = stranger.post("/suivi/", {"reference": submission.reference, "code": "0000-0000"})
    assert wrong.status_code == 422


@pytest.mark.usefixtures("acte")
def test_a_code_by_mail_opens_the_request_to_its_applicant(portal: Portal) -> None:
    submission = file_one(portal)
    elsewhere = Portal()
    elsewhere.post("/suivi/", {"reference": submission.reference})
    mail = Delivery.objects.get(purpose="follow_code")
    found = re.search(r"\b[0-9]{8}\b", mail.body)
    assert found
    assert elsewhere.post("/suivi/code/", {"code": "12345678"}).status_code == 422
    elsewhere.post("/suivi/code/", {"code": found[0]})
    assert "Anne Morvan" in elsewhere.get(f"/demandes/{submission.reference}/").text


@pytest.mark.usefixtures("acte")
def test_an_unknown_number_gets_the_same_page_and_no_mail(portal: Portal) -> None:
    from procedures.definition.reference import new_reference

    answer = portal.post("/suivi/", {"reference": new_reference(2026)}, follow=True)
    assert answer.status_code == 200
    assert not Delivery.objects.exists()


@pytest.mark.usefixtures("acte")
def test_the_mail_server_down_keeps_the_filing_and_the_mail_goes_later(
    portal: Portal, settings: Any, mailoutbox: Any
) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    file_one(portal)
    drain()
    mail = Delivery.objects.get(purpose="receipt")
    assert mail.state == "queued"
    assert mail.last_error
    assert mail.next_try_at > timezone.now()
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    Delivery.objects.update(next_try_at=timezone.now() - timedelta(minutes=2))
    from messaging.tasks import sweep

    sweep()
    drain()
    mail.refresh_from_db()
    assert mail.state == "done"
    assert len(mailoutbox) == 1


@pytest.mark.usefixtures("acte")
def test_the_worker_down_still_shows_the_acknowledgement(portal: Portal) -> None:
    submission = file_one(portal)
    assert submission.reference in portal.get(f"/demandes/{submission.reference}/recue/").text
    assert portal.get(f"/demandes/{submission.reference}/accuse/").status_code == 202


def test_a_logged_in_citizen_is_prefilled_and_finds_her_drafts(portal: Portal, acte: Any) -> None:
    portal.force_login(samples.citizen())
    first = begin(portal)
    portal.post(first, {"kind": "bare", "copies": "1"})
    assert 'value="Marchand"' in portal.get(step_url(first, "applicant")).text
    assert acte.title in portal.get("/mes-demandes/").text


@pytest.mark.usefixtures("acte")
def test_the_filing_costs_at_most_ten_requests_and_sixty_queries(
    portal: Portal, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(60):
        first = begin(portal)
        portal.get(first)
        portal.post(first, {"kind": "bare", "copies": "2"})
        portal.get(step_url(first, "applicant"))
        portal.post(step_url(first, "applicant"), IDENTITY)
        portal.get(step_url(first, "recapitulatif"))
        done = portal.post(step_url(first, "recapitulatif"), {"ok": "on"})
        portal.get(done.headers["Location"])


@pytest.mark.usefixtures("acte")
def test_a_notice_says_when_it_was_made_available_and_first_read(portal: Portal) -> None:
    """CRPA-33."""
    submission = file_one(portal)
    notice = Delivery.objects.get(purpose="receipt")
    assert notice.available_at is not None
    assert notice.first_read_at is None
    portal.get(f"/demandes/{submission.reference}/")
    notice.refresh_from_db()
    first = notice.first_read_at
    assert first is not None
    portal.get(f"/demandes/{submission.reference}/")
    notice.refresh_from_db()
    assert notice.first_read_at == first
