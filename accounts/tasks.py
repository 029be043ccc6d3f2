"""What the worker does for the accounts: invitations that can no longer serve and old absences are forgotten."""

from .team import absences, invitations


def sweep() -> int:
    """Remove what is not kept: invitations that served or expired, absences long over; return how many."""
    return invitations.purge() + absences.purge()
