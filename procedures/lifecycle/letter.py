"""What the letter of a decision says before its reasons: the template of its procedure, filled from what was sent."""

from datetime import date

from django.utils import timezone

from portal.kit.moments import day_in_words
from town import models as town

from ..definition.fields.address import lines
from ..definition.letter import ANSWER, Part, compose, letter_for
from ..definition.workflow import Transition
from ..models import Submission


def body(submission: Submission, transition: Transition, day: date | None = None) -> list[Part]:
    """Return the body of the letter that a transition makes, as of a day (today by default).

    Where the procedure has no template for it: the opening that it gives for such an answer, as one block.
    """
    letters, outcome = submission.version.definition.letters, transition.outcome or ""
    letter = letter_for(letters.templates, outcome, transition.id)
    if letter is None:
        opening = letters.opening(outcome)
        return [{"heading": "", "text": opening}] if opening else []
    answers = answers_of(submission)
    return compose(letter, values(submission, answers, day or today()), answers)


def answers_of(submission: Submission) -> dict[str, object]:
    """Return the answers as they were last sent."""
    sent = submission.answer_sets.order_by("-number").first()
    return sent.answers if sent else {}


def today() -> date:
    """Return the day of a letter that is written now."""
    return timezone.localdate()


def values(submission: Submission, answers: dict[str, object], day: date) -> dict[str, str]:
    """Return what each chip stands for: plain words, as a receipt would print them."""
    service, applicant, definition = submission.department, submission.applicant, submission.version.definition
    found = {
        "demande.numero": submission.reference,
        "demande.demarche": definition.title,
        "demande.recue_le": day_in_words(timezone.localdate(submission.received_at)),
        "personne.nom": applicant.display_name,
        "personne.adresse": ", ".join(lines(applicant.address)),
        "service.nom": service.name,
        "service.telephone": service.phone,
        "service.courriel": service.email,
        "commune.nom": town.current().name,
        "jour": day_in_words(day),
    }
    for name, field in definition.fields.items():
        found[f"{ANSWER}{name}"] = ", ".join(text for _name, text in field.entries(answers.get(name)) if text)
    return found
