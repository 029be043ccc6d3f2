"""Valid answers for any definition, and a person who gives them through the pages until the request is filed."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.utils import timezone
from django_q.models import OrmQ

from procedures.definition.document import ProcedureDefinition, Step
from procedures.definition.fields import Field, FileField
from procedures.definition.lookups import Context
from procedures.models import Document, Draft, Submission
from tests.support.client import Portal, page_of
from tests.support.document import Element
from tests.support.forms import choices, controls_of, form_of
from tests.support.samples_of_files import photo

Raw = dict[str, Any]

PDF = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
PNG = photo(kind="PNG")
# One of them fits most patterns: letters, figures, an association, a company, a plate, an animal's chip.
TEXTS = ("Exemple", "12", "99240", "W123456789", "20006541500016", "250269812345678", "AB-123-CD", "ABC12345", "A", "1")
ENOUGH_PAGES = 150


class NoAnswer(AssertionError):
    """No valid answer could be found for a question."""


def candidates(field: Field, turn: int = 0) -> Iterator[Raw]:
    """Yield posts that may answer ``field``, most telling first; ``turn`` picks another option where there are some."""
    name = field.id
    options = [option.value for option in getattr(field, "options", None) or [] if hasattr(option, "value")]
    match field.type:
        case "choice" | "table_choice":
            for place in range(len(options)):
                yield {name: options[(place + turn) % len(options)]}
        case "choices":
            least = max(1, getattr(field, "minimum", 0))
            start = turn % max(1, len(options) - least + 1)
            yield {name: options[start : start + least]}
        case "yes_no":
            yield {name: ("yes", "no")[turn % 2]}
        case "consent":
            yield {name: "on"}
        case "text" | "long_text" | "identifier":
            for text in TEXTS:
                yield {name: text[: getattr(field, "max_length", 200)]}
        case "number" | "decimal":
            low, high = getattr(field, "minimum", None), getattr(field, "maximum", None)
            for number in (3, low, high):
                if number is not None:
                    yield {name: str(number).replace(".", ",")}
        case "amount":
            for cents in (10_000, getattr(field, "minimum_cents", 0), getattr(field, "maximum_cents", 0)):
                yield {name: f"{cents // 100},{cents % 100:02d}"}
        case "date":
            yield from _days(field)
        case _:
            pass
    yield _renamed(type(field).example()[0], name)


def _days(field: Field) -> Iterator[Raw]:
    """Days near and far, on both sides of today: one of them is between most bounds."""
    today = timezone.localdate()
    for distance in (0, 1, 10, 30, 60, 90, 365, -1, -10, -30, -365, -3650, -11_000, -25_000):
        day = today + timedelta(days=distance)
        parts = {"day": day.day, "month": day.month, "year": day.year}
        yield {f"{field.id}-{part}": str(value) for part, value in parts.items()}


def _renamed(raw: Raw, name: str) -> Raw:
    """Give the example's names, "q" and "q-part", the question's own."""
    return {re.sub(r"^q(?=$|-)", name, key): value for key, value in raw.items() if key != "kept"}


def is_valid(field: Field, raw: Raw, context: Context) -> bool:
    """Say whether the question's own form accepts a post."""
    data = QueryDict(mutable=True)
    for name, value in raw.items():
        data.setlist(name, value if isinstance(value, list) else [value])
    form = forms.Form(data)
    form.fields[field.id] = field.form_field(context)
    return form.is_valid()


class Page:
    """A page of a draft: what it offers under each name."""

    def __init__(self, response: Any) -> None:
        self.root = page_of(response)
        self.form = form_of(self.root)
        self.controls = controls_of(self.root, self.form)
        self.names = {control.get("name") for control in self.controls}

    def offers(self, raw: Raw) -> bool:
        """Say whether a browser could send ``raw`` from this page."""
        for name, value in raw.items():
            if name not in self.names:
                return False
            offered = choices(self.root, self.form, name)
            given = value if isinstance(value, list) else [value]
            if offered is not None and not {str(one) for one in given} - {""} <= offered:
                return False
        return True

    def of(self, name: str) -> list[Element]:
        """Return the controls of one question."""
        return [c for c in self.controls if c.get("name") == name or c.get("name").startswith(f"{name}-")]

    def guess(self, name: str) -> Raw:
        """Answer by what is drawn: the first choice of each list, a word or a figure in each input."""
        raw: Raw = {}
        for control in self.of(name):
            key, kind = control.get("name"), control.get("type", "text")
            if control.tag == "select":
                values = [option.get("value") for option in control.find_all("option") if option.get("value")]
                raw.setdefault(key, values[0] if values else "")
            elif kind in {"radio", "checkbox"}:
                raw.setdefault(key, control.get("value", "on"))
            elif control.tag in {"input", "textarea"} and kind not in {"hidden", "file", "submit"}:
                raw.setdefault(key, "12" if control.get("inputmode") == "numeric" else "Exemple")
        return raw


def answer(field: Field, page: Page, context: Context, turn: int = 0) -> Raw:
    """Return a valid post for a question that the page draws."""
    if isinstance(field, FileField):
        kind = ("piece.pdf", PDF) if "pdf" in field.formats else ("piece.png", PNG)
        return {field.id: SimpleUploadedFile(*kind)}
    if field.value_type == "rows":
        return _rows(field, page, context, turn)
    shown = ({name: raw[name] for name in raw if name in page.names} for raw in candidates(field, turn))
    tries = [raw for raw in shown if page.offers(raw)]
    for raw in (*tries, page.guess(field.id)):
        if raw and is_valid(field, raw, context):
            return raw
    if field.required:
        raise NoAnswer(f"no valid answer for “{field.label}” ({field.type}); tried {tries}")
    return {}


def _rows(field: Field, page: Page, context: Context, turn: int) -> Raw:
    """Fill every row that the page draws: its names are "group-<row>-<question>"."""
    raw: Raw = {}
    for child in getattr(field, "fields", []):
        pattern = re.compile(rf"({re.escape(field.id)}-[^-]+-{re.escape(child.id)})(?:-.*)?")
        bases = {match[1] for name in page.names if (match := pattern.fullmatch(name))}
        for base in sorted(bases):
            raw |= answer(child.model_copy(update={"id": base}), page, context, turn)
    return raw


def answers(step: Step, page: Page, context: Context, turn: int = 0) -> Raw:
    """Return valid posts for every question that a page draws, those that an option reveals included."""
    values: Raw = {}
    for field in step.fields:
        if field.asked and page.of(field.id):
            values |= answer(field, page, context, turn)
    return values


def fill_to_recap(portal: Portal, slug: str, *, turn: int = 0, seen: set[str] | None = None) -> Any:
    """Start a request and answer page after page; return the recap. ``seen`` gathers the ids of the pages shown."""
    response = portal.fill(portal.get(f"/demarches/{slug}/"), follow=True)
    for _ in range(ENOUGH_PAGES):
        *_start, draft_id, step_id, _end = response.request["PATH_INFO"].split("/")
        if step_id == "recapitulatif":
            return response
        draft = Draft.objects.select_related("version").get(public_id=draft_id)
        step = next(step for step in draft.version.definition.all_steps if step.id == step_id)
        if seen is not None:
            seen.add(step_id)
        context = Context(today=timezone.localdate(), answers=dict(draft.answers))
        values = answers(step, Page(response), context, turn)
        response = portal.fill(response, values=values, button=("action", "next"), follow=True)
        assert response.status_code == 200, f"{slug}, {step_id}: {said(response)}"
    raise AssertionError(f"{slug}: the pages never end.")


def said(response: Any) -> str:
    """Return the errors that a page says."""
    found = [element.text for element in page_of(response).walk() if element.get("class") == "error"]
    return " ".join(found)


def file(portal: Portal, slug: str, *, turn: int = 0, seen: set[str] | None = None) -> Submission:
    """File a procedure through its pages, as a browser without JavaScript does, until its receipt is queued."""
    queued = OrmQ.objects.count()
    recap = fill_to_recap(portal, slug, turn=turn, seen=seen)
    confirmation = portal.fill(recap, values={"ok": "on"}, follow=True)
    submission = Submission.objects.select_related("version").latest("pk")
    assert submission.reference in confirmation.text
    assert Document.objects.filter(submission=submission, kind=Document.Kind.RECEIPT).exists()
    assert OrmQ.objects.count() > queued, "nothing will make the receipt"
    return submission


def unanswered(definition: ProcedureDefinition, given: Raw) -> list[str]:
    """Return the required questions that apply and have no answer."""
    return [
        field.id
        for _step, _section, field in definition.walk(given)
        if field.asked and field.required and given.get(field.id) in (None, "", [])
    ]
