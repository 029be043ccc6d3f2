"""Two tabs, two devices or two people on one draft: neither side is lost, and the person chooses question by question."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from ..definition.document import Step
from ..definition.fields import Field, FileField
from ..definition.lookups import Context
from ..definition.step_form import StepForm
from ..lifecycle import draft as drafts
from ..models import Draft
from ..models.lookups import TownLookups
from .forms import querydict, raw_of


@dataclass(frozen=True)
class Side:
    """One question with both answers in words; ``mine`` is what was sent last, ``saved`` what was saved before it."""

    field: Field
    mine: str
    saved: str


def arises(draft: Draft, form: StepForm) -> bool:
    """Say whether ``form``, validated, was drawn before the last save of its step, and says otherwise than that save."""
    sent = str(form.data.get("revision", ""))
    if not (sent.isascii() and sent.isdecimal() and len(sent) < 10):
        return False
    if not draft.changed_since(form.step.id, int(sent), str(form.data.get("tab", ""))):
        return False
    pending = draft.pending.get(form.step.id)
    if pending is not None:
        return bool(pending != raw_of(form))
    return not form.is_valid() or any(draft.answers.get(name) != value for name, value in form.json.items())


def compare(draft: Draft, step: Step) -> list[Side]:
    """Return the questions on which what was sent and what was saved differ."""
    mine = read(draft, step, draft.conflicts[step.id])
    pending = draft.pending.get(step.id)
    saved = read(draft, step, pending) if pending is not None else None
    sides = []
    for field in step.fields:
        if not field.asked or isinstance(field, FileField):
            continue
        here = words(field, mine)
        there = words(field, saved) if saved else field.display(draft.answers.get(field.id))
        if here != there:
            sides.append(Side(field, here, there))
    return sides


def read(draft: Draft, step: Step, raw: dict[str, list[str]]) -> StepForm:
    """Return the step's form as it was sent, validated."""
    before = {name: value for name, value in draft.answers.items() if name not in {f.id for f in step.fields}}
    files: dict[str, list[dict[str, Any]]] = {}
    for link in draft.files.select_related("stored"):
        files.setdefault(link.field_id, []).append(link.stored.described())
    context = Context(today=draft.today, answers=before, lookups=TownLookups(), files=files, say=draft.definition.say)
    form = StepForm(step=step, context=context, data=querydict(raw))
    form.is_valid()
    return form


def words(field: Field, form: StepForm) -> str:
    """Say an answer of a form: in the type's words where it is valid, as it was typed where it is not."""
    if field.id in form.json:
        return field.display(form.json[field.id])
    typed = [form.data.getlist(key) for key in sorted(raw_of(form)) if key.split("-", 1)[0] == field.id]  # type: ignore[attr-defined]
    return " ".join(text for values in typed for text in values if text)


def page(request: HttpRequest, draft: Draft, step_id: str) -> HttpResponse:
    """Show both sides of a step; the POST keeps, for each question, the side that was chosen."""
    step = next((step for step in draft.definition.all_steps if step.id == step_id), None)
    if step is None:
        raise Http404
    if step_id not in draft.conflicts:
        return redirect("filing:step", draft.public_id, step_id)
    sides = compare(draft, step)
    if request.method != "POST":
        return render(
            request,
            "filing/conflict.html",
            {"draft": draft, "definition": draft.definition, "step": step, "sides": sides},
        )
    mine = read(draft, step, draft.conflicts[step_id])
    kept = {side.field.id for side in sides if request.POST.get(f"keep-{side.field.id}", "mine") == "mine"}
    answers = {name: value for name, value in mine.json.items() if name in kept}
    raw = {
        key: values
        for key, values in draft.conflicts[step_id].items()
        if (name := key.split("-", 1)[0]) in kept and name not in answers
    }
    drafts.settle(draft, step, kept, answers, raw)
    return redirect("filing:step", draft.public_id, step_id)
