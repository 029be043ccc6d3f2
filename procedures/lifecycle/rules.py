"""The rules of a procedure at work: to whom a request goes when it is filed, and what happens by itself later.

Each is done once for each time that it is due, in a transaction of its own, and told in the timeline under its name.
"""

import logging
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Absence, Role, User
from accounts.permissions import Actor
from journal import models as journal
from town.models import Department

from ..definition.base import Answers
from ..definition.conditions import applies
from ..definition.document import ProcedureDefinition
from ..definition.rules import Rule
from ..models import Label, LabelMark, Mention, Note, Procedure, ProcedureVersion, RuleRun, Submission
from ..models.case import SubmissionQuerySet
from . import colleague_mail, colleagues, label, notify, transition

RULE = "rule"
OPEN = ("submitted", "under_review", "awaiting_citizen")
_MOST_TOLD = 12
_log = logging.getLogger(__name__)


def department_for(procedure: Procedure, definition: ProcedureDefinition, answers: Answers) -> Department:
    """Return the department that a request goes to by its answers; the procedure's own where no rule says otherwise.

    A service that the town does not have, of another legal entity, or in which nobody would treat it, leaves it there:
    nothing is lost.
    """
    for rule in definition.rules:
        if rule.on == "filed" and rule.do == "route" and applies(rule.when, answers):
            wanted = Department.objects.filter(
                slug__in={rule.to, rule.to.replace("_", "-")}, entity=procedure.department.entity_id
            )
            found = wanted.select_related("place", "entity").first()
            if found is not None and colleagues.treated_in(procedure, found):
                return found
    return procedure.department


def at_filing(submission: Submission, definition: ProcedureDefinition, answers: Answers) -> None:
    """Do what the rules want of a request that has just been filed. In the caller's transaction."""
    for rule in definition.rules:
        if rule.on == "filed" and rule.do != "route" and applies(rule.when, answers):
            try:
                # A rule that fails takes no filing with it.
                with transaction.atomic():
                    RuleRun.objects.create(submission=submission, rule=rule.id, about="filed")
                    _do(submission, rule)
            except Exception:
                _log.exception("rule %s failed on %s", rule.id, submission.reference)


def may_be_due() -> bool:
    """Say whether a request is open: rules do nothing to the others."""
    return Submission.objects.filter(status__in=OPEN).exists()


def run_due(limit: int = 500) -> int:
    """Do what rules want of the requests that have waited, or whose date comes; return how many. Safe to run again."""
    done = 0
    waiting = Submission.objects.filter(status__in=OPEN).order_by().values("version").distinct()
    for version in list(ProcedureVersion.objects.filter(pk__in=waiting).select_related("procedure")):
        for rule in version.definition.rules:
            if rule.on != "filed":
                for submission in list(_due(version, rule)[: limit - done]):
                    done += _tried(submission, rule)
            if done >= limit:
                return done
    return done


def _due(version: ProcedureVersion, rule: Rule) -> SubmissionQuerySet:
    """Return the requests on which a rule is due and was not done for this stay or this date, conditions aside."""
    runs = RuleRun.objects.filter(submission=OuterRef("pk"), rule=rule.id)
    found = Submission.objects.filter(version=version, status__in=OPEN, outcome_by="").order_by("pk")
    if rule.on == "state":
        until = timezone.now() - timedelta(days=rule.days)
        came = Q(state_since__lte=until) | Q(state_since=None, received_at__lte=until)
        # Done since it came to the state: a run is never older than what made it due.
        since = Coalesce(OuterRef("state_since"), OuterRef("received_at"))
        return found.filter(came, state=rule.state).exclude(Exists(runs.filter(at__gte=since)))
    last = timezone.localdate() + timedelta(days=rule.days)
    found = found.filter(due_on__lte=last)
    return found.exclude(Exists(runs.filter(about=Cast(OuterRef("due_on"), CharField()))))


def _tried(submission: Submission, rule: Rule) -> bool:
    """Do one rule on one request; a failure is logged, and holds up no other."""
    since = submission.state_since or submission.received_at
    about = since.isoformat() if rule.on == "state" else f"{submission.due_on}"
    try:
        return _once(submission, rule, about)
    except IntegrityError:
        # Another worker was first.
        return False
    except Exception:
        _log.exception("rule %s failed on %s", rule.id, submission.reference)
        return False


@transaction.atomic
def _once(submission: Submission, rule: Rule, about: str) -> bool:
    current = transition.locked(submission.reference)
    if current.state != submission.state or current.is_over:
        return False
    RuleRun.objects.create(submission=current, rule=rule.id, about=about[:40])
    sent = current.answer_sets.order_by("-number").first()
    if applies(rule.when, sent.answers if sent else {}):
        _do(current, rule)
    return True


def _do(submission: Submission, rule: Rule) -> None:
    """Do what a rule says, and write it in the journal under its name."""
    data = {"rule": rule.id, "did": rule.do}
    match rule.do:
        case "label":
            name, folded = label.named(rule.to)
            made, _new = Label.objects.get_or_create(
                department=submission.department, folded=folded, defaults={"name": name}
            )
            LabelMark.objects.get_or_create(label=made, submission=submission)
        case "assign":
            chosen = least_loaded(submission)
            if chosen is None or submission.assigned_to_id is not None:
                return
            submission.assigned_to = chosen
            submission.save(update_fields=["assigned_to"])
            data["after"] = chosen.key
        case "remind":
            wanted = [submission.assigned_to] if submission.assigned_to else colleagues.followers(submission)
            _ask_to_look(submission, rule, wanted)
        case "escalate":
            team = colleagues.team(submission)
            _ask_to_look(submission, rule, [user for user, roles in team.items() if Role.HEAD in roles])
        case "move":
            transition.apply(submission, rule.to, by=Actor(), rule=rule.id)
            return
        case "tell":
            notify.citizen(
                submission,
                RULE,
                key=f"rule:{rule.id}:{submission.public_id}:{submission.rule_runs.filter(rule=rule.id).count()}",
                subject=_("About your request"),
                sentence=rule.to,
            )
    journal.append(submission.key, RULE, role="system", data=data)


def least_loaded(submission: Submission) -> User | None:
    """Return who follows the fewest open requests of the department, of those who are there today; None where nobody is."""
    away = set(Absence.objects.in_force().values_list("user", flat=True))
    there = [user for user in colleagues.followers(submission) if user.pk not in away]
    open_now = Submission.objects.filter(status__in=OPEN, assigned_to__in=there).order_by()
    load = dict(open_now.values_list("assigned_to").annotate(n=Count("pk")))
    # The first by name, of those who have as few.
    return min(there, key=lambda user: load.get(user.pk, 0), default=None)


def _ask_to_look(submission: Submission, rule: Rule, wanted: list[User]) -> None:
    """Leave a note in the name of the rule: it waits in the day of each, and each gets a mail."""
    made = Note.objects.create(submission=submission, author=None, author_name=rule.title[:300], body=rule.title)
    for user in wanted[:_MOST_TOLD]:
        Mention.objects.create(note=made, user=user)
        colleague_mail.tell(made, user)
