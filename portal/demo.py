"""The requests of the demonstration, filed and handled by invented people through the very verbs of the portal."""

import re
import uuid
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import consents
from accounts.models import Mandate, Person, Purpose, User
from accounts.permissions import Actor
from procedures.definition.base import Answers
from procedures.lifecycle import draft as drafts
from procedures.lifecycle import entry
from procedures.lifecycle.message import send
from procedures.lifecycle.pieces import Asking, Wanted, usual_deadline
from procedures.lifecycle.submit import submit
from procedures.lifecycle.transition import Grounds, apply
from procedures.models import Draft, DraftFile, MandatePaper, Procedure, SafePaper, Submission
from procedures.models.file import PAPER

from .demo_answers import ADDRESS, plausible_answers, stored_pdf

CITIZEN, HELPER = "citoyen@exemple.fr", "aidant@exemple.fr"
AGENT, SIGNATORY = "agent@exemple.fr", "signataire@exemple.fr"
_NAISSANCE = {
    "birth_family_name": "Kervella",
    "birth_given_names": "Yvonne Marie",
    "birth_date": "1957-11-30",
    "birth_place": "Val-de-Brume",
    "parent1_family_name": "Kervella",
    "parent1_given_name": "Jean",
    "parent2_family_name": "Morvan",
    "parent2_given_name": "Anne",
    "kinship": "descendant",
}


@dataclass(frozen=True)
class Story:
    """One request: who files what, and what the agents then do. A step is (login, transition, words)."""

    slug: str
    names: tuple[str, str, str]  # given names, family name, street
    answers: dict[str, Any] = field(default_factory=dict)
    steps: tuple[tuple[str, str, str], ...] = ()
    login: str = ""
    # Filed for the person whose mandate the login holds.
    mandated: bool = False
    message: str = ""
    # Entered by the agent for someone: the channel, and how many days after the town received it.
    entered: tuple[str, int] = ("", 0)


# Who has no e-mail address is answered by post.
_BY_POST = {"applicant_contact": "post", "applicant_email": None}
_CAMILLE = ("Camille", "Marchand", "14 rue des Tanneurs")
_TAKE = (AGENT, "take_charge", "")
STORIES = [
    Story("acte-naissance", _CAMILLE, {**_NAISSANCE, "act_type": "full"}, login=CITIZEN),
    Story(
        "acte-naissance",
        ("Tom", "Ricoux", "3 quai des Moulins"),
        {**_NAISSANCE, "act_type": "extract_with"},
        (_TAKE,),
    ),
    Story(
        "acte-naissance",
        _CAMILLE,
        {**_NAISSANCE, "birth_given_names": "Paul", "birth_date": "1981-04-09", "kinship": "descendant"},
        (_TAKE, (AGENT, "ask_correction", "Vous avez écrit « Paul ». L’acte porte-t-il d’autres prénoms ?")),
        login=CITIZEN,
    ),
    Story(
        "acte-mariage",
        ("Inès", "Vauquelin", "27 rue Haute"),
        {"marriage_date": "2004-06-12", "marriage_place": "Val-de-Brume", "spouse1_family_name": "Vauquelin"},
        (_TAKE, (AGENT, "propose_grant", "")),
    ),
    Story(
        "acte-deces",
        _CAMILLE,
        {"deceased_family_name": "Marchand", "deceased_given_names": "Louis", "death_date": "2025-02-03"},
        (_TAKE, (AGENT, "propose_grant", ""), (SIGNATORY, "grant", "")),
        login=CITIZEN,
    ),
    Story(
        "acte-naissance",
        ("Rose", "Delahaye", "9 place du Marché"),
        {**_NAISSANCE, "act_type": "full", "kinship": "self"},
        (_TAKE, (AGENT, "propose_refusal", ""), (SIGNATORY, "refuse", "")),
    ),
    Story(
        "signalement-voirie",
        ("Samir", "Ben Amar", "6 allée des Saules"),
        {
            "category": "light",
            "place": "Devant le 6, allée des Saules",
            "description": "Le lampadaire reste éteint depuis lundi soir.",
        },
    ),
    Story(
        "signalement-voirie",
        ("Louise", "Perrin", "18 rue des Forgerons"),
        {
            "category": "road",
            "place": "Rue des Forgerons, au niveau du passage piéton",
            "description": "Un trou d’une dizaine de centimètres gêne les vélos.",
        },
        (_TAKE,),
        message="Le trou s’est agrandi depuis la pluie de cette nuit.",
    ),
    Story(
        "signalement-voirie",
        _CAMILLE,
        {
            "category": "waste",
            "place": "Angle de la rue Haute et du quai",
            "description": "Des cartons gênent le passage.",
        },
        (_TAKE, (AGENT, "handle", "")),
        login=CITIZEN,
    ),
    Story(
        "saisine-mairie",
        ("Gwenaëlle", "Le Bihan", "2 impasse du Four"),
        {
            "topic": "question",
            "subject": "Horaires du marché en décembre",
            "message_body": "Bonjour, le marché du samedi a-t-il lieu le 26 décembre ? Merci.",
        },
    ),
    Story(
        "saisine-mairie",
        ("Marius", "Tessandier", "31 route de la Fontaine"),
        {
            "topic": "complaint",
            "subject": "Bruit près de la salle des fêtes",
            "message_body": "Le bruit dure après minuit certains samedis. Pouvez-vous me dire ce qui est prévu ?",
        },
        (_TAKE,),
    ),
    Story(
        "inscription-scolaire",
        ("Fatou", "Diallo", "11 rue de l’École"),
        {"child_family_name": "Diallo", "child_given_names": "Aminata", "level": "ce1", "school_wish": "sector"},
        (_TAKE,),
    ),
    Story(
        "inscription-scolaire",
        _CAMILLE,
        {"child_family_name": "Marchand", "child_given_names": "Noé", "level": "ce1", "school_wish": "sector"},
        (_TAKE, (AGENT, "ask_pieces", "Le justificatif joint a plus de trois mois.")),
        login=CITIZEN,
    ),
    Story(
        "saisine-mairie",
        ("Yvonne", "Kervella", "8 chemin du Lavoir"),
        {
            **_BY_POST,
            "topic": "question",
            "subject": "Aide pour sortir les poubelles",
            "message_body": "Je ne peux plus sortir mon bac. Existe-t-il une aide pour les personnes âgées ?",
        },
        (_TAKE,),
        login=HELPER,
        mandated=True,
    ),
    Story(
        "acte-naissance",
        ("Fernand", "Quilliou", "5 venelle du Lavoir"),
        {**_NAISSANCE, **_BY_POST, "act_type": "full", "kinship": "descendant"},
        entered=("counter", 0),
    ),
    Story(
        "saisine-mairie",
        ("Suzanne", "Malabry", "40 route de la Fontaine"),
        {
            **_BY_POST,
            "topic": "question",
            "subject": "Banc devant la salle des fêtes",
            "message_body": "Madame la maire, pourrait-on remettre le banc qui se trouvait devant la salle des fêtes ?",
        },
        (_TAKE,),
        entered=("post", 6),
    ),
]


def load(users: dict[str, User]) -> int:
    """File the demo requests when there is none yet; return how many. A citizen's safe holds a paper."""
    _keep_paper(users[CITIZEN].person)
    if Submission.objects.exists():
        return 0
    procedures = {p.slug: p for p in Procedure.objects.open().select_related("current_version", "department__place")}
    stories = [story for story in STORIES if story.slug in procedures]
    for story in stories:
        with transaction.atomic():
            _tell(story, procedures[story.slug], users)
    # A telephone call that was cut: the agent goes on when the person calls again.
    called = procedures["acte-deces"]
    _begin(called, _agent(users, called), "phone", 0)
    _sign(users[HELPER].person)
    return len(stories)


def _sign(helper: Person) -> None:
    """Let a neighbour's paper wait to be checked at the desk."""
    neighbour = Person.objects.create(given_names="Lucien", family_name="Barazer", birth_date="1938-02-17")
    waiting = Mandate.objects.create(
        principal=neighbour, helper=helper, evidence="paper", ends_at=timezone.now() + timedelta(days=183)
    )
    MandatePaper.objects.create(mandate=waiting, stored=stored_pdf("mandat-signe.pdf"))


def _agent(users: dict[str, User], procedure: Procedure) -> Actor:
    """Return the agent, in the sector of a procedure."""
    return Actor(user=users[AGENT], chosen_sector=procedure.department.sector_id)


def _begin(procedure: Procedure, agent: Actor, channel: str, days: int) -> Draft:
    """Let the agent enter a request for someone, received some days ago; what comes on paper is joined."""
    at, hour_known = timezone.localtime() - timedelta(days=days), channel != "post"
    received = entry.Received(
        channel,
        at if hour_known else at.replace(hour=0, minute=0, second=0, microsecond=0),
        hour_known=hour_known,
        reason="Lettre remise d’abord à un autre service." if days else "",
    )
    draft = entry.begin(uuid.uuid4(), procedure, by=agent, received=received)
    if channel == "post":
        DraftFile.objects.create(draft=draft, field_id=PAPER, stored=stored_pdf("lettre.pdf"))
    return draft


def _tell(story: Story, procedure: Procedure, users: dict[str, User]) -> None:
    channel, days = story.entered
    by = _agent(users, procedure) if channel else Actor(user=users.get(story.login))
    mandate = by.mandates[0] if story.mandated else None
    draft = _begin(procedure, by, channel, days) if channel else drafts.start(procedure, by.person, mandate=mandate)
    answers = plausible_answers(draft, {**_identity(story), **story.answers})
    for step in draft.version.definition.steps_for(answers):
        drafts.save_step(draft, step.id, {f.id: answers[f.id] for f in step.fields if f.id in answers})
    draft.pending = {}
    draft.save(update_fields=["pending"])
    submission = submit(draft, by=by)
    for login, key, words in story.steps:
        grounds = Grounds(law=_LAW, fact=_FACTS) if "refus" in key else None
        asking = _asking(words) if key == "ask_pieces" else None
        apply(submission, key, by=Actor(user=users[login]), words=words, grounds=grounds, asking=asking)
    if story.message:
        send(submission, story.message, by=Actor(proven_cases=frozenset({submission.reference})))


_LAW = "Article 30 du décret n° 2017-890 du 6 mai 2017 : une copie intégrale est réservée aux personnes qu’il nomme."
_FACTS = (
    "Vous avez indiqué être la personne concernée. L’acte demandé est celui d’Yvonne Kervella, "
    "et votre demande est faite au nom de Rose Delahaye."
)


def _asking(reason: str) -> Asking:
    """Return a request for a proof of address, as an agent asks for it."""
    wanted = Wanted("Justificatif de domicile", reason, "Article D. 131-3-1 du code de l’éducation")
    return Asking((wanted,), usual_deadline(timezone.localdate()))


def _identity(story: Story) -> Answers:
    given_names, family_name, street = story.names
    email = story.login or f"{re.sub('[^a-z]', '', family_name.lower())}@exemple.fr"
    return {
        "applicant_kind": "person",
        "applicant_given_names": given_names,
        "applicant_family_name": family_name,
        "applicant_address": {"street": street, **ADDRESS},
        "applicant_contact": "email",
        "applicant_email": email,
        "applicant_phone": None,
    }


def _keep_paper(person: Person) -> None:
    if person.papers.exists():
        return
    consents.give(person, Purpose.SAFE)
    stored = stored_pdf("justificatif-de-domicile.pdf")
    SafePaper.objects.create(
        person=person,
        stored=stored,
        kind=SafePaper.Kind.ADDRESS,
        name="Facture d’eau de septembre",
        expires_on=timezone.localdate() + timedelta(days=60),
    )
