"""Passkeys: a key of a phone or a computer, which opens the account alone or as its second factor (W3C WebAuthn 2)."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import Login
from allauth.account.utils import get_next_redirect_url
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as stock
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth, flows
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from fido2.utils import websafe_encode

from ..models import User

# What reading an answer that no browser wrote may raise.
_UNREADABLE = (TypeError, ValueError, KeyError, AttributeError)


def _refused() -> ValidationError:
    # The same words whatever is wrong: they tell nothing of what keys an account has.
    return ValidationError(
        _("This passkey was not recognised. Try again, or choose another way to sign in."), code="passkey_refused"
    )


class _AnswerForm(forms.Form):
    """What the browser's key answered to our challenge; each challenge is judged once, right or wrong."""

    def clean_credential(self) -> Authenticator:
        """Return the key that answered; ValidationError for an answer that is unreadable, forged, replayed or unknown."""
        try:
            found: Authenticator = super().clean_credential()  # type: ignore[misc]
            if not found.user.is_active:
                raise get_adapter().validation_error("incorrect_code")
        except _UNREADABLE:
            raise _refused() from None
        except ValidationError as error:
            raise _refused() if error.code == "incorrect_code" else error from None
        finally:
            auth.clear_state()
        return found


class SignInForm(_AnswerForm, stock.LoginWebAuthnForm):  # type: ignore[misc]
    """A passkey alone: its person is verified by the device (its PIN, a finger, a face)."""


class SecondFactorForm(_AnswerForm, stock.AuthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey after a password or a code."""


class ConfirmForm(_AnswerForm, stock.ReauthenticateWebAuthnForm):  # type: ignore[misc]
    """A passkey, to prove again that it is you."""


class _NameForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Name of this passkey"),
        help_text=gettext_lazy("To tell it from the others, for example: my phone."),
        max_length=60,
        error_messages={"required": gettext_lazy("Give this passkey a name.")},
    )


class RenameForm(_NameForm, stock.EditWebAuthnForm):  # type: ignore[misc]
    """Another name for a passkey."""


class AddForm(_NameForm):
    """A new passkey and its name."""

    credential = forms.JSONField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)
        # The device has made the key before the name is read: it is not refused for a name.
        self.fields["name"].required = False

    def clean_name(self) -> str:
        """Return the name given, or a plain one."""
        return self.cleaned_data["name"] or _("Passkey")

    def clean(self) -> dict[str, Any]:
        """Verify the new key; ValidationError when it is not one, or when it opens an account already."""
        cleaned = super().clean() or {}
        credential = cleaned.get("credential")
        # What is not even JSON is said of the whole form: nobody can correct a hidden control.
        self.errors.pop("credential", None)
        if not credential:
            raise ValidationError(_("Your browser made no passkey: it needs JavaScript, and a secure address."))
        try:
            auth.parse_registration_response(credential)
            made = auth.complete_registration(credential).credential_data
            key = websafe_encode(made.credential_id)
        except (*_UNREADABLE, ValidationError):
            raise _refused() from None
        finally:
            auth.clear_state()
        if Authenticator.objects.filter(type=Authenticator.Type.WEBAUTHN, data__credential__id=key).exists():
            raise ValidationError(_("This passkey already opens an account."), code="passkey_known")
        cleaned["credential"] = credential | {"id": key, "rawId": key}
        return cleaned


class Add(views.AddWebAuthnView):  # type: ignore[misc]
    """Adding a passkey proves the second factor of this very session: the device has just verified its person."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for a key that can open the account alone, and that verifies its person."""
        context: dict[str, Any] = super().get_context_data(**kwargs) | kwargs
        context["js_data"] = auth.begin_registration(self.request.user, passwordless=True)
        return context

    def form_valid(self, form: Any) -> HttpResponse:
        """Keep the key, and note that it was shown."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type=Authenticator.Type.WEBAUTHN)
        return response

    def get_success_url(self) -> str:
        """Show the recovery codes first; else go back to the work that asked for the factor."""
        wanted = self.request.GET.get("next", "")
        url: str = super().get_success_url()
        if self.did_generate_recovery_codes or not url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}):
            return url
        return str(wanted)


class SignIn(views.LoginWebAuthnView):  # type: ignore[misc]
    """Signing in with a passkey alone."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Sign in, and go where the person was going, if it is here."""
        key: Authenticator = form.cleaned_data["credential"]
        login = Login(user=key.user, redirect_url=get_next_redirect_url(self.request))
        response: HttpResponse = flows.perform_passwordless_login(self.request, key, login)
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        """Go back to the sign-in page and say it there."""
        for error in form.errors.get("credential", [_refused().message]):
            messages.warning(self.request, error)
        wanted = get_next_redirect_url(self.request)
        return redirect(reverse("account_login") + ("?" + urlencode({"next": wanted}) if wanted else ""))


class Confirm(views.ReauthenticateWebAuthnView):  # type: ignore[misc]
    """Proving again that it is you, with a passkey."""

    def form_invalid(self, form: Any) -> HttpResponse:
        """Say on the page itself that it was not recognised."""
        response: HttpResponse = self.render_to_response(self.get_context_data() | {"form": form})
        return response


add = Add.as_view()
sign_in = SignIn.as_view()
confirm = Confirm.as_view()
