"""A view of the list, as its address says it: what is searched, filtered, sorted and shown."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.http import urlencode

from portal.kit.text import fold

from ..models import Label, Submission

STATES = (
    "open",
    "answered",
    "noted",
    "watched_news",
    "watched",
    "opinion_asked",
    "opinion_here",
    "undelivered",
    "to_visa",
    "to_sign",
    "to_post",
    *Submission.Status.values,
    "all",
)
# What the address says, in French, for each value of a filter.
SLUGS = {
    "open": "en-cours",
    "answered": "reponse-recue",
    "noted": "notes-pour-moi",
    "watched_news": "du-nouveau",
    "watched": "a-l-oeil",
    "opinion_asked": "avis-a-rendre",
    "opinion_here": "avis-recus",
    "undelivered": "courriel-non-parti",
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
    "due": "echeance",
}
VALUES = {slug: value for value, slug in SLUGS.items()}
# What names, in an address, a question of the procedure that is shown: "champ.copies", "champ.copies.min".
FIELD = "champ."
MOST_COLUMNS = 8
_MOST_FACETS = 12


@dataclass(frozen=True)
class View:
    """A view of the list, as its address says it."""

    q: str = ""
    procedure: str = ""
    state: str = ""
    deadline: str = ""
    agent: str = ""
    label: str = ""
    sort: str = ""
    # What answers must be: (name without its prefix, value), in the order of their names.
    facets: tuple[tuple[str, str], ...] = ()
    # The columns beside the reference, where they are not the usual ones.
    columns: tuple[str, ...] = ()

    @classmethod
    def read(cls, params: QueryDict) -> "View":
        """Read a view from an address; an unknown value is no filter."""

        def one(name: str, allowed: tuple[str, ...]) -> str:
            value = VALUES.get(params.get(name, ""), "")
            return value if value in allowed else ""

        q = " ".join(_plain(params.get("q", "")).split())[:200]
        procedure = _plain(params.get("demarche", ""))[:80]
        asked = {name: _plain(params.get(name, "")).strip()[:200] for name in sorted(params) if name.startswith(FIELD)}
        named = [(name.removeprefix(FIELD), value) for name, value in asked.items() if value]
        return cls(
            q=q,
            procedure=procedure,
            # A search looks everywhere; a list shows what is under way.
            state=one("etat", STATES) or ("all" if q else "open"),
            deadline=one("echeance", ("late", "soon")),
            agent=one("agent", ("mine", "nobody")),
            # "ete-2027", as an address has it, or as the label is written.
            label=fold(params.get("etiquette", "").replace("-", " "))[: Label.MOST],
            sort=one("tri", ("due",)),
            facets=tuple((name[:60], value) for name, value in named[:_MOST_FACETS]) if procedure else (),
            columns=tuple(dict.fromkeys(_plain(one)[:60] for one in params.getlist("col")[:40]))[:MOST_COLUMNS],
        )

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "View":
        """Build a view from what was kept of it as JSON."""
        lists = {
            "facets": tuple((str(name), str(value)) for name, value in kept.get("facets", ())),
            "columns": tuple(kept.get("columns", ())),
        }
        return cls(**{**kept, **lists})

    @property
    def by_date(self) -> bool:
        """Say whether the nearest legal date comes first; what a search finds has its own order."""
        return self.sort == "due" and not self.q

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
            "tri": SLUGS.get(self.sort, ""),
            **{FIELD + name: value for name, value in self.facets},
            "col": list(self.columns),
        }
        return urlencode({name: value for name, value in pairs.items() if value}, doseq=True)

    @property
    def address(self) -> str:
        """The address of the list under this view."""
        return reverse("desk:list") + (f"?{self.query}" if self.query else "")


def _plain(text: str) -> str:
    return text.replace("\x00", "")
