"""My requests: what waits for me first, then drafts, what runs and what is over, each whole on a page of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.http import require_safe

from accounts.permissions import Actor, actor_of
from portal.kit.paging import keyset

from .. import permissions
from ..models import Draft, Submission

_SOME = 5
_PAGE = 20


@dataclass(frozen=True)
class Shelf:
    """One list of the space: its title, what is said where it is empty, its rows and what they are ordered by."""

    title: str
    empty: str
    rows: Callable[[Actor], QuerySet[Any]]
    order: str = "received_at"


def _drafts(actor: Actor) -> QuerySet[Draft]:
    found = permissions.followed_drafts(actor).pinned().select_related("procedure", "version", "edition", "person")
    return found.defer("version__content", "procedure__search_text")


SHELVES = {
    "waiting": Shelf(
        gettext_noop("Waiting for you"),
        gettext_noop("Nothing waits for you."),
        lambda actor: permissions.followed_submissions(actor).waiting().for_list(),
    ),
    "drafts": Shelf(gettext_noop("My drafts"), gettext_noop("You have no draft."), _drafts, "updated_at"),
    "running": Shelf(
        gettext_noop("Requests in progress"),
        gettext_noop("You have no request in progress."),
        lambda actor: permissions.followed_submissions(actor).running().for_list(),
    ),
    "done": Shelf(
        gettext_noop("Requests that are over"),
        gettext_noop("None of your requests is over yet."),
        lambda actor: permissions.followed_submissions(actor).over().for_list(),
    ),
}


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show the first rows of each list."""
    actor, shown = actor_of(request), {}
    for key, shelf in SHELVES.items():
        rows = list(shelf.rows(actor).order_by(f"-{shelf.order}", "-pk")[: _SOME + 1])
        shown[key] = {"rows": _told(actor, rows[:_SOME]), "more": len(rows) > _SOME}
    return render(request, "space/home.html", {"shelves": shown, "nothing": not any(s["rows"] for s in shown.values())})


@login_required
@require_safe
def shelf(request: HttpRequest, key: str) -> HttpResponse:
    """Show one of the lists whole, page by page."""
    actor, found = actor_of(request), SHELVES[key]
    page = keyset(
        found.rows(actor),
        field=found.order,
        after=request.GET.get("apres", ""),
        before=request.GET.get("avant", ""),
        size=_PAGE,
    )
    context = {"key": key, "title": _(found.title), "empty": _(found.empty), "page": page}
    return render(request, "space/shelf.html", {**context, "rows": _told(actor, page.rows)})


def _told(actor: Actor, rows: Iterable[Draft | Submission]) -> list[dict[str, Any]]:
    """Return rows with what tells one from another: how far a draft is, and for whom a request is made."""
    mine = actor.person.pk if actor.person else None
    told: list[dict[str, Any]] = []
    for row in rows:
        if isinstance(row, Draft):
            steps = row.trace().steps
            done = sum(step.passed(row.unsettled) for step in steps)
            others = row.person.display_name if row.person and row.person_id != mine else ""
            told.append({"draft": row, "done": done, "steps": len(steps), "for": others})
        else:
            state = row.version.definition.workflow.state(row.state)
            others = row.applicant.display_name if row.person_id != mine else ""
            told.append({"case": row, "state": state, "for": others})
    return told
