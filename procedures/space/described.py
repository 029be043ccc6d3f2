"""What the town holds on a person, as plain values under French names: the content of donnees.json.

Names of agents are those that the person sees on the portal: who wrote to her, who signed a decision. Who read her
requests is told by department.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db.models import Q
from django.utils import timezone

from accounts.closing import addresses_of
from accounts.models import Mandate, Person, User
from accounts.profile import FIELDS
from journal.models import AccessLog, Event
from messaging.models import Delivery
from town import models as town

from ..definition.base import Answers
from ..definition.document import ProcedureDefinition
from ..lifecycle.mandate_mail import titles_of
from ..models import Draft, Notification, StoredFile, Submission
from .holdings import own_accesses

Describe = Callable[[StoredFile, str], dict[str, Any]]
_CHUNK = 50
_FIELDS = dict(
    zip(FIELDS, ("nom_de_naissance", "nom_d_usage", "prenoms", "date_de_naissance", "lieu_de_naissance"), strict=True)
)


def everything(person: Person, user: User, describe: Describe) -> Iterator[tuple[str, Any]]:
    """Yield each part of the file; ``describe`` says what a stored file is, and puts it in the archive."""
    yield "format", 1
    yield "commune", town.current().name
    yield "etabli_le", timezone.now()
    yield "profil", {french: getattr(person, name) for name, french in _FIELDS.items()}
    yield (
        "coordonnees",
        [
            {"type": point.kind, "valeur": point.value, "verifie_le": point.verified_at}
            for point in person.contact_points.all()
        ],
    )
    yield (
        "identites_certifiees",
        [
            {"service": one.service, "identite": one.claims, "verifiee_le": one.verified_at}
            for one in person.certified_identities.all()
        ],
    )
    yield "compte", _account(user)
    yield (
        "consentements",
        [
            {"pour": one.purpose, "donne_le": one.given_at, "retire_le": one.withdrawn_at}
            for one in person.consents.order_by("given_at")
        ],
    )
    yield "mandats", _told_mandates(person)
    yield (
        "papiers",
        [
            {
                "nom": paper.name,
                "nature": paper.get_kind_display(),
                "valable_jusqu_au": paper.expires_on,
                "fichier": describe(paper.stored, "papiers"),
            }
            for paper in person.papers.select_related("stored")
        ],
    )
    yield "brouillons", _drafts(person, describe)
    yield "demandes", _requests(person, describe)
    yield "envois", _deliveries(person, user)


def _account(user: User) -> dict[str, Any]:
    return {
        "cree_le": user.date_joined,
        "derniere_connexion": user.last_login,
        "adresses": [
            {"adresse": one.email, "verifiee": one.verified, "principale": one.primary}
            for one in EmailAddress.objects.filter(user=user)
        ],
        "deuxiemes_preuves": [
            {"type": one.type, "ajoutee_le": one.created_at, "servie_le": one.last_used_at}
            for one in Authenticator.objects.filter(user=user)
        ],
        "sessions": [
            {"depuis": one.created_at, "vue_le": one.last_seen_at, "adresse_ip": one.ip, "navigateur": one.user_agent}
            for one in UserSession.objects.filter(user=user)
        ],
        "connexions": [{"le": one.at, "action": one.action} for one in own_accesses(user).order_by("at")],
    }


def _mandates(person: Person) -> list[Mandate]:
    found = Mandate.objects.filter(Q(principal=person) | Q(helper=person))
    return list(found.select_related("principal", "helper", "structure").order_by("created_at"))


def _told_mandates(person: Person) -> list[dict[str, Any]]:
    held = _mandates(person)
    titles = titles_of(held)
    return [_mandate(one, person, titles.get(one.pk, [])) for one in held]


def _mandate(mandate: Mandate, person: Person, titles: list[str]) -> dict[str, Any]:
    given = mandate.principal_id == person.pk
    other = mandate.helper if given else mandate.principal
    return {
        "sens": "donné" if given else "reçu",
        "autre_personne": other.display_name if other else mandate.helper_email,
        "a_quel_titre": mandate.get_basis_display(),
        "lieu_d_aide": mandate.structure.name if mandate.structure else "",
        "association": mandate.organisation,
        "accord": mandate.get_evidence_display(),
        "demarches": titles or "toutes",
        "demande_le": mandate.created_at,
        "accepte_le": mandate.accepted_at,
        "refuse_le": mandate.refused_at,
        "jusqu_au": mandate.ends_at,
        "retire_le": mandate.revoked_at,
    }


def _answers(definition: ProcedureDefinition, answers: Answers) -> list[dict[str, Any]]:
    return [
        {"id": one.id, "question": one.name, "reponse": one.display(answers.get(one.id)), "valeur": answers.get(one.id)}
        for _step, _section, one in definition.sent(answers)
    ]


def _drafts(person: Person, describe: Describe) -> Iterator[dict[str, Any]]:
    found = Draft.objects.filter(person=person, submission=None).select_related("procedure", "version")
    for draft in found.prefetch_related("files__stored").iterator(chunk_size=_CHUNK):
        yield {
            "demarche": draft.procedure.title,
            "commence_le": draft.created_at,
            "enregistre_le": draft.updated_at,
            "garde_jusqu_au": draft.expires_at,
            "reponses": _answers(draft.definition, draft.answers),
            "saisies_a_corriger": draft.pending,
            "propose": draft.proposed,
            "fichiers": [describe(link.stored, "brouillons") for link in draft.files.all()],
        }


def _requests(person: Person, describe: Describe) -> Iterator[dict[str, Any]]:
    found = (
        Submission.objects.filter(person=person)
        .select_related("procedure", "version", "department", "applicant", "sent_on")
        .defer("version__content", "procedure__search_text", "search_text")
        .prefetch_related("answer_sets", "files__stored", "messages__files__stored", "documents__stored")
        .prefetch_related("decisions__notification__scan")
        .prefetch_related("silence_requests", "extensions", "opinions", "correction_requests__items")
        .prefetch_related("pieces_requests__items__waiting__stored")
        .order_by("received_at")
    )
    rows = found.iterator(chunk_size=_CHUNK)
    while chunk := list(islice(rows, _CHUNK)):
        keys = [submission.key for submission in chunk]
        events, looks = defaultdict(list), defaultdict(list)
        for event in Event.objects.filter(subject__in=keys).order_by("number"):
            events[event.subject].append(event)
        for look in AccessLog.objects.filter(subject__in=keys).order_by("at"):
            looks[look.subject].append({"le": look.at, "service": look.service, "action": look.action})
        for submission in chunk:
            yield {
                **of_request(submission, describe),
                "historique": history(submission, events[submission.key]),
                "consultations": looks[submission.key],
            }


def of_request(submission: Submission, describe: Describe) -> dict[str, Any]:
    """Return all that is held about one request, its history aside."""
    definition, folder = submission.version.definition, f"demandes/{submission.reference}"
    applicant = submission.applicant
    return {
        "numero": submission.reference,
        "demarche": submission.procedure.title,
        "service": submission.department.name,
        "recue_le": submission.received_at,
        "etat": definition.workflow.state(submission.state).citizen_label,
        "date_legale": submission.due_on,
        "decision_recue": dict(Notification.Way.choices)[submission.reached_by],
        "duree_de_conservation": definition.privacy.retention_text,
        "demandeur": {
            "nom_affiche": applicant.display_name,
            "nom": applicant.family_name,
            "prenoms": applicant.given_names,
            "organisme": applicant.organisation,
            "numero": applicant.registration,
            "courriel": applicant.email,
            "telephone": applicant.phone,
            "adresse": applicant.address,
        },
        "accuse_de_reception": submission.acknowledgement,
        "envois": [
            {
                "rang": sent.number,
                "le": sent.created_at,
                "reponses": _answers(definition, sent.answers),
                "origines": sent.sources,
            }
            for sent in submission.answer_sets.all()
        ],
        "fichiers": [describe(link.stored, folder) for link in submission.files.all()],
        "pieces_demandees": [
            {
                "le": asked.asked_on,
                "jusqu_au": asked.deadline,
                "pieces": [
                    {
                        "nom": piece.label,
                        "raison": piece.reason,
                        "texte": piece.legal_text,
                        "arrivee_le": piece.arrived_on,
                        "mots": piece.words,
                        "fichiers_choisis": [describe(link.stored, folder) for link in piece.waiting.all()],
                    }
                    for piece in asked.items.all()
                ],
            }
            for asked in submission.pieces_requests.all()
        ],
        "corrections_demandees": [
            {
                "le": asked.asked_on,
                "jusqu_au": asked.deadline,
                "reponses": [{"question": item.label, "raison": item.reason} for item in asked.items.all()],
            }
            for asked in submission.correction_requests.all()
        ],
        "delai_prolonge": [
            {"le": more.decided_on, "texte": more.basis, "raison": more.reason} for more in submission.extensions.all()
        ],
        # What prepares a decision is communicated once it is taken (CRPA L311-2).
        "avis": [
            {"de": one.body, "le": one.given_on, "sens": one.get_sense_display(), "texte": one.words}
            for one in submission.opinions.all()
            if one.given_on is not None and submission.is_over
        ],
        "transmise": _sent_on(submission),
        "apres_le_silence": [
            {
                "objet": asked.get_kind_display(),
                "demande_le": asked.asked_at,
                "repondu_le": asked.answered_at,
                "motifs_de_droit": asked.law_grounds,
                "motifs_de_fait": asked.fact_grounds,
                "par": [asked.author_name, asked.author_title, asked.author_service],
            }
            for asked in submission.silence_requests.all()
        ],
        "messages": [
            {
                "le": message.created_at,
                "de": message.author_name,
                "texte": message.body,
                "fichiers": [describe(link.stored, folder) for link in message.files.all()],
            }
            for message in submission.messages.all()
        ],
        "decisions": [
            {
                "le": decision.signed_at,
                "sens": decision.get_outcome_display(),
                "texte": decision.words,
                "motifs_de_droit": decision.law_grounds,
                "motifs_de_fait": decision.fact_grounds,
                "recours": decision.remedies,
                "retrait": decision.withdrawal,
                "signee_par": [decision.signer_name, decision.signer_title, decision.signer_service],
                "notification": {
                    "voie": decision.notification.get_way_display(),
                    "lue_le": decision.first_read_at,
                    "postee_le": decision.notification.posted_on,
                    "recue_le": decision.notification.received_on,
                    "fichiers": [describe(decision.notification.scan, folder)] if decision.notification.scan else [],
                },
            }
            # One that is prepared is no decision yet (CRPA L311-2).
            for decision in submission.decisions.all()
            if decision.signed_at is not None
        ],
        "documents": [
            describe(document.stored, folder) for document in submission.documents.all() if document.stored is not None
        ],
    }


def _sent_on(submission: Submission) -> dict[str, Any] | None:
    sent = getattr(submission, "sent_on", None)
    if sent is None:
        return None
    said = {"a": sent.authority, "adresse": sent.address, "raison": sent.reason}
    return {**said, "le": sent.sent_on, "recue_le": sent.received_on}


def history(submission: Submission, events: list[Event]) -> list[dict[str, Any]]:
    """Return what happened, in the citizen's words: the states that she was told of."""
    workflow, told = submission.version.definition.workflow, []
    for event in events:
        target = event.data.get("to") or event.data.get("state")
        state = workflow.state(target).citizen_label if target else ""
        told.append({"le": event.at, "fait": event.kind, "etat": state, "par": event.role})
    return told


def _deliveries(person: Person, user: User) -> Iterator[dict[str, Any]]:
    found = Delivery.objects.sent_to(person, addresses_of(user)).order_by("pk")
    for delivery in found.iterator(chunk_size=200):
        yield {
            "le": delivery.created_at,
            "parti_le": delivery.done_at,
            "adresse": delivery.address,
            "objet": delivery.subject,
            "texte": "" if delivery.secret else delivery.body,
            "lu_le": delivery.first_read_at,
        }
