"""A step as its person will see it: every question in view, each condition said in words; nothing is kept."""

from typing import Any

from django.utils import timezone

from ..definition.document import ProcedureDefinition, Step
from ..definition.lookups import Context
from ..definition.step_form import StepForm
from ..models.lookups import TownLookups


class PreviewForm(StepForm):
    """The true controls of a step, whatever was answered before."""

    def may_apply(self, node: Any) -> bool:
        """Show every question."""
        return True

    def is_local(self, node: Any) -> bool:
        """Say each condition in words."""
        return node.when is not None


def of(definition: ProcedureDefinition, step: Step) -> PreviewForm:
    """Return the form of a step, to be looked at."""
    context = Context(today=timezone.localdate(), lookups=TownLookups(), say=definition.say)
    return PreviewForm(step=step, context=context, auto_id="p-%s")
