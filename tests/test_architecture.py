"""The shape of the house: imports point one way, modules stay small and say their job, no mark of the State."""

import ast
import re
from pathlib import Path

import pytest

from tests.support.layers import APPS, violations

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(
    path.relative_to(ROOT)
    for app in APPS
    for path in (ROOT / app).rglob("*.py")
    if "migrations" not in path.parts and path.read_text(encoding="utf-8").strip()
)
HELPERS = sorted(path.relative_to(ROOT) for name in ("tests", "scripts") for path in (ROOT / name).rglob("*.py"))
LONGEST = 350
# The State's own design system and marks, which a town may not use.
STATE_MARKS = re.compile(r"""class=["'][^"']*\bfr-[a-z]|\.fr-[a-z]|marianne|\bdsfr\b""", re.IGNORECASE)
LOOKED_AT = {".html", ".css", ".js", ".svg", ".txt", ".xml"}


def source(path: Path) -> str:
    """Return a module's text."""
    return (ROOT / path).read_text(encoding="utf-8")


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_imports_point_one_way(path: Path) -> None:
    assert violations(path, source(path)) == []


@pytest.mark.parametrize("path", [*MODULES, *(path for path in HELPERS if source(path).strip())], ids=str)
def test_a_module_says_its_job(path: Path) -> None:
    assert ast.get_docstring(ast.parse(source(path)))


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_a_module_stays_small(path: Path) -> None:
    lines = source(path).count("\n")
    assert lines <= LONGEST


def test_no_page_bears_a_mark_of_the_state() -> None:
    folders = [ROOT / "templates", ROOT / "static", *(ROOT / app for app in APPS)]
    files = (path for folder in folders for path in folder.rglob("*") if path.suffix in LOOKED_AT)
    marked = [str(path.relative_to(ROOT)) for path in files if STATE_MARKS.search(path.read_text(encoding="utf-8"))]
    assert marked == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("town/models.py", "from journal.models import Event"),
        ("accounts/models.py", "import messaging.models"),
        ("messaging/tasks.py", "def later():\n    from procedures.models import Submission"),
        ("procedures/models/case.py", "from portal.views import home"),
        ("portal/kit/theme.py", "from accounts.models import User"),
        ("portal/kit/theme.py", "from portal.views import home"),
        ("procedures/definition/document.py", "from procedures.models import Procedure"),
        ("procedures/definition/document.py", "from django.db import models"),
        ("procedures/definition/fields/text.py", "from django.http import HttpRequest"),
        ("procedures/definition/document.py", "from ..models import Procedure"),
        ("procedures/models/draft.py", "from procedures import permissions"),
        ("procedures/lifecycle/submit.py", "from procedures.documents import receipt"),
        ("procedures/documents/receipt.py", "from procedures.lifecycle.submit import submit"),
        ("procedures/filing/views.py", "from procedures.desk.views import inbox"),
        ("procedures/desk/views.py", "from procedures.studio import forms"),
        ("procedures/space/home.py", "from procedures.filing import session"),
        ("procedures/filing/views.py", "from procedures import urls"),
        ("procedures/interchange/write.py", "from procedures.filing import wizard"),
        ("procedures/documents/render.py", "import weasyprint"),
        ("procedures/lifecycle/submit.py", "def seal():\n    import pyhanko.sign"),
        ("procedures/filing/views.py", "from formtools.wizard.views import WizardView"),
    ],
)
def test_the_rules_see_an_import_that_breaks_them(path: str, text: str) -> None:
    assert len(violations(Path(path), text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("journal/models.py", "from portal.kit.paging import Pages"),
        ("portal/kit/theme.py", "from town.models import Town\nfrom portal.kit.text import fold"),
        ("procedures/filing/wizard.py", "from formtools.wizard.views import WizardView"),
        ("procedures/documents/render.py", "def render():\n    from weasyprint import HTML"),
        (
            "procedures/lifecycle/submit.py",
            "from procedures.models import Draft\nfrom procedures.lifecycle import route",
        ),
        ("procedures/urls.py", "from procedures.desk import views\nfrom procedures.filing import views as filing"),
        ("procedures/definition/document.py", "from pydantic import BaseModel\nfrom .conditions import applies"),
        ("exchange/api.py", "from procedures.permissions import visible_submissions"),
    ],
)
def test_the_rules_let_an_allowed_import_pass(path: str, text: str) -> None:
    assert violations(Path(path), text) == []


@pytest.mark.parametrize("text", ['<p class="a fr-btn">', ".fr-card { }", "/* Marianne */", "url(dsfr.css)"])
def test_the_marks_of_the_state_are_recognised(text: str) -> None:
    assert STATE_MARKS.search(text)


@pytest.mark.parametrize("text", ['<html lang="fr-FR">', '<a hreflang="fr">', 'class="chiffre-a"'])
def test_french_is_no_mark_of_the_state(text: str) -> None:
    assert not STATE_MARKS.search(text)
