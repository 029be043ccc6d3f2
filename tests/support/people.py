"""The people of the desk's tests: agents, a head, a signatory, an auditor, neighbours, and requests filed with them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import consents
from accounts.models import Membership, Person, Purpose, User
from accounts.permissions import Actor
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.submit import submit
from procedures.models import AnswerFile, Procedure, SafePaper, StoredFile, Submission
from procedures.models.storage import store
from tests.support import samples
from tests.support.client import Portal
from town.models import Department

APPLICANT: dict[str, Any] = {
    "applicant_family_name": "Lefèvre",
    "applicant_given_names": "Zoé",
    "applicant_address": {
        "street": "14 rue des Tanneurs",
        "extra": "",
        "postcode": "99240",
        "city": "Val-de-Brume",
        "country": "France",
    },
    "applicant_contact": "email",
    "applicant_email": "zoe@exemple.fr",
    "applicant_phone": "+33199001299",
}
ANSWERS: dict[str, dict[str, Any]] = {
    "acte": {"kind": "full", "which": None, "copies": 2},
    "parents": {"mother": "Anne Morvan", "secret": "mot très sensible"},
}


def staff(email: str, given: str, family: str, department: Department, role: str, title: str = "agent") -> User:
    """Return a login with a role in a department."""
    user = User.objects.create_user(email, samples.PASSWORD)
    Person.objects.create(user=user, given_names=given, family_name=family)
    authority = "arrêté n° 2026-17 du 3 avril 2026" if role == "signatory" else ""
    Membership.objects.create(user=user, department=department, role=role, title=title, authority=authority)
    return user


@dataclass
class Desk:
    """A town with two departments of different sectors, the people of its desk, and a procedure."""

    civil: Department
    roads: Department
    nadia: User
    claire: User
    helene: User
    paul: User
    roger: User
    zoe: User
    procedure: Procedure

    def file(self, *, by: User | None = None, at: datetime | None = None, **identity: Any) -> Submission:
        """File a request for ``by`` (Zoé by default), as if it had been received ``at`` some moment."""
        person = Person.objects.get(user=by or self.zoe)
        draft = drafts.start(self.procedure, person)
        for step, answers in {**ANSWERS, "applicant": {**APPLICANT, **identity}}.items():
            drafts.save_step(draft, step, {**answers, "proof": [PROOF]} if step == "parents" else dict(answers))
        draft.save()
        submission = submit(draft, by=Actor(user=by or self.zoe))
        if at is not None:
            Submission.objects.filter(pk=submission.pk).update(received_at=at)
            submission.refresh_from_db()
        return submission


PROOF = {
    "id": "0b0e8e4c-0000-4000-8000-000000000000",
    "name": "livret.pdf",
    "size": 9,
    "type": "application/pdf",
    "sha256": "9f2c",
}


def desk() -> Desk:
    """Build the town, its people and its procedure."""
    civil = samples.department("etat_civil", "Service État civil", "population")
    roads = samples.department("voirie", "Service Voirie", "voirie")
    return Desk(
        civil=civil,
        roads=roads,
        nadia=staff("nadia@exemple.fr", "Nadia", "Roussel", civil, "agent"),
        claire=staff("claire@exemple.fr", "Claire", "Fabre", civil, "head", "cheffe de service"),
        helene=staff("helene@exemple.fr", "Hélène", "Marchand", civil, "signatory", "adjointe à l’état civil"),
        paul=staff("paul@exemple.fr", "Paul", "Audit", civil, "auditor", "contrôleur"),
        roger=staff("roger@exemple.fr", "Roger", "Pavé", roads, "agent"),
        zoe=samples.citizen("zoe@exemple.fr", "Lefèvre", "Zoé"),
        procedure=samples.procedure("acte", department=civil),
    )


def sign_in(browser: Portal, user: User, *, follow: bool = False) -> Any:
    """Sign in through the page, with the password: what is asked again within minutes is then proven."""
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"verified": True, "primary": True})
    page = browser.get("/comptes/connexion/")
    return browser.fill(page, login=user.email, password=samples.PASSWORD, follow=follow)


def attach(submission: Submission, scan: str = "clean", content: bytes = b"%PDF-1.4 x") -> StoredFile:
    """Join a file to a request, with a verdict of the scanner."""
    kept = store(
        BytesIO(content), name="livret de famille.pdf", content_type="application/pdf", scan=StoredFile.Scan(scan)
    )
    AnswerFile.objects.create(submission=submission, field_id="proof", stored=kept)
    return kept


def keep_paper(
    user: User, name: str = "livret.pdf", scan: str = "clean", content: bytes = b"%PDF-1.4 x", **said: Any
) -> SafePaper:
    """Keep a paper of someone who agreed to it, with a verdict of the scanner."""
    person = Person.objects.get(user=user)
    consents.give(person, Purpose.SAFE)
    kept = store(BytesIO(content), name=name, content_type="application/pdf", scan=StoredFile.Scan(scan))
    return SafePaper.objects.create(person=person, stored=kept, **{"name": name, "kind": "family", **said})


def late(submission: Submission, days: int) -> Submission:
    """Move the legal date so that it is ``days`` past (negative: still to come)."""
    submission.due_on = timezone.localdate() - timedelta(days=days)
    submission.save(update_fields=["due_on"])
    return submission
