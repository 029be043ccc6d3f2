"""What stands around the list: its filters, the ready views beside it and those that were kept, a view said in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.permissions import Actor

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..models import Procedure, SavedView
from . import facets
from .view import SLUGS, STATES, View


@dataclass(frozen=True)
class Choices:
    """One closed list of the filters: its name in the address, its label, and (value, words, chosen)."""

    name: str
    label: str
    options: list[tuple[str, str, bool]]


def filters(actor: Actor, view: View) -> list[Choices]:
    """Return the filters of the list, with the chosen values."""
    filed = permissions.visible_submissions(actor).filter(procedure=OuterRef("pk"))
    known = Procedure.objects.filter(Exists(filed)).values_list("slug", "title")
    # Without a search, what is under way is what an address without state shows.
    states = [("" if value == "open" and not view.q else SLUGS[value], state_words(value)) for value in STATES]
    state = "" if view.state == "open" and not view.q else SLUGS[view.state]
    return [
        _choices("demarche", _("Procedure"), [("", _("All procedures")), *known], view.procedure),
        _choices("etat", _("State"), states, state),
        _choices(
            "echeance",
            _("Legal date"),
            [("", _("All legal dates")), (SLUGS["late"], _("Late")), (SLUGS["soon"], _("Within 5 days"))],
            SLUGS.get(view.deadline, ""),
        ),
        _choices(
            "agent",
            _("Agent"),
            [("", _("Whole department")), (SLUGS["mine"], _("Me")), (SLUGS["nobody"], _("To assign"))],
            SLUGS.get(view.agent, ""),
        ),
        *(
            []
            if view.q
            else [
                _choices(
                    "tri",
                    _("Order"),
                    [("", _("Most recent first")), (SLUGS["due"], _("Legal date first"))],
                    SLUGS.get(view.sort, ""),
                )
            ]
        ),
    ]


def _choices(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Choices:
    return Choices(name, label, [(value, words, value == chosen) for value, words in options])


def state_words(value: str) -> str:
    """Name a state of the filter."""
    return {
        "open": _("Under way"),
        "answered": _("Answer received"),
        "noted": _("Notes for me"),
        "watched_news": _("Something new on what I keep an eye on"),
        "watched": _("What I keep an eye on"),
        "opinion_asked": _("Opinions to give"),
        "opinion_here": _("Opinions received or late"),
        "undelivered": _("Mails that could not be sent"),
        "to_visa": _("To countersign"),
        "to_sign": _("To sign"),
        "to_post": _("Letters to post"),
        "submitted": _("Filed"),
        "under_review": _("Under study"),
        "awaiting_citizen": _("Waiting for the citizen"),
        "decided": _("Decided"),
        "closed": _("Finished"),
        "all": _("All requests"),
    }[value]


def said(
    view: View, procedures: Mapping[str, str], definition: ProcedureDefinition | None = None
) -> list[tuple[str, str]]:
    """Say a view in words, one line a filter in use; ``procedures`` gives the titles by their address."""
    lines = [
        (_("Search"), _("“%(words)s”") % {"words": view.q} if view.q else ""),
        (_("Procedure"), procedures.get(view.procedure, view.procedure)),
        (_("State"), state_words(view.state)),
        (_("Legal date"), {"late": _("Late"), "soon": _("Within 5 days")}.get(view.deadline, "")),
        (_("Agent"), {"mine": _("Me"), "nobody": _("To assign")}.get(view.agent, "")),
        (_("Label"), view.label),
        *facets.said(definition, view),
    ]
    return [(label, words) for label, words in lines if words]


def ready(view: View) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the ready views: heading → (name, address, whether it is this one)."""
    here = None if view.q or view.procedure else replace(view, columns=(), sort="")
    mine_ = [
        (_("My requests"), View(state="open", agent="mine")),
        (_("Citizens’ answers"), View(state="answered")),
        (_("Notes for me"), View(state="noted")),
        (_("What I keep an eye on"), View(state="watched")),
        (_("Opinions to give"), View(state="opinion_asked")),
        (_("Opinions received or late"), View(state="opinion_here")),
        (_("Late"), View(state="open", deadline="late")),
        (_("Due within 5 days"), View(state="open", deadline="soon")),
        (_("Mails that could not be sent"), View(state="undelivered")),
        (_("To sign"), View(state="to_sign")),
        (_("Letters to post"), View(state="to_post")),
    ]
    service = [
        (_("Under way"), View(state="open")),
        (_("To assign"), View(state="open", agent="nobody")),
        (_("Waiting for the citizen"), View(state="awaiting_citizen")),
        (_("Decided"), View(state="decided")),
        (_("Finished"), View(state="closed")),
    ]
    return [
        (_("My work"), [(name, view_.address, view_ == here) for name, view_ in mine_]),
        (_("Department"), [(name, view_.address, view_ == here) for name, view_ in service]),
    ]


def rail(view: View, kept: Sequence[SavedView]) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return every view that is a click away: those kept first, then the ready ones."""
    made: dict[str, list[tuple[str, str, bool]]] = {}
    for one in kept:
        heading = _("Shared views") if one.department_id else _("My views")
        address = reverse("desk:list") + (f"?{one.query}" if one.query else "")
        made.setdefault(heading, []).append((one.name, address, one.query == view.query))
    return [*made.items(), *ready(view)]


def title(view: View, kept: Sequence[SavedView] = ()) -> str:
    """Name a view: its own name where it was kept or is ready, else a plain one."""
    if view.q:
        return _("Search results")
    named = [name for _heading, views in rail(view, kept) for name, _address, here in views if here]
    return named[0] if named else _("Requests")
