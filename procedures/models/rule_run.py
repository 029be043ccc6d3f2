"""What a rule has done to a request, so that it is done once for each time that it is due."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .case import Submission


class RuleRun(models.Model):
    """One rule on one request, for one stay in a state, one legal date, or its filing."""

    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, related_name="rule_runs")
    rule = models.CharField(max_length=48)
    # What made it due: "filed", the moment it came to the state, or the legal date.
    about = models.CharField(max_length=40)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("rule applied")
        verbose_name_plural = _("rules applied")
        constraints = [models.UniqueConstraint(fields=["submission", "rule", "about"], name="rule_run_once")]

    def __str__(self) -> str:
        return self.rule
