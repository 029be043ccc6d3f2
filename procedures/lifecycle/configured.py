"""Who changed what the town offers: written among the accesses that auditors read (RGPD-10)."""

from accounts.models import Role
from accounts.permissions import Actor
from journal.models import record_access


def note(subject: str, by: Actor) -> None:
    """Write down that ``by``, or a command of the terminal, changed a procedure or a block of fields."""
    if by.user is None:
        record_access("configure", subject, actor="terminal", role="system")
    else:
        record_access("configure", subject, actor=by.key, role=Role.PROCEDURE_ADMIN)
