"""The reads that one of two cases costs and the other does not: made all the same, so that the time tells nothing."""

from allauth.account.models import EmailAddress

from ..models import User


def read(*, logins: int = 0, addresses: int = 0) -> None:
    """Ask the database for logins and addresses that are not there, by their keys."""
    for _ in range(logins):
        User.objects.filter(pk=0).first()
    for _ in range(addresses):
        EmailAddress.objects.filter(user_id=0).first()
