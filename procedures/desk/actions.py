"""The screens of an agent's actions: what is asked follows the act of the transition."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import take_typed
from accounts.permissions import Actor, actor_of

from .. import permissions
from ..definition.clock import effect_of
from ..definition.fields.address import lines
from ..definition.workflow import Transition
from ..lifecycle import clock, letter, pieces
from ..lifecycle import transition as transitions
from ..lifecycle.correction import WrongCorrection
from ..models import Submission
from . import casefile
from .access import desk_only, load, note, page
from .correction_form import CorrectionForm
from .forms import DecisionForm, DeskForm, form_for
from .pieces_form import PiecesForm
from .words import due_of, shape_of

TEMPLATES = {
    "propose": "desk/decision.html",
    "decide": "desk/decision.html",
    "ask_correction": "desk/correction.html",
    "ask_pieces": "desk/pieces.html",
    "send_back": "desk/words.html",
    "visa": "desk/visa.html",
}


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def action(request: HttpRequest, reference: str, key: str) -> HttpResponse:
    """Show what an action asks and says; its POST does it, or gives back what was typed with what is wrong."""
    submission, actor = load(request, reference), actor_of(request)
    transition = _transition(submission, key)
    if not permissions.may_apply(actor, submission, transition):
        raise PermissionDenied
    # What was typed while the page was locked is shown again, not done: she reads it over first.
    typed = take_typed(request, request.path)
    preview = typed is not None or (request.method == "POST" and "preview" in request.POST)
    data = request.POST if request.method == "POST" else typed
    form = _form(submission, transition, data, preview=preview)
    if submission.state not in transition.from_:
        return _draw(request, submission, transition, form, stale=True, status=409)
    more = isinstance(form, PiecesForm) and "more" in request.POST
    more |= isinstance(form, CorrectionForm) and not form.is_bound
    if data is None or preview or more:
        note(actor, "read", submission)
        return _draw(request, submission, transition, form)
    if not form.is_valid():
        return _draw(request, submission, transition, form, status=422)
    try:
        done = transitions.apply(submission, key, by=actor, **_given(form))
    except transitions.StaleAction:
        return _draw(request, load(request, reference), transition, form, stale=True, status=409)
    except (transitions.MissingWords, pieces.WrongPieces, WrongCorrection) as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return _draw(request, submission, transition, form, status=422)
    except transitions.SilenceHasSpoken as error:
        form.add_error(None, str(error))
        return _draw(request, submission, transition, form, status=422)
    messages.success(request, _("Done. The request is now: “%(state)s”.") % {"state": shape_of(done).label})
    return redirect("desk:case", submission.reference)


def _transition(submission: Submission, key: str) -> Transition:
    try:
        transition = submission.version.definition.workflow.transition(key)
    except KeyError as error:
        raise Http404 from error
    # What belongs to the applicant is done on her own pages.
    if transition.role == "applicant":
        raise Http404
    return transition


def _form(submission: Submission, transition: Transition, data: Any, *, preview: bool) -> DeskForm:
    if transition.act == "ask_pieces":
        return PiecesForm.of(submission, data, preview=preview)
    if transition.act == "ask_correction":
        return CorrectionForm.of(submission, data, preview=preview)
    return form_for(transition, data, casefile.prepared_of(submission), preview=preview)


def _given(form: DeskForm) -> dict[str, Any]:
    if isinstance(form, PiecesForm):
        return {"asking": form.asking}
    if isinstance(form, CorrectionForm):
        return {"correcting": form.correcting, "words": form.cleaned_data["words"]}
    if isinstance(form, DecisionForm):
        given = form.cleaned_data
        return {"grounds": transitions.Grounds(law=given["law"], fact=given["fact"], words=given["words"])}
    return {"words": form.cleaned_data.get("words", "")}


def _draw(
    request: HttpRequest,
    submission: Submission,
    transition: Transition,
    form: DeskForm,
    *,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "submission": submission,
        "applicant": submission.applicant,
        "transition": transition,
        "target": submission.version.definition.workflow.state(transition.to),
        "told": "notify_citizen" in transition.effects,
        "state": shape_of(submission),
        "due": due_of(submission),
        "form": form,
        "stale": stale,
        "barred": "",
    }
    if transition.adverse and clock.has_accepted(submission):
        context["barred"] = str(transitions.SilenceHasSpoken(submission.due_on))
    if stale:
        context["change"] = casefile.last_change(submission)
        context["acts"] = casefile.actions_of(actor, submission)
    else:
        prepared = casefile.prepared_of(submission)
        context["returned"] = prepared.returned_because if prepared and transition.act == "propose" else ""
    if transition.act == "ask_pieces":
        context |= _clock(submission)
    elif submission.awaiting == "pieces":
        # Going on without the pieces: said where it moves the clock.
        open_one = pieces.latest(submission)
        effect = effect_of(submission.version.definition.legal)
        context["held"] = bool(effect and open_one and open_one.touches_clock)
    if transition.act in {"propose", "visa", "decide", "send_back"}:
        context["proposal"] = proposal = casefile.prepared_of(submission)
        context["body"] = casefile.body_of(submission, proposal) if proposal else []
    if transition.act in {"propose", "decide"}:
        context |= _letter(actor, submission, transition, form)
    return page(request, TEMPLATES.get(transition.act, "desk/move.html"), context, section="case", status=status)


def _clock(submission: Submission) -> dict[str, Any]:
    """Return what asking for pieces does to the legal date, said before it is done."""
    open_one = pieces.latest(submission)
    return {
        "effect": effect_of(submission.version.definition.legal),
        "spoken": clock.has_spoken(submission),
        "replaces": bool(open_one and open_one.missing and open_one.waived_on is None),
    }


def _letter(actor: Actor, submission: Submission, transition: Transition, form: DeskForm) -> dict[str, Any]:
    """Return what the letter's preview shows: the very parts that the applicant will read."""
    adverse = transition.adverse
    signer = None
    if transition.act == "decide":
        signer = actor.membership_for(submission.department_id, "signatory", submission.procedure.public_id)
    return {
        "adverse": adverse,
        "refusal": transition.outcome == "refused",
        "body": letter.body(submission, transition),
        "letter": {name: form[name].value() or "" for name in ("law", "fact", "words")},
        "remedies": submission.acknowledgement.get("remedies", []) if adverse else [],
        "signer": signer,
        "signer_name": actor.person.display_name if signer and actor.person else "",
        "address": lines(submission.applicant.address),
        "received_on": timezone.localtime(submission.received_at).date(),
    }
