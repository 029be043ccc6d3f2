"""What a decision says and who signs it: reasons of law and of fact, and an author who is named (L211-5, L212-1)."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor

from ..models import Decision, Submission

# The shortest statement of facts that says something of the case (L211-5: a stock phrase is not enough).
SHORTEST_FACTS = 40


class MissingWords(Exception):
    """Something the law or the workflow wants is empty; ``field`` names it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


@dataclass(frozen=True)
class Grounds:
    """What a decision says: reasons of law and of fact (L211-5), and words to the person."""

    law: str = ""
    fact: str = ""
    words: str = ""


def complete(grounds: Grounds | None, *, reasoned: bool) -> Grounds:
    """Return the grounds; MissingWords where the law wants reasons and one of them is not there."""
    grounds = grounds or Grounds()
    if reasoned:
        if not grounds.law.strip():
            raise MissingWords("law", _("Name the rule that is applied, with its article (L211-5)."))
        if len(grounds.fact.strip()) < SHORTEST_FACTS:
            raise MissingWords(
                "fact",
                _("Say the facts of this case in at least %(count)d characters: a stock phrase is not enough (L211-5).")
                % {"count": SHORTEST_FACTS},
            )
    return grounds


def must_name(submission: Submission, by: Actor) -> None:
    """Refuse a signature whose author has no first name, surname or title: it is not sent without (L212-1)."""
    membership = by.membership_for(submission.department_id, "signatory", submission.procedure.public_id)
    person = by.person
    if membership is None or person is None or not (person.family_name and person.given_names and membership.title):
        raise MissingWords("signer", _("Your first name, surname and title must be recorded before you sign (L212-1)."))


def sign(decision: Decision, by: Actor) -> None:
    """Sign a decision, once its author is known to be named; an adverse one bears its remedies. Raises MissingWords."""
    submission = decision.submission
    must_name(submission, by)
    membership = by.membership_for(submission.department_id, "signatory", submission.procedure.public_id)
    assert membership is not None, "she is named"  # noqa: S101
    assert by.person is not None, "she is named"  # noqa: S101
    remedies = submission.acknowledgement.get("remedies", [])
    if decision.adverse and not remedies:
        raise MissingWords(
            "remedies",
            _("This decision needs its remedies: complete the procedure first (R421-5)."),
        )
    decision.remedies = remedies if decision.adverse else []
    decision.signed_by, decision.signed_at = by.user, timezone.now()
    decision.signer_name = by.person.display_name
    decision.signer_title = membership.title
    decision.signer_service = membership.department.name
    decision.signer_authority = membership.authority
    decision.save()
