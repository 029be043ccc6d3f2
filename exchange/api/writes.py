"""What a program does to a request: write to its person, leave a note for colleagues, move it on where nothing is signed."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse

from journal.models import record_access
from procedures.lifecycle import message as letters
from procedures.lifecycle import note as notes
from procedures.lifecycle.grounds import MissingWords
from procedures.lifecycle.transition import SilenceHasSpoken, StaleAction, apply
from procedures.models import Submission

from . import reads, shapes
from .door import Caller, caller_of, load, once
from .models import Scope
from .problems import Problem

# One router: what is read and what is sent share addresses.
router = reads.router


@router.post(
    "/requests/{reference}/messages", response={201: shapes.Made}, summary="Écrire à la personne (Idempotency-Key)"
)
def message(request: HttpRequest, reference: str, said: shapes.Said) -> HttpResponse:
    """Send a message to the person, who is told of it as when an agent writes."""
    caller = caller_of(request, Scope.MESSAGE)
    submission = load(caller, reference)

    def act() -> HttpResponse:
        made = letters.send(submission, said.text, by=caller.actor)
        return JsonResponse({"id": str(made.public_id)}, status=201)

    return once(request, caller, lambda: _refused(caller, submission, act))


@router.post(
    "/requests/{reference}/notes", response={201: shapes.Made}, summary="Laisser une note interne (Idempotency-Key)"
)
def note(request: HttpRequest, reference: str, said: shapes.Said) -> HttpResponse:
    """Leave a note for colleagues, under the name of the program: what happened elsewhere, for example."""
    caller = caller_of(request, Scope.NOTE)
    submission = load(caller, reference)

    def act() -> HttpResponse:
        made = notes.write(submission, f"[{caller.token.name}] {said.text}", by=caller.actor)
        return JsonResponse({"id": str(made.public_id)}, status=201)

    return once(request, caller, lambda: _refused(caller, submission, act))


@router.post("/requests/{reference}/moves", response=shapes.Row, summary="Faire avancer la demande (Idempotency-Key)")
def move(request: HttpRequest, reference: str, said: shapes.Move) -> HttpResponse:
    """Move a request on; what is signed, asked of the person or decided is done by people, in the desk."""
    caller = caller_of(request, Scope.MOVE)
    submission = load(caller, reference)

    def act() -> HttpResponse:
        if submission.state != said.state:
            raise Problem(409, f"La demande est maintenant à l’état « {submission.state} ».")
        if said.move not in reads.moves(caller, submission):
            raise Problem(403, "Ce passage n’existe pas ici, ou n’est pas fait par un programme.")
        told: dict[str, Any] = {"program": str(caller.token.public_id)}
        moved = apply(submission, said.move, by=caller.actor, words=said.text, told=told)
        return JsonResponse(reads.row(moved))

    return once(request, caller, lambda: _refused(caller, submission, act))


def _refused(caller: Caller, submission: Submission, act: Callable[[], HttpResponse]) -> HttpResponse:
    """Do an act of the desk, and write down which program did it; say its refusals as problems."""
    try:
        done = act()
        record_access("program", submission.key, actor=caller.token.key, service=caller.token.name)
        return done
    except PermissionDenied as error:
        raise Problem(403, "Le compte de cette clé n’a pas ce droit sur cette demande.") from error
    except MissingWords as error:
        raise Problem(422, str(error)) from error
    except SilenceHasSpoken as error:
        raise Problem(409, str(error)) from error
    except StaleAction as error:
        raise Problem(409, "La demande a changé entre-temps : relisez-la.") from error
