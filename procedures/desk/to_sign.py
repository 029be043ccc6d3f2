"""The list from which a signatory signs several decisions: each was opened first, none is signed unread."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.permissions import Actor, actor_of
from journal.models import AccessLog
from portal.kit.paging import keyset

from .. import permissions
from ..lifecycle import signing
from ..lifecycle import transition as transitions
from ..models import Decision, Submission
from . import found
from .access import desk_only, page
from .view import View
from .words import Due, due_of

_PAGE = 25


@dataclass(frozen=True)
class ToSign:
    """One decision that waits: what it says, who prepared it, whether it may be signed from here."""

    submission: Submission
    decision: Decision
    due: Due
    visas: list[str]
    # The transition that signs it, and whether this signatory opened it since it was prepared.
    signs: bool
    opened: bool


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def to_sign(request: HttpRequest) -> HttpResponse:
    """Show what waits for a signature; a POST signs those that are ticked, each by itself."""
    actor = actor_of(request)
    if not permissions.works_as(actor, Role.SIGNATORY):
        raise PermissionDenied
    if request.method == "POST":
        return _sign(request, actor)
    waiting = found.selected(actor, View(state="to_sign")).for_list()
    shown = keyset(
        waiting,
        field="received_at",
        after=request.GET.get("apres", ""),
        before=request.GET.get("avant", ""),
        size=_PAGE,
    )
    rows = _rows(actor, list(shown.rows))
    context = {"rows": rows, "page": shown, "ready": any(row.signs and row.opened for row in rows)}
    return page(request, "desk/to_sign.html", context, section="to_sign")


def _rows(actor: Actor, cases: list[Submission]) -> list[ToSign]:
    unsigned = Decision.objects.filter(submission__in=cases, signed_at=None).order_by("number")
    proposed = {
        one.submission_id: one for one in unsigned.select_related("prepared_by__person").prefetch_related("visas")
    }
    opened = _opened(actor, cases)
    rows = []
    for case in cases:
        decision = proposed.get(case.pk)
        if decision is None:
            continue
        seen = opened.get(case.key)
        move = signing.signing_move(case, decision) if not decision.basis else None
        rows.append(
            ToSign(
                submission=case,
                decision=decision,
                due=due_of(case),
                visas=[one.name for one in decision.visas.all() if one.void_at is None],
                signs=move is not None and permissions.may_apply(actor, case, move),
                opened=seen is not None and seen >= decision.prepared_at,
            )
        )
    return rows


def _opened(actor: Actor, cases: list[Submission]) -> dict[str, datetime]:
    """Return when this agent last opened each request, as the trace of accesses says it."""
    read = AccessLog.objects.filter(actor=actor.key, subject__in=[case.key for case in cases], action="read")
    return dict(read.order_by().values_list("subject").annotate(Max("at")))


def _sign(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Sign each ticked request in a transaction of its own: one that cannot be leaves the others signed."""
    wanted = request.POST.getlist("case")[:_PAGE]
    cases = list(permissions.visible_submissions(actor).for_list().filter(reference__in=wanted))
    if not cases:
        messages.warning(request, _("Tick the decisions to sign. One that you have not opened cannot be ticked."))
        return redirect("desk:to_sign")
    opened, done = _opened(actor, cases), 0
    for case in cases:
        try:
            signing.sign_proposed(case, opened.get(case.key), by=actor)
        except signing.NotRead:
            _say(request, case, _("not signed: open it first, it was prepared or changed since you read it."))
        except transitions.StaleAction:
            _say(request, case, _("not signed: it changed meanwhile."))
        except PermissionDenied:
            _say(request, case, _("not signed: you do not sign for this department."))
        except (transitions.MissingWords, transitions.SilenceHasSpoken) as error:
            _say(request, case, str(error))
        else:
            done += 1
    if done:
        said = ngettext("%(count)d decision is signed and sent.", "%(count)d decisions are signed and sent.", done)
        messages.success(request, said % {"count": done})
    return redirect("desk:to_sign")


def _say(request: HttpRequest, case: Submission, words: str) -> None:
    messages.warning(request, _("%(reference)s: %(words)s") % {"reference": case.reference, "words": words})
