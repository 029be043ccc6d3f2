"""What allauth asks of us: addresses in lower case, a person behind each new login, no enumeration."""

import secrets
import time
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.stagekit import unstash_login
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.urls import reverse

from journal.models import record_access
from town import models as town

from ..closing import addresses_of
from ..models import DESK_ROLES, Person, Role, User
from ..permissions import Actor
from . import tries
from .lookalikes import refuse_lookalikes
from .same_work import read

_FRESH_SECONDS = 300
# Where a code proves something new (an address, an application, a key), and a wrong one opens nothing.
_ENROLMENTS = {"account_email_verification_sent", "mfa_activate_totp", "mfa_add_webauthn"}


def _note_wrong_proof(code: str) -> None:
    """Write down a code or a passkey that failed, under the login that is signed in or was about to be.

    A wrong password, asked the first time or again, is written by ``authentication_failed``.
    """
    if code != "incorrect_code" or context.request.resolver_match.url_name in _ENROLMENTS:
        return
    user = context.request.user
    if not isinstance(user, User):
        pending = unstash_login(context.request, peek=True)
        user = pending.user if pending else None
        read(logins=0 if user else 1)
    record_access("sign_in_failed", "sign-in", actor=user.key if isinstance(user, User) else "anonymous")


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Give the new login its person."""
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            Person.objects.get_or_create(user=saved)
        return saved

    def clean_email(self, email: str) -> str:
        """Return an address that is taken for no other, whichever page asks it; ValidationError otherwise."""
        refuse_lookalikes(email)
        return email

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Tell of a change; the address that was removed is told too: whoever reads it may not have wanted it."""
        super().send_notification_mail(template_prefix, user, context, email)
        removed = (context or {}).get("deleted_email")
        if removed:
            super().send_notification_mail(template_prefix, user, context, removed)

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        """Lead those who work at the desk to it, administrators to their team, and everyone else to her own requests."""
        # Whoever has no role of her own stands in for nobody either: one short question for most people.
        if isinstance(request.user, User) and request.user.memberships.exists():
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

    def respond_user_inactive(self, request: HttpRequest, user: User) -> Any:
        """Write down that a closed login was tried with a code asked before it closed; the page says whom to call."""
        record_access("sign_in_failed", "sign-in", actor=user.key)
        return super().respond_user_inactive(request, user)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count a try of a password before it is judged; ValidationError for one too many.

        In place of allauth's count, which takes sixteen statements for a right password and its lock on top.
        """
        if tries.too_many(request, str(credentials.get("email", ""))):
            raise self.validation_error("too_many_login_attempts")

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Return whose password this is, if anyone's; a closed login is refused as a wrong password is."""
        user: User | None = super().authenticate(request, **credentials)
        if user is None:
            return None
        if not user.is_active:
            self.authentication_failed(request, **credentials)
            return None
        tries.was_right(request, str(credentials.get("email", "")))
        return user

    def set_password(self, user: User, password: str) -> None:
        """Replace a password; the wrong ones tried before were tries of the old one."""
        super().set_password(user, password)
        for email in addresses_of(user):
            tries.was_changed(email)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Write down a sign-in that failed: one row, whether the address has an account or not."""
        email = str(credentials.get("email", "")).strip().lower()
        found = User.objects.filter(email=email).first()
        record_access("sign_in_failed", "sign-in", actor=f"user:{found.public_id}" if found else "anonymous")
        # allauth looks for an address that nobody proved in one more place.
        read(logins=1 if found else 0)
        super().authentication_failed(request, **credentials)

    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Write down a wrong proof, and say it."""
        _note_wrong_proof(code)
        error: ValidationError = super().validation_error(code, *args)
        return error

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
    def validation_error(self, code: str, *args: Any) -> ValidationError:
        """Write down a wrong proof, and say it."""
        _note_wrong_proof(code)
        error: ValidationError = super().validation_error(code, *args)
        return error

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
