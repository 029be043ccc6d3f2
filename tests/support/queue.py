"""Run what waits in the task queue, in this process, as the worker would."""

from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.signing import SignedPackage

ENOUGH = 1000


def drain() -> int:
    """Run every queued task, those that they queue too; return how many ran. A task's exception is raised."""
    for ran in range(ENOUGH):
        row = OrmQ.objects.order_by("pk").first()
        if row is None:
            return ran
        task = SignedPackage.loads(row.payload)
        row.delete()
        function = task["func"] if callable(task["func"]) else import_string(task["func"])
        function(*task["args"], **task["kwargs"])
    raise AssertionError(f"The queue never empties: {ENOUGH} tasks ran.")
