"""A dozen fictitious requests in various states, filed through the same verbs as any other."""

from typing import Any

from accounts.models import Person, User
from accounts.permissions import Actor

from ..definition.base import Answers
from ..definition.document import ProcedureDefinition
from ..definition.fields import ChoiceField, FileField
from ..lifecycle import draft as drafts
from ..lifecycle.submit import submit
from ..lifecycle.transition import Grounds, apply
from ..models import Procedure, Submission

# (family name, given names, street): none of them exists.
_NAMES = [
    ("Kervella", "Yvonne", "3 rue des Lavoirs"),
    ("N’Diaye-Martin", "Aïcha", "8 impasse du Four"),
    ("O", "Jean", "21 chemin des Meuniers"),
    ("Étienne", "Zoé", "5 place du Puits"),
    ("da Silva", "Maria", "17 rue Haute"),
    ("Le Bihan", "Élodie", "2 quai des Brumes"),
]
_REASONS = Grounds(
    law="Article 30 du décret n° 2017-890 du 6 mai 2017.",
    fact="La personne concernée n’est pas née dans la commune : aucun acte n’y est conservé.",
    words="Vous pouvez vous adresser à la mairie du lieu de naissance.",
)
_STORIES: list[list[str]] = [
    [],
    ["take_charge"],
    ["take_charge", "ask_correction"],
    ["take_charge", "propose_refusal"],
    ["take_charge", "propose_grant", "grant"],
    ["take_charge", "propose_refusal", "refuse"],
]


def load() -> None:
    """File the requests, once."""
    if Submission.objects.exists():
        return
    agent, signatory = (_actor(email) for email in ("agent@exemple.fr", "signataire@exemple.fr"))
    citizen = Person.objects.filter(user__email="citoyen@exemple.fr").first()
    procedures = list(Procedure.objects.open().select_related("current_version").order_by("slug"))
    for index, procedure in enumerate(procedures[:6] * 2):
        if procedure.current_version is None:
            continue
        definition = procedure.current_version.definition
        answers = _answers(definition, index)
        if answers is None:
            continue
        draft = drafts.start(procedure, citizen if index % 3 == 0 else None)
        draft.answers, draft.pending = answers, {}
        draft.save()
        submission = submit(draft, by=Actor())
        for key in _STORIES[index % len(_STORIES)]:
            if not any(transition.id == key for transition in definition.workflow.leaving(submission.state)):
                break
            by = signatory if key in {"grant", "refuse"} else agent
            words = "Pouvez-vous vérifier la date ? Les autres réponses sont bonnes."
            submission = apply(submission, key, by=by, words=words, grounds=_REASONS)


def _actor(email: str) -> Actor:
    return Actor(user=User.objects.get(email=email))


def _answers(definition: ProcedureDefinition, index: int) -> Answers | None:
    """Answer every question that applies; None when one of them wants a file, which nobody can invent."""
    family, given, street = _NAMES[index % len(_NAMES)]
    answers: Answers = {
        "applicant_family_name": family,
        "applicant_given_names": given,
        "applicant_address": {
            "street": street,
            "extra": "",
            "postcode": "99240",
            "city": "Val-de-Brume",
            "country": "France",
        },
        "applicant_contact": "email",
        "applicant_email": f"personne{index}@exemple.fr",
    }
    while True:
        missing = next((f for _, _, f in definition.walk(answers) if f.id not in answers), None)
        if missing is None:
            return answers
        if isinstance(missing, FileField) and missing.required:
            return None
        answers[missing.id] = _answer(missing, index) if missing.required else None


def _answer(field: Any, index: int) -> Any:
    if isinstance(field, ChoiceField):
        return field.options[index % len(field.options)].value
    today = {"date": "2026-12-15" if field.type == "date" and not getattr(field, "latest", "") else "1988-05-12"}
    simple = {
        "text": "Exemple",
        "long_text": "Ceci est un exemple inventé pour la démonstration.",
        "email": "exemple@exemple.fr",
        "phone": "+33639981234",
        "number": max(1, getattr(field, "minimum", 1)),
        "amount": max(10_000, getattr(field, "minimum_cents", 0)),
        "yes_no": False,
        "consent": True,
        "address": {
            "street": "1 rue Basse",
            "extra": "",
            "postcode": "99240",
            "city": "Val-de-Brume",
            "country": "France",
        },
        **today,
    }
    if field.type == "choices":
        return [option.value for option in field.options[: max(1, field.minimum)]]
    return simple.get(field.type)
