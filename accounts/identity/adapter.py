"""What allauth asks of us: addresses in lower case, a person behind each new login, no enumeration."""

import secrets
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from ..models import Person, Role, User
from ..permissions import Actor

_DESK_ROLES = (Role.AGENT, Role.HEAD, Role.SIGNATORY, Role.AUDITOR)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Give the new login its person."""
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            Person.objects.get_or_create(user=saved)
        return saved

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead those who work at the desk to it, and everyone else to her own requests."""
        if isinstance(request.user, User) and Actor(user=request.user).has_any(_DESK_ROLES):
            return reverse("desk:home")
        url: str = super().get_login_redirect_url(request)
        return url

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send plain text only: our mails have no HTML part."""
        message = self.render_mail(template_prefix, email, context)
        message.send()


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def generate_state_param(self, state: dict[str, Any]) -> str:
        """Return a state of 43 characters: ProConnect refuses one under 32."""
        return secrets.token_urlsafe(32)
