"""The pages a town owes, the home page, the catalogue, and the verification of a document."""

from typing import Any

import pytest
from django.core.cache import caches
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Membership
from procedures.models import Document, Procedure
from tests.support import samples
from tests.support.client import Portal
from tests.support.queue import drain
from tests.test_filing import file_one
from town.models import Town

PAGES = [
    "/",
    "/demarches/",
    "/demarches/acte/",
    "/saisine-electronique/",
    "/mentions-legales/",
    "/donnees-personnelles/",
    "/accessibilite/",
    "/contact/",
    "/plan-du-site/",
    "/verifier/",
    "/suivi/",
    "/demo/courriels/",
]


@pytest.fixture
def acte(db: None) -> Procedure:
    return samples.procedure()


@pytest.mark.usefixtures("acte")
@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["fr", "en"])
def test_a_public_page_keeps_the_rules_in_both_languages(portal: Portal, path: str, language: str) -> None:
    portal.cookies["django_language"] = language
    assert portal.get(path).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("path", [path for path in PAGES if "acte" not in path])
def test_a_public_page_holds_before_the_town_is_set_up(path: str) -> None:
    assert Portal().get(path).status_code == 200


@pytest.mark.usefixtures("acte")
def test_the_browser_language_does_not_decide(portal: Portal) -> None:
    assert '<html lang="fr">' in portal.get("/", headers={"accept-language": "en"}).text


@pytest.mark.usefixtures("acte")
def test_only_administrators_see_what_is_missing(portal: Portal) -> None:
    home = samples.department()
    Town.objects.update(siret="", host_name="")
    caches["local"].clear()
    assert "hébergeur" not in portal.get("/mentions-legales/").text
    user = samples.citizen()
    Membership.objects.create(user=user, department=home, role="town_admin", title="secrétaire")
    portal.force_login(user)
    page = portal.get("/mentions-legales/").text
    assert "SIRET, hébergeur" in page


@pytest.mark.usefixtures("acte")
def test_the_accessibility_page_says_not_compliant_until_an_audit_is_recorded(portal: Portal) -> None:
    """ACC-01, ACC-02."""
    assert "Accessibilité\u00a0: non conforme" in portal.get("/").text
    page = portal.get("/accessibilite/").text
    assert "non conforme au RGAA" in page
    assert "Libre réponse 71120" in page


@pytest.mark.usefixtures("acte")
def test_search_forgives_accents_and_finds_everyday_words(portal: Portal) -> None:
    for words in ("ACTE", "papier naissance", "papiers naissances"):
        assert "Demander un acte" in portal.get("/demarches/", {"q": words}).text
    nothing = portal.get("/demarches/", {"q": "<b>lampadère"}).text
    assert "Rien pour «\u00a0&lt;b&gt;lampadère\u00a0»" in nothing


@pytest.mark.usefixtures("acte")
def test_an_unknown_page_and_a_stale_form_say_what_to_do(portal: Portal) -> None:
    assert "Cette page n’existe pas" in portal.get("/rien/").text
    strict = Portal(enforce_csrf_checks=True)
    assert "ouverte depuis longtemps" in strict.post("/demarches/acte/commencer/").text


@pytest.mark.usefixtures("acte")
def test_a_get_of_start_leads_to_the_page_and_an_old_address_leads_to_the_new_one(portal: Portal, acte: Any) -> None:
    assert portal.get("/demarches/acte/commencer/").headers["Location"] == "/demarches/acte/"
    acte.old_slugs.create(slug="ancien")
    assert portal.get("/demarches/ancien/").headers["Location"] == "/demarches/acte/"


@pytest.mark.usefixtures("acte")
def test_a_receipt_is_recognised_by_its_code_or_its_bytes_and_a_changed_one_is_not(portal: Portal) -> None:
    submission = file_one(portal)
    drain()
    document = Document.objects.select_related("stored").get()
    assert document.stored is not None
    stranger = Portal()
    good = stranger.get("/verifier/", {"numero": submission.reference.lower(), "code": document.verification_code})
    assert "la commune a émis ce document" in good.text
    assert "Le Goff" not in good.text
    assert (
        "Nous n’avons pas émis"
        in stranger.get("/verifier/", {"numero": submission.reference, "code": "0000-0000"}).text
    )
    with default_storage.open(document.stored.key) as kept:
        data = kept.read()
    same = SimpleUploadedFile("x.pdf", data)
    changed = SimpleUploadedFile("x.pdf", data[:-10] + bytes([data[-10] ^ 1]) + data[-9:])
    assert "la commune a émis ce document" in stranger.post("/verifier/", {"pdf": same}).text
    assert "Nous n’avons pas émis" in stranger.post("/verifier/", {"pdf": changed}).text
    assert stranger.post("/verifier/").status_code == 422


@pytest.mark.usefixtures("acte")
def test_guessing_verification_codes_is_slowed_down(portal: Portal) -> None:
    answers = [portal.get("/verifier/", {"numero": "2026", "code": str(n)}).status_code for n in range(21)]
    assert answers[-1] == 429


@pytest.mark.usefixtures("acte")
def test_a_page_costs_as_many_queries_with_one_procedure_as_with_thirty(
    portal: Portal, django_assert_num_queries: Any
) -> None:
    def cost(path: str) -> int:
        caches["local"].clear()
        with CaptureQueriesContext(connection) as queries:
            portal.get(path)
        return len(queries)

    paths = ["/", "/demarches/", "/plan-du-site/", "/donnees-personnelles/", "/saisine-electronique/", "/contact/"]
    before = {path: cost(path) for path in paths}
    for number in range(29):
        samples.procedure(f"acte-{number}", id=f"acte_{number}")
    assert {path: cost(path) for path in paths} == before


def test_the_page_on_personal_data_names_the_services_that_receive_or_send_some(portal: Portal, settings: Any) -> None:
    plain = portal.get("/donnees-personnelles/").content.decode()
    assert "FranceConnect" not in plain
    assert "case d’adresse" not in plain
    settings.IDENTITY_SERVICES = {
        "franceconnect": {
            "issuer": "https://identite.example",
            "client_id": "p",
            "secret": "ne-pas-dire",
            "acr": "eidas1",
        }
    }
    settings.ADDRESS_SERVICE_URL = "https://adresses.example/"
    told = portal.get("/donnees-personnelles/").content.decode()
    assert "un service de l’État (FranceConnect)" in told
    assert "envoyé à adresses.example" in told
    assert "ne-pas-dire" not in told
