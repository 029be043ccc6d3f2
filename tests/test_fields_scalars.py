"""Names, numbers and identifiers: each common mistake has its own words."""

import logging
from io import StringIO
from typing import Any

import pytest
from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from pydantic import ValidationError

from portal.kit.fields import render_field
from portal.kit.logs import MaskNir
from procedures.definition.fields import FIELD_TYPES, Field
from procedures.definition.fields.iban import from_rib
from procedures.definition.nir import find_nir, masked
from tests.support.document import read

NBSP, THIN = "\u00a0", "\u202f"


def question(kind: str, /, **options: Any) -> Field:
    return FIELD_TYPES[kind].model_validate({"type": kind, "id": "q", "label": "Question", **options})


def form_of(asked: Field, raw: Any) -> forms.Form:
    data = QueryDict(mutable=True)
    data.update({"q": raw} if isinstance(raw, str) else {f"q-{name}": text for name, text in raw.items()})
    form = forms.Form(data, auto_id="f-%s")
    form.fields["q"] = asked.form_field()
    return form


def stored(asked: Field, raw: Any) -> Any:
    form = form_of(asked, raw)
    assert form.is_valid(), form.errors
    return asked.to_json(form.cleaned_data["q"])


def refusal(asked: Field, raw: Any) -> str:
    form = form_of(asked, raw)
    assert not form.is_valid(), form.cleaned_data
    return " ".join(str(message) for message in form.errors["q"])


def wrong_parts(asked: Field, raw: Any) -> set[str]:
    form = form_of(asked, raw)
    form.is_valid()
    return {part for error in form.errors.as_data()["q"] for part in (error.params or {}).get("parts", [])}


@pytest.mark.parametrize(
    ("typed", "value", "said"),
    [
        ("1 234,5", 1234.5, f"1{THIN}234,5"),
        ("1234.5", 1234.5, f"1{THIN}234,5"),
        (f"1{THIN}234,50", 1234.5, f"1{THIN}234,5"),
        ("12", 12, "12"),
        ("12,00", 12, "12"),
        ("0,1", 0.1, "0,1"),
        ("−3,25", -3.25, "-3,25"),
        ("1 000 000,01", 1000000.01, f"1{THIN}000{THIN}000,01"),
    ],
)
def test_a_decimal_is_read_and_said_the_french_way(typed: str, value: float, said: str) -> None:
    asked = question("decimal", minimum=-10)
    assert stored(asked, typed) == value
    assert asked.display(value) == said
    assert stored(asked, asked.to_initial(value)) == value
    assert asked.export(value) == [value]


def test_a_decimal_takes_its_unit_and_counts_its_decimals() -> None:
    asked = question("decimal", decimals=1, unit="m²")
    assert stored(asked, "12,5 m²") == 12.5
    assert asked.display(12.5) == f"12,5{NBSP}m²"
    assert "1 chiffre après la virgule" in refusal(asked, "12,55")
    for options in ({"decimals": 0}, {"decimals": 7}, {"minimum": 3, "maximum": 2}, {"maximum": float("inf")}):
        with pytest.raises(ValidationError):
            question("decimal", **options)


@pytest.mark.parametrize(
    ("mask", "typed", "expected"),
    [
        ("AA-999-AA", "ab123cd", "AB-123-CD"),
        ("AA-999-AA", "AB 123/CD", "AB-123-CD"),
        ("PC 999 999 99 X9999", "pc 06923126 a0001", "PC 069 231 26 A0001"),
        ("W999", "w 123", "W123"),
        ("99/99", "1234", "12/34"),
    ],
)
def test_an_identifier_takes_the_form_of_its_mask(mask: str, typed: str, expected: str) -> None:
    assert stored(question("identifier", mask=mask), typed) == expected


def test_an_identifier_is_described_in_words_with_an_example() -> None:
    words = refusal(question("identifier", mask="W9-AAX"), "zz")
    assert f"«{NBSP}W{NBSP}», puis 1 chiffre, puis 2 lettres, puis 1 lettre ou chiffre" in words
    assert "W1-ABA" in words
    for mask in ("", "---", "aa-99", "A\u202e"):
        with pytest.raises(ValidationError):
            question("identifier", mask=mask)


def test_the_example_of_a_mask_fits_it() -> None:
    asked: Any = question("identifier", mask="AAAA-9999.XXXX/Z")
    assert asked.fit(asked.mask_example) == asked.mask_example


def test_civility_offers_the_third_answer_where_it_is_wanted() -> None:
    assert stored(question("civility"), "none") == "none"
    assert refusal(question("civility", also_neutral=False), "none")
    assert question("civility").display("none") == "Ne pas préciser"
    assert question("civility").display("m") == "Monsieur"


@pytest.mark.parametrize(
    "name", ["O", "Ng", "Le Goff", "d’Aubigné", "D'Arc", "Jean-Baptiste", "Müller", "Øster", "محمد", "J.", "Łukasz Żak"]
)
def test_a_name_is_as_people_bear_it(name: str) -> None:
    assert stored(question("name"), {"family": name, "given": "", "usage": ""})["family"] == name


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("zoe@exemple.fr", "adresse électronique"),
        ("R2D2", "chiffre"),
        ("Jean٣", "chiffre"),
        ("<b>", "<"),
        ("’", "lettres"),
    ],
)
def test_what_is_no_name_is_refused_in_its_own_words(text: str, words: str) -> None:
    asked = question("name")
    assert words in refusal(asked, {"family": "Petit", "given": text})
    assert refusal(asked, {"family": "Petit", "given": text}).startswith("Prénoms\u00a0: ")
    assert wrong_parts(asked, {"family": "Petit", "given": text}) == {"given"}


def test_every_wrong_name_is_said_at_once() -> None:
    asked = question("name", needed=["family", "given"])
    assert wrong_parts(asked, {"family": "", "given": "", "usage": "R2"}) == {"family", "given", "usage"}


def test_a_name_that_is_not_asked_is_not_kept() -> None:
    asked = question("name", usage_name=False)
    assert stored(asked, {"family": "Petit", "usage": "Grand", "civility": "m"}) == {
        "civility": "",
        "family": "Petit",
        "usage": "",
        "given": "",
    }


def test_a_name_is_said_searched_sorted_and_exported() -> None:
    asked = question("name", civility=True)
    value = {"civility": "mme", "family": "Petit", "usage": "Grand", "given": "Zoé"}
    assert asked.display(value) == f"Madame Zoé Petit\nNom d’usage{NBSP}: Grand"
    assert asked.search_terms(value) == ["Petit", "Grand", "Zoé"]
    assert asked.facet(value) == "Petit Zoé"
    assert asked.export(value) == ["Madame", "Petit", "Grand", "Zoé"]
    assert asked.display({**value, "civility": "none", "usage": "", "given": ""}) == "Petit"


@pytest.mark.parametrize(("own", "tokens"), [(True, {"family-name", "given-name", "off"}), (False, {"off"})])
def test_only_ones_own_name_bears_tokens_for_browsers(own: bool, tokens: set[str]) -> None:
    root, _ = read(
        f"<!DOCTYPE html><html><body>{render_field(form_of(question('name', own=own), {})['q'])}</body></html>"
    )
    assert {node.get("autocomplete") for node in root.find_all("input")} == tokens


@pytest.mark.parametrize("number", ["20006541500016", "130 025 265 00013", "35600000000048", "356 000 000 00006"])
def test_a_siret_is_checked_by_its_key_and_by_the_rule_of_la_poste(number: str) -> None:
    assert stored(question("siret"), number) == number.replace(" ", "")


def test_an_office_of_la_poste_whose_figures_do_not_add_to_a_multiple_of_five_is_refused() -> None:
    assert "sa clé" in refusal(question("siret"), "356 000 000 00007")


@pytest.mark.parametrize(
    ("kind", "typed", "words"),
    [
        ("siret", "200065415", "C’est un SIREN"),
        ("siret", "2000654150001", "vous en avez écrit 13"),
        ("siret", "20006541500017", "sa clé"),
        ("siret", "FR40303265045", "TVA"),
        ("siret", "W123456789", "RNA"),
        ("siret", "2000654150001O", "seulement des chiffres"),
        ("siren", "20006541500016", "C’est un SIRET"),
        ("siren", "20006541", "vous en avez écrit 8"),
        ("siren", "200065416", "sa clé"),
    ],
)
def test_each_mistake_of_a_siret_has_its_words(kind: str, typed: str, words: str) -> None:
    assert words in refusal(question("siret", kind=kind), typed)


def test_a_siret_is_shown_in_groups() -> None:
    assert question("siret").display("20006541500016") == f"200{NBSP}065{NBSP}415{NBSP}00016"
    assert question("siret", kind="siren").display("200065415") == f"200{NBSP}065{NBSP}415"
    assert stored(question("siret"), question("siret").to_initial("20006541500016")) == "20006541500016"


def test_an_rna_number_is_told_from_a_siren() -> None:
    assert stored(question("rna"), "w12 345 67aB") == "W1234567AB"
    assert "SIREN" in refusal(question("rna"), "200 065 415")
    assert "W123456789" in refusal(question("rna"), "123456789")


RIB, IBAN = "20041 01005 0500013M026 06", "FR1420041010050500013M02606"


def test_a_rib_is_turned_into_its_iban_or_told() -> None:
    asked = question("iban")
    assert from_rib(RIB.replace(" ", "")) == IBAN
    assert stored(asked, {"iban": RIB}) == {"iban": IBAN}
    assert "C’est un RIB" in refusal(asked, {"iban": "20041 01005 0500013M026 07"})


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("FR14 2004 1010 0505 0001 3M02 607", "La clé"),
        ("FR14 2004 1010 0505 0001 3M02", "27"),
        ("ZZ14 2004 1010 0505 0001", "Aucun pays"),
        ("BE68 5390 0754 703", "la forme de son pays"),
        ("4970 1000 0000 0154", "carte bancaire"),
        ("compte courant", "2 lettres"),
        ("1234", "2 lettres"),
    ],
)
def test_each_mistake_of_an_iban_has_its_words(typed: str, words: str) -> None:
    assert words in refusal(question("iban"), {"iban": typed})


def test_a_foreign_iban_is_accepted() -> None:
    assert stored(question("iban"), {"iban": "BE68 5390 0754 7034"}) == {"iban": "BE68539007547034"}
    assert stored(question("iban"), {"iban": "DE89 3704 0044 0532 0130 00"}) == {"iban": "DE89370400440532013000"}


def test_an_iban_is_whole_in_the_answer_alone() -> None:
    asked = question("iban", with_bic=True)
    value = {"iban": IBAN, "bic": "PSSTFRPPPAR"}
    assert asked.sensitive
    assert asked.display(value).replace(NBSP, "").splitlines()[0] == IBAN
    assert asked.search_terms(value) == []
    for shown in (asked.facet(value), *asked.export(value)):
        assert shown == "FR14 **** … 606"


def test_the_bic_alone_is_named_when_it_alone_is_wrong() -> None:
    assert wrong_parts(question("iban", with_bic=True), {"iban": IBAN, "bic": "PSST"}) == {"bic"}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("AB123CD", "AB-123-CD"),
        ("ab-123-cd", "AB-123-CD"),
        ("123abc75", "123 ABC 75"),
        ("1234 AB 2A", "1234 AB 2A"),
        ("12 AB 971", "12 AB 971"),
        ("AB 12 C", "AB-12-C"),
    ],
)
def test_a_plate_takes_its_official_form(typed: str, expected: str) -> None:
    assert stored(question("plate"), typed) == expected


def test_a_letter_o_in_a_plate_is_told_and_a_foreign_one_is_accepted_on_demand() -> None:
    assert "I, O ou U" in refusal(question("plate"), "AB-12O-CD")
    assert refusal(question("plate"), "B-MW 1234")
    assert stored(question("plate", foreign=True), "b-mw 1234") == "B-MW 1234"
    assert stored(question("plate", foreign=True), "ab123cd") == "AB-123-CD"


def test_a_yearly_income_is_no_family_quotient() -> None:
    asked = question("family_quotient")
    assert stored(asked, "845,00 €") == 845
    assert stored(asked, "0") == 0
    assert "revenu annuel" in refusal(asked, "124 500")
    assert "sans centimes" in refusal(asked, "845,30")
    assert asked.warnings(24_000)
    assert not asked.warnings(845)
    assert "revenu annuel" in refusal(question("family_quotient", maximum=9999), "24 000")
    with pytest.raises(ValidationError):
        question("family_quotient", maximum=100_000)


def test_a_signature_keeps_what_was_signed() -> None:
    asked = question("signature", statement="Je certifie que tout est exact.")
    value = stored(asked, {"name": "Zoé Petit", "tick": "on"})
    assert value == {
        "name": "Zoé Petit",
        "statement": "Je certifie que tout est exact.",
        "on": timezone.localdate().isoformat(),
    }
    changed = question("signature", statement="Autre chose.")
    assert changed.display(value).startswith("Je certifie que tout est exact.\nSigné par Zoé Petit le ")
    assert wrong_parts(asked, {"name": "Zoé Petit"}) == {"tick"}
    assert wrong_parts(asked, {"tick": "on"}) == {"name"}
    assert asked.export(value) == ["Zoé Petit", value["on"]]


def test_exports_hold_typed_values() -> None:
    assert question("number").export(3) == [3]
    assert question("amount").export(123450) == [1234.5]
    assert question("yes_no").export(False) == [False]
    assert question("date").export("2026-03-01") == ["2026-03-01"]
    days = question("choices", options=[{"value": day, "label": day.title()} for day in ("lundi", "mardi")])
    assert days.export_columns() == ["Question – Lundi", "Question – Mardi"]
    assert days.export(["mardi"]) == [False, True]
    assert days.export([]) == [False, False]
    assert len(question("address").export({"street": "1 rue Haute", "postcode": "99240"})) == 5
    files = [{"name": "a.pdf", "size": 3}, {"name": "b.pdf", "size": 4}]
    assert question("file").export(files) == [2, "a.pdf; b.pdf"]


@pytest.mark.parametrize("options", [{"text": ""}, {"text": "Des mots.", "collapsed": True}])
def test_an_explanation_has_words_and_a_title_when_it_is_folded(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        question("explanation", **options)


@pytest.mark.parametrize("kind", ["datetime", "period", "partial_date", "name", "iban", "signature"])
def test_inputs_are_named_so_that_a_draft_keeps_what_was_typed_in_them(kind: str) -> None:
    asked = FIELD_TYPES[kind].sample()
    root, _ = read(f"<!DOCTYPE html><html><body>{render_field(form_of(asked, {})['q'])}</body></html>")
    # A draft keeps the raw values whose name is the question's id, or that id, a hyphen and one part.
    assert {node.get("name").rsplit("-", 1)[0] for node in root.find_all("input")} == {"q"}


def test_content_is_escaped() -> None:
    drawn = render_field(form_of(question("explanation", text="<b>x</b>\n\n- <i>y</i>", title="<u>z</u>"), "")["q"])
    assert "<b>" not in drawn
    assert "<i>" not in drawn
    assert "<u>" not in drawn
    assert "<li>" in drawn
    assert render_field(form_of(question("heading", level=4), "")["q"]) == '<h4 class="heading">Question</h4>'
    with pytest.raises(ValidationError):
        question("heading", level=2)


# A made-up person: the key is right, the commune does not exist.
NIR = "2 95 10 99 126 111 93"
CORSE = "253072B07300470"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (f"Mon numéro : {NIR}.", ["295109912611193"]),
        ("295109912611193", ["295109912611193"]),
        (f"({CORSE.lower()})", [CORSE]),
        ("2 53 07 2A 073 004 43", ["253072A07300443"]),
        ("2.95.10.99.126.111.93 et\u00a0" + CORSE, ["295109912611193", CORSE]),
        ("N° 1 2 95 10 99 126 111 93", ["295109912611193"]),
        ("2 95 10 99 126 111 94", []),
        ("2 95 10 99 126 111", []),
        ("12951099126111931", []),
        ("Tél. 06 39 98 12 34, SIRET 200 065 415 00016", []),
        ("", []),
    ],
)
def test_a_social_security_number_is_found_by_its_key(text: str, found: list[str]) -> None:
    assert find_nir(text) == found
    assert (masked(text) != text) == bool(found)
    assert find_nir(masked(text)) == []


def test_the_rest_of_a_masked_text_is_kept() -> None:
    assert masked(f"a {NIR}, b {CORSE} c") == "a [NIR], b [NIR] c"


@pytest.mark.parametrize("kind", ["text", "long_text"])
def test_rgpd_07_a_text_with_a_social_security_number_is_kept_with_a_polite_warning(kind: str) -> None:
    asked = question(kind)
    value = stored(asked, f"Je suis {NIR}")
    assert "sécurité sociale" in asked.warnings(value)[0]
    assert asked.warnings("Je suis moi") == asked.warnings(None) == []


def test_logs_hold_no_social_security_number() -> None:
    wired: Any = settings.LOGGING
    assert wired["handlers"]["console"]["filters"] == ["nir"]
    assert wired["filters"]["nir"]["()"] == "portal.kit.logs.MaskNir"
    output = StringIO()
    handler = logging.StreamHandler(output)
    handler.addFilter(MaskNir())
    log = logging.Logger("here")
    log.addHandler(handler)
    log.warning("Got %s from %d", NIR, 3)
    try:
        raise ValueError(CORSE)
    except ValueError:
        log.exception("Refused")
    written = output.getvalue()
    assert "Got [NIR] from 3" in written
    assert "ValueError: [NIR]" in written
    assert find_nir(written) == []
    assert CORSE not in written
