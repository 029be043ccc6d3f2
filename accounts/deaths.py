"""A person who has died, on the side of the accounts: her login opens no more, and opens again after a mistake."""

from allauth.account.models import EmailAddress

from .models import Person, User
from .team.factors import close_sessions


def close_login(person: Person) -> bool:
    """Shut the login of a person and end its sessions; say whether it was open. Needs a transaction.

    Nothing of it is removed: recorded for the wrong person, it opens again as it was.
    """
    user = _login(person)
    if user is None or not user.is_active:
        return False
    user.is_active = False
    user.save(update_fields=["is_active"])
    close_sessions(user)
    return True


def open_login(person: Person) -> bool:
    """Open the login of a person again; say whether there is one. Needs a transaction."""
    user = _login(person)
    if user is None:
        return False
    user.is_active = True
    user.save(update_fields=["is_active"])
    return True


def _login(person: Person) -> User | None:
    return User.objects.select_for_update().filter(person=person).first()


def died_at(address: str) -> bool:
    """Say whether an address is one that the login of someone who has died had proven."""
    proven = EmailAddress.objects.filter(email=address.lower(), verified=True)
    return bool(proven.filter(user__person__died_on__isnull=False).exists())
