"""allauth's questions, where ours ask a little more: no look-alike address, and the same work whoever has an account."""

import secrets
from typing import Any

from allauth.account import forms as stock
from allauth.account.fields import EmailField
from django.db import transaction
from django.http import HttpRequest

from ..models import User
from .lookalikes import refuse_lookalikes
from .same_work import read


class AddressField(EmailField):  # type: ignore[misc]
    """An e-mail address to be written to."""

    def clean(self, value: Any) -> str:
        """Return the address in lower case; ValidationError in the words that help most."""
        typed = str(value or "").strip()
        # What has a space in it, or no @, is no address at all: the field says so.
        if "@" in typed and len(typed.split()) == 1:
            refuse_lookalikes(typed)
        cleaned: str = super().clean(typed)
        return cleaned


class _AsksAddress:
    fields: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"] = AddressField(label=self.fields["email"].label)


class AddForm(_AsksAddress, stock.AddEmailForm):  # type: ignore[misc]
    """Another address for one's account."""


class AddressCodeForm(stock.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    """The code that an address received; when the address is another account's, the page that comes next asks whose."""

    def clean_code(self) -> str:
        """Return the right code; ValidationError for another."""
        code: str = super(stock.ConfirmEmailVerificationCodeForm, self).clean_code()
        return code


class SignInCodeForm(_AsksAddress, stock.RequestLoginCodeForm):  # type: ignore[misc]
    """Where to send a code to sign in."""

    def clean_email(self) -> str:
        """Return the address; an unknown one is looked for in two places, a known one in as many."""
        email: str = super().clean_email()
        read(logins=1 if self._user else 0)
        return email


class PasswordCodeForm(_AsksAddress, stock.ResetPasswordForm):  # type: ignore[misc]
    """Where to send a code that gives a new password."""

    def clean_email(self) -> str:
        """Return the address; an unknown one is looked for in two places, a known one in as many."""
        email: str = super().clean_email()
        read(logins=1 if self.users else 0)
        return email


class SignUpForm(_AsksAddress, stock.SignupForm):  # type: ignore[misc]
    """A new account; an address that has one costs the same work, of which nothing stays."""

    def try_save(self, request: HttpRequest) -> Any:
        """Make the account, or as much work: how long the answer takes tells nothing."""
        if self.account_already_exists:
            self._pretend(request)
        return super().try_save(request)

    def save(self, request: HttpRequest) -> User:
        """Make the login, its person and its address, all or none."""
        with transaction.atomic():
            user: User = super().save(request)
        return user

    def _pretend(self, request: HttpRequest) -> None:
        address = self.cleaned_data["email"]
        self.account_already_exists, self.cleaned_data["email"] = False, f"{secrets.token_hex(16)}@example.invalid"
        try:
            with transaction.atomic():
                super().save(request)
                transaction.set_rollback(True)
            # What the page of the code then reads of a new account.
            read(logins=1, addresses=3)
        finally:
            self.account_already_exists, self.cleaned_data["email"] = True, address
