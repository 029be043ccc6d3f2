"""The people of the desk's tests: agents, a head, a signatory, an auditor, neighbours, and requests filed with them."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from django.utils import timezone

from accounts import consents
from accounts.models import Mandate, Membership, Person, Purpose, User
from accounts.permissions import Actor
from exchange.api.tokens import digest_of
from exchange.models import ApiToken, Webhook
from procedures.lifecycle import clock, entry, opinions, silence_asks
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.correction import Correcting
from procedures.lifecycle.pieces import Asking, Wanted
from procedures.lifecycle.send_on import Sending, send_on
from procedures.lifecycle.submit import submit
from procedures.lifecycle.transition import Grounds, apply
from procedures.models import (
    AnswerFile,
    ArchiveList,
    Batch,
    Draft,
    Edition,
    MandatePaper,
    Opinion,
    Procedure,
    SafePaper,
    StoredFile,
    Submission,
)
from procedures.models.storage import store
from tests.support import samples
from tests.support.client import Portal
from town.models import Department

EXTENSIONS: list[dict[str, Any]] = [
    {"basis": "Article R. 1 du code fictif", "delay": {"count": 1, "unit": "months"}},
    {"basis": "Article R. 2 du code fictif", "delay": {"count": 15, "unit": "days"}},
]
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

    def begin_entry(self, *, channel: str = "counter", at: datetime | None = None) -> Draft:
        """Let Nadia begin what someone asks for at the counter."""
        received = entry.Received(channel, at or timezone.now())
        return entry.begin(uuid.uuid4(), self.procedure, by=Actor(user=self.nadia), received=received)

    def enter(self, draft: Draft | None = None) -> Submission:
        """Let Nadia enter a whole request of someone at the counter, or go on with one."""
        draft = draft or self.begin_entry()
        answer(draft)
        return submit(draft, by=Actor(user=self.nadia))

    def file(self, *, by: User | None = None, at: datetime | None = None, **identity: Any) -> Submission:
        """File a request for ``by`` (Zoé by default), as if it had been received ``at`` some moment."""
        person = Person.objects.get(user=by or self.zoe)
        draft = drafts.start(self.procedure, person)
        answer(draft, **identity)
        submission = submit(draft, by=Actor(user=by or self.zoe))
        if at is not None:
            submission.received_at = at
            clock.recompute(submission)
            submission.save(update_fields=["received_at", "due_on"])
        return submission

    def ask_pieces(self, submission: Submission, *, text: str = "Article 29 du décret", days: int = 30) -> Submission:
        """Let Nadia take a request and ask for its proof, as a text requires unless said otherwise."""
        actor = Actor(user=self.nadia)
        if submission.status == "submitted":
            submission = apply(submission, "take_charge", by=actor)
        wanted = (Wanted("Livret de famille", "Il montre la filiation.", text, "proof"),)
        asking = Asking(wanted, timezone.localdate() + timedelta(days=days))
        return apply(submission, "ask_pieces", by=actor, asking=asking)

    def decide(self, submission: Submission, key: str = "grant", law: str = "", fact: str = "") -> Submission:
        """Let Nadia take a request and Hélène decide it: granted unless said otherwise."""
        if submission.status == "submitted":
            submission = apply(submission, "take_charge", by=Actor(user=self.nadia))
        return apply(submission, key, by=Actor(user=self.helene), grounds=Grounds(law=law, fact=fact))

    def by_post(self) -> Submission:
        """Let Hélène decide a request of someone who is reached by post alone."""
        return self.decide(self.file(applicant_contact="post", applicant_email=""))

    def listed(self, kind: str = "transfer") -> ArchiveList:
        """Return a list for the archives, with one request that is over."""
        made = ArchiveList.objects.create(
            number="VE-2026-0001", kind=kind, department=self.civil, made_by_name="Ada Mairie"
        )
        today = timezone.localdate()
        made.items.create(submission=self.decide(self.file()), ended_on=today, kept_until=today)
        return made

    def send_on(self, submission: Submission, *, kept: bool = True) -> Submission:
        """Let Nadia send a request on to the prefecture, and go on following it unless said otherwise."""
        address, reason = "1 place Fictive, 99000 Hautebrume", "Elle délivre ce titre."
        what = Sending("Préfecture de l’Exemple", address, reason, timezone.localdate(), kept)
        send_on(submission, what, by=Actor(user=self.nadia))
        submission.refresh_from_db()
        return submission

    def ask_opinion(self, submission: Submission, body: str = "Service de l’urbanisme") -> Opinion:
        """Let Nadia ask for an opinion on a request."""
        question = opinions.Question(body, "Le stand gêne-t-il le passage ?", timezone.localdate())
        return opinions.ask(submission, question, by=Actor(user=self.nadia))

    def file_longer(self, effect: str = "rejection", at: datetime | None = None) -> Submission:
        """File a request of a procedure whose texts give more time to answer, twice."""
        legal = {**samples.content()["legal"], "silence_effect": effect, "extensions": EXTENSIONS}
        slug, usual = f"longue-{effect}", self.procedure
        found = Procedure.objects.filter(slug=slug).first()
        self.procedure = found or samples.procedure(slug, department=self.civil, id=f"longue_{effect}", legal=legal)
        case = self.file(at=at)
        self.procedure = usual
        return case

    def ask_reasons(self, submission: Submission) -> Submission:
        """Let Zoé ask for the reasons of a refusal that silence made yesterday."""
        submission.due_on = timezone.localdate() - timedelta(days=1)
        submission.save(update_fields=["due_on"])
        silence_asks.ask(submission, "reasons", by=Actor(user=self.zoe))
        return submission

    def ask_correction(self, submission: Submission, *, days: int = 30, **reasons: str) -> Submission:
        """Let Nadia take a request and ask to correct some answers, the kind of deed unless said otherwise."""
        actor = Actor(user=self.nadia)
        if submission.status == "submitted":
            submission = apply(submission, "take_charge", by=actor)
        wanted = reasons or {"kind": "Votre mairie de naissance ne délivre pas cet acte."}
        correcting = Correcting(wanted, timezone.localdate() + timedelta(days=days))
        return apply(submission, "ask_correction", by=actor, correcting=correcting)


def answer(draft: Draft, **identity: Any) -> None:
    for step, answers in {**ANSWERS, "applicant": {**APPLICANT, **identity}}.items():
        drafts.save_step(draft, step, {**answers, "proof": [PROOF]} if step == "parents" else dict(answers))
    draft.save()


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


def mandate(principal: Person, helper: User, **said: Any) -> Mandate:
    """Let someone act for another, from now on unless said otherwise."""
    given = {"ends_at": timezone.now() + timedelta(days=365), "accepted_at": timezone.now(), **said}
    return Mandate.objects.create(principal=principal, helper=helper.person, **given)


LETTERS: list[dict[str, Any]] = [
    {
        "id": "oui",
        "outcome": "granted",
        "blocks": [
            {"text": "Votre demande [[demande.numero]] est acceptée, [[personne.nom]]."},
            {"heading": "La filiation", "text": "[[reponse.mother]]", "when": {"field": "kind", "value": "full"}},
        ],
    }
]


def with_letters(town: Desk) -> Procedure:
    """Return a procedure whose acceptance has a letter of its own."""
    letters = {**samples.content()["letters"], "templates": LETTERS}
    steps = samples.content()["steps"]
    stop = {
        "id": "pas_ici",
        "title": "Pas ici",
        "when": {"field": "kind", "op": "is", "value": "other"},
        "text": "Ailleurs.",
    }
    steps[1]["stops"] = [stop]
    rules = [{"id": "etiquette", "title": "Un mot", "on": "filed", "do": "label", "to": "À lire"}]
    return samples.procedure(
        "a-lettres", department=town.civil, id="a_lettres", letters=letters, steps=steps, rules=rules
    )


# What fills the addresses of the parts of that procedure in the studio.
PARTS = {
    "step": "acte",
    "section": "acte_s",
    "question": "copies",
    "stop": "pas_ici",
    "add_section": "acte",
    "add_stop": "acte",
    "state": "received",
    "transition": "take_charge",
    "rule": "etiquette",
}


def run_of(slug: str) -> int:
    """Return the key of a run of a procedure that is over: nobody is asked to choose it."""
    found = Procedure.objects.get(slug=slug)
    over = timezone.now() - timedelta(days=300)
    made: Edition = Edition.objects.create(procedure=found, name="2025", closes_at=over)
    return made.pk


def batch_of(town: Desk, by: User | None = None) -> Batch:
    """Return an act on many requests that Nadia asked for, unless another did, over one request."""
    by = by or town.nadia
    case = town.file()
    given = {"by": by, "sector": town.civil.sector, "token": uuid.uuid4(), "act": "label", "given": "Été", "total": 1}
    batch: Batch = Batch.objects.create(**given)
    batch.items.create(submission=case)
    return batch


def stranger() -> Person:
    """Return someone who has no account."""
    return Person.objects.create(family_name="Kervella", given_names="Yvonne", birth_date="1941-05-02")


def sign(mandate: Mandate, scan: str = "clean") -> MandatePaper:
    """Join the signed paper of a mandate."""
    kept = store(BytesIO(b"%PDF-1.4 x"), name="mandat.pdf", content_type="application/pdf", scan=StoredFile.Scan(scan))
    return MandatePaper.objects.create(mandate=mandate, stored=kept)


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


def token_of(town: Desk, secret: str = "portail_essai") -> ApiToken:
    """Return the key of a program that acts for Nadia."""
    return ApiToken.objects.create(
        name="Logiciel d’essai",
        user=town.nadia,
        sector=town.civil.sector,
        scopes=["requests:read"],
        ends_on=timezone.localdate() + timedelta(days=30),
        digest=digest_of(secret),
        hint=secret[:12],
    )


def hook_of(town: Desk) -> Webhook:
    """Return a program that is told of what Nadia sees."""
    return Webhook.objects.create(
        name="Carte", url="https://carte.example/recu", user=town.nadia, sector=town.civil.sector
    )
