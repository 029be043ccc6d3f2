"""The figures that the town publishes: taken once a month for the twelve months that have ended, so that a page reads rows."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from ..models import Procedure, QualitySnapshot, Submission, dropout, figures
from ..models.rating import first_of


def is_due() -> bool:
    """Say whether a month has ended whose figures are not taken; nothing is, before a procedure is listed."""
    month = first_of(first_of(timezone.localdate()) - timedelta(days=1))
    return not QualitySnapshot.objects.filter(month=month).exists() and Procedure.objects.listed().exists()


@transaction.atomic
def take() -> int:
    """Write the figures of the month that has ended, for each listed procedure; return how many. Once a month, whoever asks."""
    last = first_of(timezone.localdate()) - timedelta(days=1)
    month = first_of(last)
    if QualitySnapshot.objects.filter(month=month).exists():
        return 0
    first = last - timedelta(days=364)
    period = figures.Period(365, first, last + timedelta(days=1))
    rows, _spans = figures.by_procedure(Submission.objects.filter(received_at__lt=period.end), period)
    known = {one.key: one for one in rows}
    said = dropout.opinions(first, last)
    counts = dropout.begun(first, last)
    made = []
    for procedure in Procedure.objects.listed():
        one = known.get(procedure.pk, figures.Figures(procedure.title, procedure.pk))
        opinion = said.get(procedure.pk)
        made.append(
            QualitySnapshot(
                procedure=procedure,
                month=month,
                received=one.received,
                decided=one.decided,
                median_days=one.median_days,
                in_time_percent=one.in_time_percent,
                by_silence=one.by_silence,
                begun=counts[procedure.pk],
                sent=one.online,
                ratings=opinion.count if opinion else 0,
                satisfaction=opinion.satisfaction if opinion else None,
                clarity=opinion.clarity if opinion else None,
            )
        )
    return len(QualitySnapshot.objects.bulk_create(made, ignore_conflicts=True))
