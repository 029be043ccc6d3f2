"""A view of the list: what its address says, its filters, and the ready views beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef
from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from portal.kit.text import fold

from .. import permissions
from ..models import Label, Procedure, Submission

STATES = ("open", "answered", "noted", "to_visa", "to_sign", "to_post", *Submission.Status.values, "all")
# What the address says, in French, for each value of a filter.
SLUGS = {
    "open": "en-cours",
    "answered": "reponse-recue",
    "noted": "notes-pour-moi",
    "to_visa": "a-viser",
    "to_sign": "a-signer",
    "to_post": "a-poster",
    "submitted": "deposees",
    "under_review": "en-instruction",
    "awaiting_citizen": "attente-usager",
    "decided": "decidees",
    "closed": "terminees",
    "all": "toutes",
    "late": "retard",
    "soon": "5-jours",
    "mine": "moi",
    "nobody": "a-attribuer",
}
VALUES = {slug: value for value, slug in SLUGS.items()}


@dataclass(frozen=True)
class View:
    """A view of the list, as its address says it."""

    q: str = ""
    procedure: str = ""
    state: str = ""
    deadline: str = ""
    agent: str = ""
    label: str = ""

    @classmethod
    def read(cls, params: QueryDict) -> "View":
        """Read a view from an address; an unknown value is no filter."""

        def one(name: str, allowed: tuple[str, ...]) -> str:
            value = VALUES.get(params.get(name, ""), "")
            return value if value in allowed else ""

        q = " ".join(params.get("q", "").replace("\x00", "").split())[:200]
        return cls(
            q=q,
            procedure=params.get("demarche", "").replace("\x00", "")[:80],
            # A search looks everywhere; a list shows what is under way.
            state=one("etat", STATES) or ("all" if q else "open"),
            deadline=one("echeance", ("late", "soon")),
            agent=one("agent", ("mine", "nobody")),
            # "ete-2027", as an address has it, or as the label is written.
            label=fold(params.get("etiquette", "").replace("-", " "))[: Label.MOST],
        )

    @property
    def query(self) -> str:
        """What an address says after its "?" to show this view."""
        pairs = {
            "q": self.q,
            "demarche": self.procedure,
            "etat": "" if self.state in ("", "open") and not self.q else SLUGS.get(self.state, ""),
            "echeance": SLUGS.get(self.deadline, ""),
            "agent": SLUGS.get(self.agent, ""),
            "etiquette": self.label.replace(" ", "-"),
        }
        return urlencode({name: value for name, value in pairs.items() if value})

    @property
    def address(self) -> str:
        """The address of the list under this view."""
        return reverse("desk:list") + (f"?{self.query}" if self.query else "")


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
    ]


def _choices(name: str, label: str, options: list[tuple[str, str]], chosen: str) -> Choices:
    return Choices(name, label, [(value, words, value == chosen) for value, words in options])


def state_words(value: str) -> str:
    """Name a state of the filter."""
    return {
        "open": _("Under way"),
        "answered": _("Answer received"),
        "noted": _("Notes for me"),
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


def said(view: View, procedures: Mapping[str, str]) -> list[tuple[str, str]]:
    """Say a view in words, one line a filter in use; ``procedures`` gives the titles by their address."""
    lines = [
        (_("Search"), _("“%(words)s”") % {"words": view.q} if view.q else ""),
        (_("Procedure"), procedures.get(view.procedure, view.procedure)),
        (_("State"), state_words(view.state)),
        (_("Legal date"), {"late": _("Late"), "soon": _("Within 5 days")}.get(view.deadline, "")),
        (_("Agent"), {"mine": _("Me"), "nobody": _("To assign")}.get(view.agent, "")),
        (_("Label"), view.label),
    ]
    return [(label, words) for label, words in lines if words]


def rail(view: View) -> list[tuple[str, list[tuple[str, str, bool]]]]:
    """Return the ready views: heading → (name, address, whether it is this one)."""
    here = None if view.q or view.procedure else view
    mine_ = [
        (_("My requests"), View(state="open", agent="mine")),
        (_("Citizens’ answers"), View(state="answered")),
        (_("Notes for me"), View(state="noted")),
        (_("Late"), View(state="open", deadline="late")),
        (_("Due within 5 days"), View(state="open", deadline="soon")),
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


def title(view: View) -> str:
    """Name a view: the ready view's own name, else a plain one."""
    if view.q:
        return _("Search results")
    return next((name for _heading, views in rail(view) for name, _address, here in views if here), _("Requests"))
