"""What allauth asks of us: addresses in lower case, a person behind each new login, no enumeration."""

import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from journal.models import record_access
from town import models as town

from ..models import DESK_ROLES, Person, Role, User
from ..permissions import Actor

_FRESH_SECONDS = 300


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Give the new login its person."""
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            Person.objects.get_or_create(user=saved)
        return saved

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead those who work at the desk to it, administrators to their team, and everyone else to her own requests."""
        if isinstance(request.user, User):
            actor = Actor(user=request.user)
            if actor.has_any(DESK_ROLES):
                return reverse("desk:home")
            if actor.has_any((Role.TOWN_ADMIN,)):
                return reverse("studio:team")
        url: str = super().get_login_redirect_url(request)
        return url

    def post_login(self, request: HttpRequest, user: User, **details: Any) -> Any:
        """Write down that this login was used."""
        key = f"user:{user.public_id}"
        record_access("sign_in", key, actor=key)
        return super().post_login(request, user, **details)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down a sign-in that failed: one row, whether the address has an account or not."""
        email = str(credentials.get("email", "")).strip().lower()
        found = User.objects.filter(email=email).first()
        record_access("sign_in_failed", "sign-in", actor=f"user:{found.public_id}" if found else "anonymous")
        super().authentication_failed(request, **credentials)

    def is_reauthentication_required(self, *, app: str) -> bool:
        """Ask for the proof again before a change of security, unless it was given less than five minutes ago."""
        request = context.request
        records = get_authentication_records(request, request.user) if request.user.is_authenticated else []
        return not any(time.time() - record["at"] < _FRESH_SECONDS for record in records)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send plain text only: our mails have no HTML part."""
        message = self.render_mail(template_prefix, email, context)
        message.send()


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_totp_issuer(self) -> str:
        """Name the town in the person's application."""
        return town.current().name

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Tie passkeys to the portal's public name, which outlives servers; without one (demo, tests), to the host asked."""
        public = urlsplit(settings.PUBLIC_URL)
        host = public.hostname if public.scheme == "https" else None
        return {"id": host or context.request.get_host().partition(":")[0], "name": town.current().name}

    def get_public_key_credential_user_entity(self, user: User) -> dict[str, Any]:
        """Name the account on the device as the person knows it: by its address."""
        entity: dict[str, Any] = super().get_public_key_credential_user_entity(user)
        return entity | {"display_name": str(user), "name": str(user)}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def generate_state_param(self, state: dict[str, Any]) -> str:
        """Return a state of 43 characters: ProConnect refuses one under 32."""
        return secrets.token_urlsafe(32)
