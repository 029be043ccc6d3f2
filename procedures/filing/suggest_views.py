"""What the search control asks while a person types: the entries of one question of one draft."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from ..definition.lookups import Context
from ..models.lookups import TownLookups
from .loading import load, signed_in_again

_MOST = 20
_LONGEST = 200


@require_safe
@signed_in_again
def suggestions(request: HttpRequest, draft_id: Any, step: str, field: str) -> HttpResponse:
    """Answer whoever may open the draft with at most 20 entries; nothing typed is kept."""
    draft = load(request, draft_id, page=False)
    question = next(
        (
            one
            for part in draft.definition.all_steps
            if part.id == step
            for top in part.fields
            for one in (top, *top.inner())
            if one.id == field
        ),
        None,
    )
    if question is None or draft.submission_id:
        raise Http404
    answers = dict(draft.answers)
    parent, chosen = getattr(question, "parent", ""), request.GET.get("parent", "")[:_LONGEST]
    if parent and chosen:
        # The list above it was changed on the page and is not sent yet.
        answers[parent] = {"value": chosen}
    context = Context(today=draft.today, answers=answers, lookups=TownLookups())
    found = question.suggest(request.GET.get("q", "")[:_LONGEST], context, limit=_MOST)
    entries = [{"value": item.value, "label": item.label, "hint": item.hint, **extra(item.data)} for item in found]
    response = JsonResponse({"results": entries[:_MOST]})
    response["Cache-Control"] = "no-store, private"
    return response


def extra(data: dict[str, Any]) -> dict[str, Any]:
    """Return what fills other inputs of the same question, where the entry says so."""
    return {"parts": data["parts"]} if isinstance(data.get("parts"), dict) else {}
