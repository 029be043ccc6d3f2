"""The tests' own tools: the strict client sees each fault, and fills forms as a browser does."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import override_settings
from django.urls import path

from tests.conftest import refuse_skip
from tests.support.client import Portal
from tests.support.pages import faults

PAGE = """<!doctype html>
<html lang="fr"><head><meta charset="utf-8"><title>Bonjour</title><link rel="stylesheet" href="/theme.css"></head>
<body><a href="#contenu">Aller au contenu</a><main id="contenu"><h1>Bonjour</h1>%s</main></body></html>"""
FORM = """
<form method="get" action="/cherche/"><label for="q">Chercher</label><input id="q" name="q"></form>
<form method="post" enctype="multipart/form-data"><input type="hidden" name="csrfmiddlewaretoken" value="x">
<label>Nom <input name="nom" value="Ortega"></label>
<label>Note <textarea name="note">
Deux
lignes</textarea></label>
<label>Ville <select name="ville"><option value="">Choisir</option><option value="v" selected>Val</option>
</select></label>
<fieldset><legend>Taille</legend><label><input type="radio" name="taille" value="s" checked> S</label>
<label><input type="radio" name="taille" value="m"> M</label></fieldset>
<label><input type="checkbox" name="oui" value="1"> Oui</label>
<label>Pièce <input type="file" name="piece"></label>
<label>Gris <input name="gris" value="x" disabled></label>
<button name="action" value="garder" formnovalidate>Garder</button><button name="action" value="suite">Suite</button>
</form>"""


def show(request: HttpRequest) -> HttpResponse:
    """Show the form, and what was posted, as JSON."""
    if request.method == "POST":
        sent = {name: request.POST.getlist(name) for name in request.POST}
        files = {name: [file.name for file in request.FILES.getlist(name)] for name in request.FILES}
        return JsonResponse(sent | files)
    return HttpResponse(PAGE % FORM, headers={"Content-Language": "fr"})


def show_fault(request: HttpRequest) -> HttpResponse:
    """Show a page with a fault."""
    return HttpResponse(PAGE % "<p>{{ nom }}</p>", headers={"Content-Language": "fr"})


urlpatterns = [path("formulaire/", show), path("faute/", show_fault)]
with_these_urls = override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[])


def test_a_sound_page_has_no_fault() -> None:
    assert faults(PAGE % FORM, "fr") == []


@pytest.mark.parametrize(
    ("inside", "words"),
    [
        ("<h1>Encore</h1>", "exactly one h1"),
        ("<h3>Trop bas</h3>", "comes after an h1"),
        ("<h2></h2>", "is empty"),
        ("<main></main>", "2 main landmarks"),
        ('<p id="contenu">x</p>', "is there 2 times"),
        ('<p id="a"></p><p id="a"></p>', "is there 2 times"),
        ('<a href="#nulle-part">Ici</a>', "leads to nothing"),
        ('<label for="absent">x</label>', "refers to “absent”"),
        ('<input name="x" aria-label="x" aria-describedby="aide">', "refers to “aide”"),
        ('<input name="x">', "has no label"),
        ('<label for="y"></label><input id="y" name="y">', "has no label"),
        ("<select><option>1</option></select>", "has no label"),
        ('<label><input type="radio" name="r"> R</label>', "in no group"),
        ("<fieldset></fieldset>", "has no legend"),
        ("<script>alert(1)</script>", "inline script"),
        ("<style>p {}</style>", "holds style"),
        ('<p style="color: red">x</p>', "holds style"),
        ('<p onclick="x()">x</p>', "handler onclick"),
        ('<a href="javascript:x()">x</a>', "runs a script"),
        ('<img src="https://ailleurs.example/x.png" alt="">', "from elsewhere"),
        ('<img src="/x.png">', "has no alt"),
        ("<table><caption>T</caption><tr><th>x</th></tr></table>", "has no scope"),
        ('<table><tr><th scope="col">x</th></tr></table>', "has no caption"),
        ("<button></button>", "has no words"),
        ('<a href="/x/"></a>', "has no words"),
        ('<a href="">x</a>', "leads nowhere"),
        ('<form method="post"></form>', "forged"),
        ('<a href="/x/"><button>x</button></a>', "inside a link"),
        ("<p>{{ x }}</p>", "not meant to be read"),
        ("<p>{% if %}</p>", "not meant to be read"),
        ("<p> None </p>", "not meant to be read"),
        ('<p title="None">x</p>', "not meant to be read"),
        ('<p class="a" class="b">x</p>', "class twice"),
        ("<div><p>x</div>", "still open"),
        ("<p><ul></ul></p>", "inside a paragraph"),
        ("</span>", "closes nothing"),
    ],
)
def test_each_fault_is_seen(inside: str, words: str) -> None:
    assert words in " / ".join(faults(PAGE % inside, "fr"))


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("<!doctype html>", "", "doctype"),
        ('lang="fr"', 'lang="en"', "in “fr”"),
        ("<title>Bonjour</title>", "<title></title>", "title"),
        ("<title>Bonjour</title>", "", "title"),
        ('<a href="#contenu">Aller au contenu</a>', "", "first thing to reach"),
        ("</body></html>", "", "never closed"),
    ],
)
def test_each_fault_of_the_frame_is_seen(old: str, new: str, words: str) -> None:
    assert words in " / ".join(faults(PAGE.replace(old, new) % "", "fr"))


def test_what_a_user_typed_is_no_leak_when_the_test_says_so() -> None:
    assert faults(PAGE % "<p>Nom : {{ 7 * 7 }}</p>", "fr", {"{{ 7 * 7 }}"}) == []


def test_data_blocks_are_no_inline_scripts() -> None:
    assert faults(PAGE % '<script type="application/ld+json">{"a": {"b": {"c": 1}}}</script>', "fr") == []


@with_these_urls
def test_the_client_fails_on_a_page_with_a_fault() -> None:
    with pytest.raises(AssertionError, match="GET /faute/"):
        Portal().get("/faute/")


@with_these_urls
def test_the_client_sends_a_form_back_as_it_stands_with_a_few_changes() -> None:
    client = Portal()
    page = client.get("/formulaire/")
    piece = BytesIO(b"x")
    piece.name = "piece.pdf"
    sent = client.fill(page, button=("action", "suite"), nom="Alice", taille="m", oui="1", piece=piece).json()
    assert sent == {
        "csrfmiddlewaretoken": ["x"],
        "nom": ["Alice"],
        "note": ["Deux\nlignes"],
        "ville": ["v"],
        "taille": ["m"],
        "oui": ["1"],
        "action": ["suite"],
        "piece": ["piece.pdf"],
    }


@pytest.mark.parametrize("wrong", [{"absent": "x"}, {"taille": "xxl"}, {"ville": "ailleurs"}, {"gris": "y"}])
@with_these_urls
def test_the_client_refuses_what_the_page_does_not_offer(wrong: dict[str, Any]) -> None:
    client = Portal()
    with pytest.raises(AssertionError):
        client.fill(client.get("/formulaire/"), values=wrong)


def test_a_skipped_test_fails_under_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    report: Any = SimpleNamespace(skipped=True, outcome="skipped", longrepr=("file", 1, "no browser"))
    monkeypatch.setattr("tests.conftest.CI", False)
    assert refuse_skip(report).outcome == "skipped"
    monkeypatch.setattr("tests.conftest.CI", True)
    assert refuse_skip(report).outcome == "failed"
    assert "no browser" in report.longrepr
