"""What the link of an invitation opens: who invites to what, and the way in; said politely when it opens nothing."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress
from allauth.account.utils import perform_login
from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.kit.limits import too_many

from ..identity.oidc.services import service
from ..identity.passwords import EntropyValidator
from ..identity.session_key import renew
from ..models import Invitation, Person, User
from .invitations import accept, belongs_to, find
from .rules import Refusal


class NewLogin(forms.Form):
    """The login of someone who was invited: her address is known, and proven by the link."""

    given_names = forms.CharField(
        label=gettext_lazy("Given names"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "given-name"}),
        error_messages={"required": gettext_lazy("Write your given names: decisions and messages bear them.")},
    )
    family_name = forms.CharField(
        label=gettext_lazy("Family name"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "family-name"}),
        error_messages={"required": gettext_lazy("Write your family name: decisions and messages bear it.")},
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        error_messages={"required": gettext_lazy("Choose a password.")},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        super().__init__(*args, **kwargs)
        self.email = email
        self.fields["password"].help_text = EntropyValidator().get_help_text()

    def clean_password(self) -> str:
        """Hold the password to the rules of the house (CNIL 2022-100)."""
        password: str = self.cleaned_data["password"]
        validate_password(password, User(email=self.email))
        return password


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show an invitation to whoever has its link, and let the person it names accept it, once."""
    if too_many(request, "invitation", limit=60, seconds=3600):
        return render(request, "filing/too_many.html", status=429)
    found = find(token)
    if found is None or not found.is_open:
        return _closed(request, found)
    user = request.user
    if isinstance(user, User):
        return _signed_in(request, found, user)
    if _has_login(found.email):
        return _draw(request, "sign_in", found)
    form = NewLogin(request.POST if request.method == "POST" else None, email=found.email)
    if request.method == "POST" and form.is_valid():
        return _begin(request, found, form)
    return _draw(request, "create", found, form=form, status=422 if form.errors else 200)


def _signed_in(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    if not belongs_to(found, user):
        return _draw(request, "other", found, status=403)
    if request.method != "POST":
        return _draw(request, "accept", found)
    try:
        accept(found, user)
    except Refusal:
        return _closed(request, find_again(found))
    renew(request, user)
    _welcome(request, found)
    return redirect(get_adapter().get_login_redirect_url(request))


def _begin(request: HttpRequest, found: Invitation, form: NewLogin) -> HttpResponse:
    """Make the login and its membership at once, and sign in; the second factor is asked before the desk opens."""
    given = form.cleaned_data
    try:
        with transaction.atomic():
            user = User.objects.create_user(found.email, given["password"])
            # Whoever has the link has read the mail that was sent to this very address.
            EmailAddress.objects.create(user=user, email=found.email, verified=True, primary=True)
            Person.objects.create(user=user, given_names=given["given_names"], family_name=given["family_name"])
            accept(found, user)
    except Refusal:
        return _closed(request, find_again(found))
    except IntegrityError:
        # Two sendings at once: the other one made the login.
        return _draw(request, "sign_in", found)
    _welcome(request, found)
    record_authentication(request, user, method="password", email=user.email)
    response: HttpResponse = perform_login(request, user, email_verification="none")
    return response


def find_again(found: Invitation) -> Invitation | None:
    """Return the invitation as it stands now."""
    return Invitation.objects.select_related("department__entity").filter(pk=found.pk).first()


def _has_login(email: str) -> bool:
    return (
        User.objects.filter(email=email).exists()
        or EmailAddress.objects.filter(email__iexact=email, verified=True).exists()
    )


def _welcome(request: HttpRequest, found: Invitation) -> None:
    messages.success(
        request,
        _("Welcome: you now work with “%(department)s”, as %(role)s.")
        % {"department": found.department.name, "role": found.get_role_display()},
    )


def _closed(request: HttpRequest, found: Invitation | None) -> HttpResponse:
    """Say why a link opens nothing, without a word about who was invited to what."""
    if found is None:
        title, status = _("This invitation link does not exist"), 404
        text = _("Check that the whole address was copied. A newer invitation may have replaced it.")
    elif found.used_at is not None:
        title, status = _("This invitation has already been used"), 410
        text = _("It works once. If you used it yourself, sign in. If not, tell whoever invited you at once.")
    elif found.cancelled_at is not None:
        title, status = _("This invitation was cancelled"), 410
        text = _("Ask whoever invited you for a new one if you still need it.")
    else:
        title, status = _("This invitation has expired"), 410
        text = _("Ask whoever invited you to send it again: it takes one click.")
    return render(request, "account/invitation/closed.html", {"title": title, "text": text}, status=status)


def _draw(
    request: HttpRequest, name: str, found: Invitation, *, form: NewLogin | None = None, status: int = 200
) -> HttpResponse:
    context = {"invitation": found, "form": form, "proconnect": service("proconnect"), "here": request.path}
    return render(request, f"account/invitation/{name}.html", context, status=status)
