"""Accesses and unusual readings, in the words of the auditor's pages."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop, ngettext

from accounts.models import User
from journal.models import AccessLog
from portal.kit.moments import day_in_words

from ..models import Submission, UnusualReading
from .access import name_of

Kind = UnusualReading.Kind
ACTIONS = {
    "read": gettext_noop("read a request"),
    "download": gettext_noop("downloaded a file"),
    "export": gettext_noop("exported data"),
    "search": gettext_noop("searched"),
    "sign_in": gettext_noop("signed in"),
    "sign_in_failed": gettext_noop("failed to sign in"),
    "unlock": gettext_noop("opened an account again"),
    "team": gettext_noop("looked at someone of the team"),
    "configure": gettext_noop("changed roles, absences or procedures"),
    "death": gettext_noop("recorded a death, or took it back"),
    "audit": gettext_noop("looked at the accesses"),
}
# What is compared with what is usual, said to whoever looks into it.
WHY = {
    Kind.MANY: gettext_lazy("More requests in a day than most work explains. A day goes from 6 to 6."),
    Kind.PERSON: gettext_lazy(
        "Several requests of one same person in a day. It may be a neighbour, a relative, a colleague."
    ),
    Kind.NIGHT: gettext_lazy("Requests opened between 22 and 6, in the town’s time."),
    Kind.OUTSIDE: gettext_lazy("Requests of other departments, which hers was given to read."),
}


@dataclass(frozen=True)
class Line:
    """One access in words."""

    at: datetime
    who: str
    role: str
    what: str
    about: str
    reference: str


def lines(rows: Iterable[AccessLog], watched: Iterable[User]) -> list[Line]:
    """Put accesses into words, in one query for the requests they name."""
    rows = list(rows)
    names = {f"user:{user.public_id}": name_of(user) for user in watched}
    cases = Submission.objects.named({row.subject for row in rows}).only("public_id", "reference")
    known = {case.key: case.reference for case in cases}
    return [
        Line(
            row.at,
            names.get(row.actor, row.actor),
            row.role,
            _(ACTIONS.get(row.action, row.action)),
            row.subject.removeprefix("search:") if row.action == "search" else names.get(row.subject, ""),
            known.get(row.subject, ""),
        )
        for row in rows
    ]


def said(reading: UnusualReading, watched: Collection[User]) -> str:
    """Say what looks unusual: a question to ask, not an accusation."""
    name = next((name_of(user) for user in watched if user.key == reading.actor), reading.actor)
    sentences = {
        Kind.MANY: ngettext(
            "%(name)s opened %(count)d request on %(day)s.",
            "%(name)s opened %(count)d requests on %(day)s.",
            reading.count,
        ),
        Kind.PERSON: ngettext(
            "%(name)s opened %(count)d request of one same person on %(day)s.",
            "%(name)s opened %(count)d requests of one same person on %(day)s.",
            reading.count,
        ),
        Kind.NIGHT: ngettext(
            "%(name)s opened %(count)d request in the night of %(day)s.",
            "%(name)s opened %(count)d requests in the night of %(day)s.",
            reading.count,
        ),
        Kind.OUTSIDE: ngettext(
            "%(name)s opened %(count)d request of another department on %(day)s.",
            "%(name)s opened %(count)d requests of other departments on %(day)s.",
            reading.count,
        ),
    }
    sentence = sentences[Kind(reading.kind)]
    return sentence % {"name": name, "count": reading.count, "day": day_in_words(reading.day)}
