"""What people say of a procedure, and how far they come in it: counts, and words that name nobody once the request is gone."""

from datetime import date

from django.db import connection, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department

from .case import Submission
from .procedure import Procedure, ProcedureVersion


class Rating(models.Model):
    """One answer to "how did it go?": at the end of a filing, or once the request is over."""

    class Moment(models.TextChoices):
        FILING = "filing", _("after the filing")
        OVER = "over", _("once it was over")

    class Score(models.IntegerChoices):
        VERY_BADLY = 1, _("very badly")
        BADLY = 2, _("badly")
        SO_SO = 3, _("neither well nor badly")
        WELL = 4, _("well")
        VERY_WELL = 5, _("very well")

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="ratings")
    version = models.ForeignKey(ProcedureVersion, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="+")
    # So that one request has one answer of each moment; gone with the request, as its words are.
    submission = models.ForeignKey(Submission, on_delete=models.SET_NULL, null=True, related_name="ratings")
    moment = models.CharField(max_length=8, choices=Moment.choices)
    score = models.PositiveSmallIntegerField(_("how it went"), choices=Score.choices)
    clear = models.PositiveSmallIntegerField(_("how clear it was"), choices=Score.choices, null=True, blank=True)
    words = models.TextField(_("words"), blank=True)
    given_on = models.DateField(default=timezone.localdate)
    # Who names someone in her words is not shown to colleagues.
    hidden_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("answer on a procedure")
        verbose_name_plural = _("answers on procedures")
        constraints = [
            models.UniqueConstraint(fields=["submission", "moment"], name="rating_once"),
            models.CheckConstraint(condition=models.Q(score__range=(1, 5)), name="rating_score"),
        ]
        indexes = [
            models.Index(
                fields=["department", "-given_on", "-id"],
                name="rating_words",
                condition=~models.Q(words="") & models.Q(hidden_at=None),
            ),
            models.Index(fields=["given_on"], name="rating_day"),
        ]

    def __str__(self) -> str:
        return f"{self.score}/5"


class StepCount(models.Model):
    """How many drafts passed a step for the first time on a day; "" counts those begun that day and gone since.

    Those that are there count by themselves, and those sent are requests.
    """

    BEGUN = ""

    version = models.ForeignKey(ProcedureVersion, on_delete=models.CASCADE, related_name="step_counts")
    step = models.CharField(max_length=48, blank=True)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("count of a step")
        verbose_name_plural = _("counts of steps")
        constraints = [models.UniqueConstraint(fields=["version", "step", "day"], name="step_count_once")]
        indexes = [models.Index(fields=["day"], name="step_count_day")]

    def __str__(self) -> str:
        return f"{self.step} {self.day}"

    @classmethod
    def add(cls, version_id: int, step: str, day: date | None = None) -> None:
        """Count one more draft, on a day (today); one statement, so that two at once are two."""
        table = connection.ops.quote_name(cls._meta.db_table)
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {table} (version_id, step, day, count) VALUES (%s, %s, %s, 1) "  # noqa: S608 our own name
                f"ON CONFLICT (version_id, step, day) DO UPDATE SET count = {table}.count + 1",
                [version_id, step, (day or timezone.localdate()).isoformat()],
            )


class QualitySnapshot(models.Model):
    """The figures of a procedure over the twelve months that ended with a month: what the public page shows."""

    procedure = models.ForeignKey(Procedure, on_delete=models.CASCADE, related_name="snapshots")
    # Its first day.
    month = models.DateField()
    received = models.PositiveIntegerField()
    decided = models.PositiveIntegerField()
    median_days = models.PositiveIntegerField(null=True)
    in_time_percent = models.PositiveSmallIntegerField(null=True)
    by_silence = models.PositiveIntegerField()
    begun = models.PositiveIntegerField()
    sent = models.PositiveIntegerField()
    ratings = models.PositiveIntegerField()
    # Of 100: the mean of what people answered.
    satisfaction = models.PositiveSmallIntegerField(null=True)
    clarity = models.PositiveSmallIntegerField(null=True)

    class Meta:
        verbose_name = _("figures of a procedure")
        verbose_name_plural = _("figures of procedures")
        constraints = [models.UniqueConstraint(fields=["procedure", "month"], name="snapshot_once")]
        indexes = [models.Index(fields=["-month", "-received"], name="snapshot_shown")]

    def __str__(self) -> str:
        return f"{self.procedure_id} {self.month}"


def first_of(day: date) -> date:
    """Return the first day of the month of ``day``."""
    return day.replace(day=1)
