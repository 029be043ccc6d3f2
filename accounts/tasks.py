"""What the worker does for the accounts: invitations that can no longer serve are forgotten."""

from .team import invitations


def sweep() -> int:
    """Remove the invitations that served, were cancelled or expired long ago; return how many."""
    return invitations.purge()
