"""All that the town holds on a person: how much, why, for how long, and where she mends or removes it (GDPR article 15)."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from accounts.closing import addresses_of
from accounts.models import Mandate, Person, User
from accounts.profile import FIELDS
from journal.models import AccessLog
from journal.tasks import KEPT as ACCESSES_KEPT
from messaging.models import Delivery

from ..models import AnswerFile, Decision, Draft, Message, ProcedureVersion, Submission
from ..models.draft import KEPT as DRAFT_KEPT

# What someone did with her own account; what an agent looked at is about others.
OWN_ACTIONS = ("sign_in", "sign_in_failed", "unlock", "export")


@dataclass(frozen=True)
class Holding:
    """One kind of data. ``link`` is the page where it is seen and mended, ``erase`` the kind that may be emptied."""

    title: str
    count: int
    why: str
    kept: str
    link: str = ""
    action: str = ""
    erase: str = ""


def own_accesses(user: User) -> Any:
    """Return what the journal of accesses says of a person's own account."""
    found = AccessLog.objects.filter(actor=user.key, action__in=OWN_ACTIONS)
    # Those of her own data: what an agent exports for her work is not about her.
    return found.exclude(~Q(subject__startswith="person:"), action="export")


def of(person: Person, user: User) -> list[Holding]:
    """Return every kind of data, in a constant number of queries."""
    return [*_account(person, user), *_space(person), *_requests(person, user)]


def _account(person: Person, user: User) -> list[Holding]:
    while_open = _("As long as your account.")
    said = sum(bool(getattr(person, name)) for name in FIELDS) + person.contact_points.count()
    proofs = EmailAddress.objects.filter(user=user).count() + Authenticator.objects.filter(user=user).count()
    return [
        Holding(
            _("Profile: names, birth, ways to reach you"),
            said,
            _("To fill in your requests for you. You chose to give them."),
            while_open,
            "space:profile",
            _("See and correct my profile"),
            "profil" if said else "",
        ),
        Holding(
            _("Identity certified by FranceConnect or ProConnect"),
            person.certified_identities.count(),
            _("To sign you in, and to fill in your names without a mistake."),
            _("Until you unlink the service, or close your account."),
            "identity_links" if settings.IDENTITY_SERVICES else "",
            _("My identity services"),
        ),
        Holding(
            _("Addresses and proofs that you sign in with"),
            proofs,
            _("To open your account to you alone. Of your password we keep only a digest that cannot be read back."),
            while_open,
            "mfa_index",
            _("Security of my account"),
        ),
        Holding(
            _("Open sessions, with address and browser"),
            UserSession.objects.filter(user=user).count(),
            _("So that you can see where you are signed in, and sign out from afar."),
            _("Until the session ends: %(hours)d hours at most.") % {"hours": settings.SESSION_COOKIE_AGE // 3600},
            "usersessions_list",
            _("Where I am signed in"),
        ),
        Holding(
            _("Journal of your sign-ins and exports"),
            own_accesses(user).count(),
            _("To notice that someone else uses your account. The security of data is a duty (GDPR article 32)."),
            _("%(months)d months, even if you close your account: without your name.")
            % {"months": ACCESSES_KEPT // timedelta(days=30)},
        ),
        Holding(
            _("Choices and consents, with their dates"),
            person.consents.count(),
            _("To prove what you agreed to, and when you changed your mind (GDPR article 7)."),
            while_open,
            "space:preferences",
            _("See and change my choices"),
        ),
        Holding(
            _("Mandates, given or received"),
            Mandate.objects.filter(Q(principal=person) | Q(helper=person)).count(),
            _("To know who may act for whom, and who did."),
            _("As long as the requests made under them."),
        ),
    ]


def _space(person: Person) -> list[Holding]:
    papers, drafts = person.papers.count(), Draft.objects.filter(person=person, submission=None).count()
    return [
        Holding(
            _("Papers kept for later requests"),
            papers,
            _("To join them again without looking for them. You agreed to it."),
            _("Until you delete them, or change your mind."),
            "space:papers",
            _("See my papers"),
            "papiers" if papers else "",
        ),
        Holding(
            _("Drafts, with their files"),
            drafts,
            _("To let you go on later. The town hall does not read them."),
            _("%(days)d days after you last touched them.") % {"days": DRAFT_KEPT.days},
            "space:drafts",
            _("See my drafts"),
            "brouillons" if drafts else "",
        ),
    ]


def _requests(person: Person, user: User) -> list[Holding]:
    mine = Submission.objects.filter(person=person)
    inside = {
        "requests": mine.count(),
        "files": AnswerFile.objects.filter(submission__person=person).count(),
        "messages": Message.objects.filter(submission__person=person).count(),
        "decisions": Decision.objects.filter(submission__person=person, signed_at__isnull=False).count(),
    }
    return [
        Holding(
            _("Requests sent: answers, files, messages, decisions, receipts and history"),
            inside["requests"],
            _(
                "To answer you: it is the public task of the town hall (GDPR article 6.1, e). "
                "In them, files: %(files)d, messages: %(messages)d, decisions: %(decisions)d."
            )
            % inside,
            _("As each procedure says. Being public archives, they are not deleted on request before that term."),
            "space:home",
            _("See my requests"),
        ),
        Holding(
            _("E-mails that we sent you"),
            Delivery.objects.sent_to(person, addresses_of(user)).count(),
            _("To prove that you were told, and when."),
            _("Those about a request, as long as it. The others, as long as your account."),
        ),
    ]


def kept_by_law(person: Person) -> list[dict[str, Any]]:
    """Return the procedures of the requests that stay when the account is closed: how many, and until when, as each says."""
    rows = Submission.objects.filter(person=person).order_by().values("version").annotate(count=Count("pk"))
    counts = {row["version"]: row["count"] for row in rows}
    versions = ProcedureVersion.objects.filter(pk__in=counts).order_by("procedure__title", "number")
    return [
        {
            "title": version.definition.title,
            "count": counts[version.pk],
            "kept": version.definition.privacy.retention_text,
        }
        for version in versions
    ]
