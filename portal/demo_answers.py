"""Plausible answers for the requests of the demonstration: one of its type for every question."""

import io
import re
from datetime import timedelta
from typing import Any

from django.utils import timezone

from procedures.definition.base import Answers
from procedures.definition.bounds import bound
from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import ChoiceField, ChoicesField, DateField, Field, FileField, NumberField, TextField
from procedures.models import Draft, DraftFile, StoredFile
from procedures.models.storage import store

ADDRESS = {"extra": "", "postcode": "99240", "city": "Val-de-Brume", "country": "France"}
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)


def plausible_answers(draft: Draft, known: Answers) -> Answers:
    """Answer every question of a draft's definition: as ``known`` says, else with a plausible value of its type."""
    definition: ProcedureDefinition = draft.version.definition
    answers: Answers = {}
    # A new answer may open further questions: go over the form until nothing is left to answer.
    while missing := [question for _, _, question in definition.walk(answers) if question.id not in answers]:
        for question in missing:
            answers[question.id] = known[question.id] if question.id in known else _plausible(draft, question)
    return answers


def _plausible(draft: Draft, question: Field) -> Any:
    if isinstance(question, FileField):
        return _join(draft, question) if question.required else []
    if not question.required:
        return None
    if isinstance(question, ChoiceField):
        return question.options[0].value
    if isinstance(question, ChoicesField):
        return [option.value for option in question.options[: max(1, question.minimum)]]
    if isinstance(question, DateField):
        return _day(question)
    if isinstance(question, NumberField):
        return min(max(question.minimum, 1), question.maximum)
    if isinstance(question, TextField):
        candidates = ("Sans autre précision", "Dupré", "W990001234", "250269990012345", "21990001500012")
        return next((text for text in candidates if re.fullmatch(question.pattern or ".*", text)), "1")
    return {
        "amount": 150_000,
        "yes_no": False,
        "consent": True,
        "long_text": "Voici ce que nous pouvons en dire à ce jour.",
        "address": {"street": "14 rue des Tanneurs", **ADDRESS},
        "email": "quelquun@exemple.fr",
        "phone": "+33639981234",
    }.get(question.type)


def _day(question: DateField) -> str:
    today = timezone.localdate()
    earliest, latest = bound(question.earliest, today), bound(question.latest, today)
    for day in (today + timedelta(days=30), today - timedelta(days=3), today - timedelta(days=8 * 365)):
        if (earliest is None or earliest <= day) and (latest is None or day <= latest):
            return day.isoformat()
    return (latest or earliest or today).isoformat()


def _join(draft: Draft, question: FileField) -> list[dict[str, object]]:
    stored = stored_pdf(f"{question.id}.pdf")
    DraftFile.objects.create(draft=draft, field_id=question.id, stored=stored)
    return [stored.described()]


def stored_pdf(name: str) -> StoredFile:
    """Keep a small PDF under that name."""
    return store(io.BytesIO(_PDF), name=name, content_type="application/pdf", scan=StoredFile.Scan.SKIPPED)
