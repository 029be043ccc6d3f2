"""Who is behind a session: the login and its person, read together."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.models import AbstractBaseUser

from .models import User


class LoginBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, with the human being in the query that every page of hers makes anyway."""

    def get_user(self, user_id: Any) -> AbstractBaseUser | None:
        """Return the active login with this key, its ``person`` loaded; None where there is none."""
        user = User.objects.select_related("person").filter(pk=user_id).first()
        return user if user is not None and self.user_can_authenticate(user) else None
