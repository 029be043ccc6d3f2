"""The requests of the demonstration, filed and handled by invented people through the very verbs of the portal."""

import io
import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts import consents
from accounts.models import Person, Purpose, User
from accounts.permissions import Actor
from procedures.definition.base import Answers
from procedures.definition.bounds import bound
from procedures.definition.document import ProcedureDefinition
from procedures.definition.fields import ChoiceField, ChoicesField, DateField, Field, FileField, NumberField, TextField
from procedures.lifecycle import draft as drafts
from procedures.lifecycle.message import send
from procedures.lifecycle.submit import submit
from procedures.lifecycle.transition import Grounds, apply
from procedures.models import Draft, DraftFile, Procedure, SafePaper, StoredFile, Submission
from procedures.models.storage import store

CITIZEN, AGENT, SIGNATORY = "citoyen@exemple.fr", "agent@exemple.fr", "signataire@exemple.fr"
_ADDRESS = {"extra": "", "postcode": "99240", "city": "Val-de-Brume", "country": "France"}
_PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF\n"
)
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
    message: str = ""


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
    return len(stories)


def _tell(story: Story, procedure: Procedure, users: dict[str, User]) -> None:
    citizen = Actor(user=users.get(story.login))
    draft = drafts.start(procedure, citizen.person)
    answers = plausible_answers(draft, {**_identity(story), **story.answers})
    for step in draft.version.definition.steps_for(answers):
        drafts.save_step(draft, step.id, {f.id: answers[f.id] for f in step.fields if f.id in answers})
    draft.pending = {}
    draft.save(update_fields=["pending"])
    submission = submit(draft, by=citizen)
    for login, key, words in story.steps:
        grounds = Grounds(law=_LAW, fact=_FACTS) if "refus" in key else None
        apply(submission, key, by=Actor(user=users[login]), words=words, grounds=grounds)
    if story.message:
        send(submission, story.message, by=Actor(proven_cases=frozenset({submission.reference})))


_LAW = "Article 30 du décret n° 2017-890 du 6 mai 2017 : une copie intégrale est réservée aux personnes qu’il nomme."
_FACTS = (
    "Vous avez indiqué être la personne concernée. L’acte demandé est celui d’Yvonne Kervella, "
    "et votre demande est faite au nom de Rose Delahaye."
)


def _identity(story: Story) -> Answers:
    given_names, family_name, street = story.names
    email = story.login or f"{re.sub('[^a-z]', '', family_name.lower())}@exemple.fr"
    return {
        "applicant_kind": "person",
        "applicant_given_names": given_names,
        "applicant_family_name": family_name,
        "applicant_address": {"street": street, **_ADDRESS},
        "applicant_contact": "email",
        "applicant_email": email,
        "applicant_phone": None,
    }


def plausible_answers(draft: Draft, known: Answers) -> Answers:
    """Answer every question of a draft's definition: as ``known`` says, else with a plausible value of its type."""
    definition: ProcedureDefinition = draft.version.definition
    answers: Answers = {}
    # A new answer may open further questions: go over the form until nothing is left to answer.
    while missing := [question for _, _, question in definition.walk(answers) if question.id not in answers]:
        for question in missing:
            answers[question.id] = known[question.id] if question.id in known else _plausible(draft, question)
    return answers


def _plausible(draft: Draft, question: Field) -> Any:
    if isinstance(question, FileField):
        return _join(draft, question) if question.required else []
    if not question.required:
        return None
    if isinstance(question, ChoiceField):
        return question.options[0].value
    if isinstance(question, ChoicesField):
        return [option.value for option in question.options[: max(1, question.minimum)]]
    if isinstance(question, DateField):
        return _day(question)
    if isinstance(question, NumberField):
        return min(max(question.minimum, 1), question.maximum)
    if isinstance(question, TextField):
        candidates = ("Sans autre précision", "Dupré", "W990001234", "250269990012345", "21990001500012")
        return next((text for text in candidates if re.fullmatch(question.pattern or ".*", text)), "1")
    return {
        "amount": 150_000,
        "yes_no": False,
        "consent": True,
        "long_text": "Voici ce que nous pouvons en dire à ce jour.",
        "address": {"street": "14 rue des Tanneurs", **_ADDRESS},
        "email": "quelquun@exemple.fr",
        "phone": "+33639981234",
    }.get(question.type)


def _day(question: DateField) -> str:
    today = timezone.localdate()
    earliest, latest = bound(question.earliest, today), bound(question.latest, today)
    for day in (today + timedelta(days=30), today - timedelta(days=3), today - timedelta(days=8 * 365)):
        if (earliest is None or earliest <= day) and (latest is None or day <= latest):
            return day.isoformat()
    return (latest or earliest or today).isoformat()


def _keep_paper(person: Person) -> None:
    if person.papers.exists():
        return
    consents.give(person, Purpose.SAFE)
    stored = _stored("justificatif-de-domicile.pdf")
    SafePaper.objects.create(
        person=person,
        stored=stored,
        kind=SafePaper.Kind.ADDRESS,
        name="Facture d’eau de septembre",
        expires_on=timezone.localdate() + timedelta(days=60),
    )


def _join(draft: Draft, question: FileField) -> list[dict[str, object]]:
    stored = _stored(f"{question.id}.pdf")
    DraftFile.objects.create(draft=draft, field_id=question.id, stored=stored)
    return [stored.described()]


def _stored(name: str) -> StoredFile:
    return store(io.BytesIO(_PDF), name=name, content_type="application/pdf", scan=StoredFile.Scan.SKIPPED)
