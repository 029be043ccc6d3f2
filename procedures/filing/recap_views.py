"""The recap: exactly what will be sent, and the button that sends it, once."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of
from portal.kit.limits import too_many

from ..definition.document import ProcedureDefinition
from ..definition.lookups import Context
from ..definition.trace import Trace
from ..lifecycle import draft as drafts
from ..lifecycle import entry
from ..lifecycle.edition import EditionFull
from ..lifecycle.submit import IncompleteDraft, MandateEnded, ProcedureClosed, submit
from ..models import Draft
from ..models.lookups import TownLookups
from . import session, wizard
from .loading import filed, load, mandate_ended, signed_in_again


def rows(definition: ProcedureDefinition, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was answered, or is about to be sent: each step with names and their answers in words."""
    shown: dict[str, dict[str, Any]] = {}
    for part, _section, field in definition.sent(answers):
        shown.setdefault(part.id, {"step": part, "answers": []})["answers"] += field.entries(answers[field.id])
    return list(shown.values())


class Certify(forms.Form):
    """The one declaration of the recap."""

    ok = forms.BooleanField(
        label=gettext_lazy("I certify that this information is correct"),
        help_text=gettext_lazy("An honest mistake can be corrected: we will write to you, without penalty."),
        error_messages={"required": gettext_lazy("Tick this box before you send your request.")},
    )

    def __init__(self, draft: Draft, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if draft.is_entered:
            self.fields["ok"].label = _("I entered what the person gave us: nothing added, nothing left out")
            self.fields["ok"].help_text = _("The statement is hers; you answer for what you typed.")
            self.fields["ok"].error_messages["required"] = _("Tick this box before you record the request.")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def recap(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Show exactly what will be sent; the POST sends it, once."""
    draft = load(request, draft_id)
    if draft.submission_id:
        return filed(draft)
    definition = draft.definition
    traced = draft.trace()
    hole = wizard.first_hole(draft, traced)
    # The sending looks at the files by itself.
    links = drafts.files_of(draft, traced) if request.method != "POST" else []
    hole = hole or drafts.blocked_step(traced, links)
    if hole is not None:
        return redirect("filing:step", draft.public_id, hole)
    context = Context(today=draft.today, answers=traced.kept, lookups=TownLookups())
    stale = _stale(traced, context)
    form, status = Certify(draft, request.POST or None), 200
    if request.method == "POST" and request.POST.get("action") == "later":
        return redirect("filing:draft", draft.public_id)
    if request.method == "POST":
        if form.is_valid() and not stale:
            return _send(request, draft)
        status = 422
    return render(
        request,
        "filing/recap.html",
        {
            "draft": draft,
            "procedure": draft.procedure,
            "definition": definition,
            "department": draft.procedure.department,
            "rows": rows(definition, drafts.as_they_stand(traced.kept, links or drafts.files_of(draft, traced))),
            "warnings": [w for _s, _c, f in traced.questions() for w in f.warnings(traced.kept.get(f.id), context)],
            "stale": stale,
            "form": form,
            "number": len(traced.steps) + 1,
            "total": len(traced.steps) + 1,
            "progress": wizard.progress(draft, traced, ""),
            "last": traced.steps[-1].step,
            "closed": not draft.is_open,
            "lacks": entry.lacks(draft),
        },
        status=status,
    )


def _stale(traced: Trace, context: Context) -> list[dict[str, str]]:
    """Return the answers that can no longer be sent, each with its step and what to do: lists change meanwhile."""
    found = (
        (step.id, field.still_valid(traced.kept.get(field.id), context)) for step, _section, field in traced.questions()
    )
    return [{"step": step_id, "words": words} for step_id, words in found if words]


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    # A machine that sends without end, not someone who helps her neighbours (L112-11); agents enter what they must.
    if not draft.is_entered and too_many(request, "filing", limit=settings.SENDINGS_AN_HOUR, seconds=3600):
        return render(request, "filing/too_many.html", {"kept": True}, status=429)
    try:
        submission = submit(draft, by=actor_of(request))
    except IncompleteDraft as error:
        return redirect("filing:step", draft.public_id, error.step_id)
    except MandateEnded:
        return mandate_ended(request, draft.public_id)
    except entry.OriginIncomplete:
        return redirect("desk:entry", draft.public_id)
    except (ProcedureClosed, EditionFull) as error:
        return render(
            request,
            "filing/closed.html",
            {
                "draft": draft,
                "procedure": draft.procedure,
                "department": draft.procedure.department,
                "full": isinstance(error, EditionFull),
            },
            status=409,
        )
    if draft.is_entered:
        return redirect("desk:entered", submission.reference)
    if submission.mandate_id is None:
        # What is filed for someone else is opened by the mandate, and by nothing once it has ended.
        session.prove_case(request, submission.reference)
    return redirect("filing:confirmation", submission.reference)
