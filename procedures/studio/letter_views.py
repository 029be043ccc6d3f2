"""The letters of a procedure in the studio: listed, written, looked at as the person will read them, taken away."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import take_typed
from accounts.permissions import Actor, actor_of
from journal.models import record_access

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..definition.fields.address import lines
from ..definition.letter import Letter, chips_of, compose
from ..definition.upgrade import DefinitionError
from ..lifecycle import editing
from ..lifecycle import letter as letters
from ..models import Procedure, Submission
from . import bench
from . import letter_words as words
from .access import editors_only, page
from .letter_form import Lines, Typed, free_id, outcomes
from .procedure_views import load


def _definition(procedure: Procedure) -> tuple[ProcedureDefinition, editing.Written]:
    now = editing.written(procedure)
    if now.definition is None:
        raise Http404
    return now.definition, now


def _find(definition: ProcedureDefinition, letter_id: str) -> Letter:
    found = next((one for one in definition.letters.templates if one.id == letter_id), None)
    if found is None:
        raise Http404
    return found


def _outcome_label(outcome: str) -> str:
    return str(Submission.Outcome(outcome).label)


@require_safe
@editors_only
def listed(request: HttpRequest, slug: str) -> HttpResponse:
    """Show the letters of a procedure, and the answers that have none."""
    procedure = load(request, slug)
    definition, now = _definition(procedure)
    moves = outcomes(definition)
    rows = [
        {
            "letter": one,
            "label": _outcome_label(one.outcome),
            "moves": [label for key, label in moves.get(one.outcome, []) if key in one.transitions],
            "gone": sorted(chips_of(one) - set(words.chips(definition).values())),
        }
        for one in definition.letters.templates
    ]
    given = {one.outcome for one in definition.letters.templates if not one.transitions}
    context = {
        "procedure": procedure,
        "written": now,
        "rows": rows,
        "without": [(key, _outcome_label(key)) for key in moves if key not in given],
        "others": [(key, _outcome_label(key)) for key in moves if key in given and len(moves[key]) > 1],
    }
    return bench.draw(request, procedure, now, "studio/letters.html", context, tab="letters")


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def new(request: HttpRequest, slug: str, outcome: str) -> HttpResponse:
    """Write the letter of an answer that has none; it begins with what the procedure says for it today."""
    procedure = load(request, slug)
    definition, now = _definition(procedure)
    if outcome not in outcomes(definition):
        raise Http404
    opening = definition.letters.opening(outcome) or _("Write here what the letter says.")
    return _write(request, procedure, now, None, outcome, Typed(blocks=(Lines(text=opening),)))


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def edit(request: HttpRequest, slug: str, letter_id: str) -> HttpResponse:
    """Write a letter that there is."""
    procedure = load(request, slug)
    definition, now = _definition(procedure)
    letter = _find(definition, letter_id)
    return _write(request, procedure, now, letter, letter.outcome, Typed.of(letter, definition))


def _write(
    request: HttpRequest,
    procedure: Procedure,
    now: editing.Written,
    letter: Letter | None,
    outcome: str,
    typed: Typed,
) -> HttpResponse:
    definition = now.definition
    assert definition is not None, "a letter belongs to something written"  # noqa: S101
    # What was typed while the page was locked is shown again, not saved: she reads it over first.
    kept = take_typed(request, request.path)
    post = request.POST if request.method == "POST" else kept
    mark, stale, status = now.mark, False, 200
    focus = ("", 0)
    if post is not None:
        typed = Typed.read(post)
        mark = post.get("mark", "")[:60]
        if "do" in post:
            typed, focus = typed.done(post.get("do", ""))
        elif request.method == "POST":
            typed, blocks = typed.checked(definition, letter, outcome)
            status = 422
            if not typed.errors and blocks:
                try:
                    _save(definition, procedure, letter, outcome, typed, blocks, actor_of(request), mark)
                except editing.Outdated as outdated:
                    # Her words stay; from here on she saves over what she has been shown.
                    stale, status, now, mark = True, 409, outdated.written, outdated.written.mark
                except DefinitionError as error:
                    messages.error(request, " ".join(error.faults))
                else:
                    messages.success(request, _("The letter is kept. It serves once the procedure is published."))
                    return redirect("studio:letters", procedure.slug)
    context = {
        "procedure": procedure,
        "written": now,
        "letter": letter,
        "label": _outcome_label(outcome),
        "typed": typed,
        "mark": mark,
        "moves": outcomes(definition).get(outcome, []),  # type: ignore[call-overload]
        "chips": list(words.chips(definition)),
        "conditions": [*words.conditions(definition)],
        "focus": focus,
        "stale": stale,
        "empty": status == 422 and not typed.blocks,
    }
    return page(request, "studio/letter.html", context, section="procedures", status=status)


def _save(
    definition: ProcedureDefinition,
    procedure: Procedure,
    letter: Letter | None,
    outcome: str,
    typed: Typed,
    blocks: list[dict[str, Any]],
    by: Actor,
    mark: str,
) -> None:
    """Put the letter among the others, in its place or at the end."""
    every: list[dict[str, Any]] = [one.model_dump(mode="json", by_alias=True) for one in definition.letters.templates]
    offered = {key for key, _label in outcomes(definition).get(outcome, [])}  # type: ignore[call-overload]
    made = {
        "id": letter.id if letter else free_id(outcome, definition.letters.templates),
        "outcome": outcome,
        "transitions": [key for key in typed.transitions if key in offered],
        "blocks": blocks,
    }
    places = [n for n, one in enumerate(every) if letter is not None and one["id"] == letter.id]
    if places:
        every[places[0]] = made
    else:
        every.append(made)
    editing.change_letters(procedure, every, by=by, mark=mark)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def drop(request: HttpRequest, slug: str, letter_id: str) -> HttpResponse:
    """Take a letter away from what is being written; a GET leads to the list."""
    procedure = load(request, slug)
    if request.method == "POST":
        definition, _now = _definition(procedure)
        letter = _find(definition, letter_id)
        left = [
            one.model_dump(mode="json", by_alias=True) for one in definition.letters.templates if one.id != letter.id
        ]
        try:
            editing.change_letters(procedure, left, by=actor_of(request), mark=request.POST.get("mark", ""))
        except editing.Outdated:
            messages.warning(
                request, _("Somebody has changed this procedure meanwhile: look again. Nothing was taken away.")
            )
        else:
            messages.success(request, _("The letter is taken away; what is published keeps it until you publish."))
    return redirect("studio:letters", procedure.slug)


@require_safe
@editors_only
def preview(request: HttpRequest, slug: str, letter_id: str) -> HttpResponse:
    """Show a letter as the person will read it: with a request that one may open, or with every block and when it is said."""
    procedure, actor = load(request, slug), actor_of(request)
    definition, _now = _definition(procedure)
    letter = _find(definition, letter_id)
    seen = permissions.visible_submissions(actor).filter(procedure=procedure)
    wanted = request.GET.get("demande", "").replace("\x00", "").strip()[:20].upper()
    rows = seen.select_related("department__place", "department__entity", "applicant", "version", "procedure")
    submission = rows.filter(reference=wanted).first() if wanted else None
    context: dict[str, Any] = {
        "procedure": procedure,
        "letter": letter,
        "label": _outcome_label(letter.outcome),
        "wanted": wanted,
        "submission": submission,
        "recent": list(seen.order_by("-received_at").values_list("reference", flat=True)[:5]),
    }
    if submission is not None:
        record_access(
            "read", submission.key, actor=actor.key, role="procedure_admin", service=submission.department.name
        )
        answers = letters.answers_of(submission)
        context |= {
            "body": compose(letter, letters.values(submission, answers, letters.today()), answers),
            "applicant": submission.applicant,
            "address": lines(submission.applicant.address),
        }
    else:
        names = {key: f"«\u00a0{name}\u00a0»" for name, key in words.chips(definition).items()}
        context["blocks"] = [
            (part, definition.say(block.when) if block.when else "")
            for block in letter.blocks
            for part in compose(Letter(id="x", outcome=letter.outcome, blocks=[_always(block)]), names, {})
        ]
    return page(request, "studio/letter_preview.html", context, section="procedures")


def _always(block: Any) -> Any:
    return block.model_copy(update={"when": None})
