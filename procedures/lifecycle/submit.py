"""Filing: one transaction makes the reference, the frozen answers, the acknowledgement, the first event and what is owed."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Mandate
from accounts.permissions import Actor
from journal import models as journal

from .. import permissions
from ..definition.applicant import display_name
from ..definition.base import Answers
from ..definition.document import ProcedureDefinition
from ..definition.fields import FileField
from ..definition.lookups import Context
from ..definition.reference import new_code, new_reference
from ..models import AnswerFile, AnswerSet, Applicant, Draft, DraftFile, Submission
from ..models.lookups import TownLookups
from . import acknowledgement, clock, entry, notify, rules, sending
from . import edition as editions
from .draft import blocked_step, files_of, locked


class IncompleteDraft(Exception):
    """A step is not done; ``step_id`` names the first one."""

    def __init__(self, step_id: str) -> None:
        super().__init__(step_id)
        self.step_id = step_id


class ProcedureClosed(Exception):
    """The procedure was closed or withdrawn while the person was filling it; the draft is kept."""


class MandateEnded(Exception):
    """Whoever sends for someone else may no longer do so; the draft stays the person's."""


@transaction.atomic
def submit(draft: Draft, *, by: Actor) -> Submission:
    """File a draft and return the request; a second call returns the same request.

    Raises IncompleteDraft, ProcedureClosed, EditionFull and MandateEnded, and for what an agent enters PermissionDenied and
    OriginIncomplete; then nothing is written.
    """
    draft = locked(draft.public_id, whole=True)
    if draft.submission is not None:
        return draft.submission
    procedure, definition = draft.procedure, draft.definition
    mandate = _mandate(draft, by)
    if not draft.is_open:
        raise ProcedureClosed
    traced = draft.trace()
    for here in traced.steps:
        if not here.passed(draft.unsettled):
            raise IncompleteDraft(here.step.id)
    context = Context(today=draft.today, answers=traced.kept, lookups=TownLookups())
    for step, _section, field in traced.questions():
        # An entry of the town's tables may have expired since the step was answered.
        if field.still_valid(traced.kept.get(field.id), context):
            raise IncompleteDraft(step.id)
    links = files_of(draft, traced)
    blocked = blocked_step(traced, links)
    if blocked is not None:
        raise IncompleteDraft(blocked)

    entered = entry.submitted_by(draft, by) if draft.is_entered else {}
    told = permissions.told(mandate) if mandate else {}
    rank = editions.take_place(draft.edition) if draft.edition is not None else None
    now = timezone.now()
    received_at = draft.received_at or now
    answers = traced.kept
    start = definition.workflow.state(definition.workflow.start)
    reference = _fresh_reference()
    department = rules.department_for(procedure, definition, answers)
    submission = Submission(
        reference=reference,
        procedure=procedure,
        version=draft.version,
        department=department,
        person=draft.person,
        mandate=mandate,
        edition=draft.edition,
        waiting_rank=rank,
        channel=draft.channel,
        entered_by=by.user if draft.is_entered else None,
        late_reason=draft.late_reason,
        received_at=received_at,
        hour_known=draft.hour_known,
        recorded_at=now,
        state=start.id,
        status=start.status,
        acknowledgement=acknowledgement.compose(
            definition,
            department,
            received_at,
            hour_known=draft.hour_known,
            waits=rank is not None,
            mandate=mandate,
        ),
        search_text=sending.search_text(reference, definition, answers),
        follow_code=new_code(),
    )
    clock.recompute(submission)
    submission.save()
    applicant = _applicant(submission, answers)
    sources = {
        name: known["source"]
        for name, known in draft.proposed.items()
        if name in answers and answers[name] == known["value"]
    }
    sent = sending.add_answers(submission, answers, origin=AnswerSet.Origin.FILING, by=by, sources=sources)
    entry.move_papers(draft, submission)
    _move_files(draft, links, submission, definition, answers)
    sending.write_facets(submission, definition, answers)
    event = journal.append(
        submission.key,
        "submitted",
        actor=by.key,
        role="agent" if draft.is_entered else "applicant",
        at=now,
        data={"version": draft.version.digest, "answers": sent.digest, "state": start.id, **entered, **told},
    )
    sending.owe_receipt(submission, sent, event)
    submission.applicant = applicant
    notify.citizen(
        submission,
        "receipt",
        key=f"receipt:{submission.public_id}",
        subject=_("We have received your request"),
        sentence=f"Nous avons reçu votre demande le {submission.acknowledgement['received_words']}. "
        f"{submission.acknowledgement['silence']}",
    )
    rules.at_filing(submission, definition, answers)
    draft.answers, draft.pending, draft.proposed, draft.submission = {}, {}, {}, submission
    draft.save(update_fields=["answers", "pending", "proposed", "submission"])
    return submission


def _mandate(draft: Draft, by: Actor) -> Mandate | None:
    """Return the mandate under which it is sent: none where the person herself sends what was begun for her."""
    if draft.mandate is None or (by.person is not None and by.person.pk == draft.person_id):
        return None
    held = permissions.draft_mandate(by, draft)
    if held is None:
        raise MandateEnded
    return held


def _fresh_reference() -> str:
    year = timezone.localdate().year
    while Submission.objects.filter(reference=(reference := new_reference(year))).exists():
        pass
    return reference


def _applicant(submission: Submission, answers: Answers) -> Applicant:
    return Applicant.objects.create(
        submission=submission,
        kind=answers.get("applicant_kind") or "person",
        display_name=display_name(answers),
        family_name=answers.get("applicant_family_name") or "",
        given_names=answers.get("applicant_given_names") or "",
        organisation=answers.get("applicant_organisation") or "",
        registration=answers.get("applicant_rna") or answers.get("applicant_siret") or "",
        email=answers.get("applicant_email") or "",
        phone=answers.get("applicant_phone") or "",
        address=answers.get("applicant_address"),
    )


def _move_files(
    draft: Draft, links: list[DraftFile], submission: Submission, definition: ProcedureDefinition, answers: Answers
) -> None:
    kept = {item["id"] for _, _, field in definition.sent(answers) for item in field.files(answers[field.id])}
    short_lived = {
        field.id for field in definition.every_field.values() if isinstance(field, FileField) and field.is_short_lived
    }
    AnswerFile.objects.bulk_create(
        AnswerFile(
            submission=submission,
            field_id=link.field_id,
            stored=link.stored,
            # A file of a row is named "group-2-field".
            until_decision=link.field_id.rsplit("-", 1)[-1] in short_lived,
        )
        for link in links
        if str(link.stored.public_id) in kept
    )
    # Files of questions that no longer apply lose their link; the sweep of orphans removes their bytes.
    draft.files.all().delete()
