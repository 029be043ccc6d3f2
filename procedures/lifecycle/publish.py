"""Publishing: a definition becomes an immutable version, if nothing blocks it."""

import hashlib
from datetime import date

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permissions import Actor
from journal import models as journal
from portal.kit.text import fold

from ..definition.checks import blocking_problems
from ..definition.document import ProcedureDefinition
from ..definition.upgrade import canonical, dump
from ..models import Procedure, ProcedureVersion
from . import configured


class CannotPublish(Exception):
    """What blocks a publication, one sentence each."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


def must_be_reviewed(definition: ProcedureDefinition) -> bool:
    """Say whether publication needs the name of who validated the law of it; a demonstration decides nothing."""
    return definition.legal.review == "needed" and not settings.DEMO_MODE


@transaction.atomic
def publish(
    procedure: Procedure,
    definition: ProcedureDefinition,
    *,
    by: Actor,
    reviewed_by: str = "",
    reviewed_on: date | None = None,
    reason: str = "",
) -> ProcedureVersion:
    """Publish ``definition`` as the next version of ``procedure`` and make it current.

    Raises CannotPublish with every blocking fault. A definition whose law is uncertain needs, outside demo mode, the
    name of who validated it and the day.
    """
    problems = [str(problem) for problem in blocking_problems(definition)]
    if must_be_reviewed(definition) and not (reviewed_by and reviewed_on):
        problems.append(_("legal block: this procedure needs a legal review; name who validated it, and when"))
    if problems:
        raise CannotPublish(problems)
    content = canonical(dump(definition))
    last = procedure.versions.order_by("-number").first()
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=last.number + 1 if last else 1,
        content=content,
        digest=hashlib.sha256(content.encode()).hexdigest(),
        published_at=timezone.now(),
        published_by=by.user,
        legal_review_by=reviewed_by,
        legal_review_on=reviewed_on,
        reason=reason[:300],
    )
    procedure.current_version = version
    procedure.title, procedure.theme = definition.title, definition.theme
    procedure.search_text = fold(
        " ".join([definition.title, definition.summary, definition.theme, *definition.keywords, definition.who_may_ask])
    )
    procedure.save()
    journal.append(
        f"version:{version.public_id}",
        "published",
        actor=by.key,
        role="procedure_admin",
        data={"digest": version.digest, "number": version.number},
    )
    configured.note(f"procedure:{procedure.public_id}", by)
    return version
