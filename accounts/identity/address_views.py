"""The addresses of one's account: added with a code that they receive, changed and removed by who proves that it is she."""

from typing import Any

from allauth.account import views
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from ..models import User
from .addresses import holder, keep_proof, release
from .codes import JudgedThrice
from .proof import proved_again


class ConfirmAddress(JudgedThrice, views.ConfirmEmailVerificationCodeView):  # type: ignore[misc]
    """The code that an address received, at sign-up or when it is added."""

    page_reads = 2

    def _verify_form_valid(self, form: Any) -> HttpResponse:
        """Add the address, and tell those that were there before; ask first where it is another account's.

        Nothing said of that account before the code was right: until then an address that has one is as any other.
        """
        user = self.request.user
        if not isinstance(user, User):
            response: HttpResponse = super()._verify_form_valid(form)
            return response
        email = self._process.email
        while (other := holder(email, besides=user)) and release(other):
            pass
        if other:
            self._process.abort()
            keep_proof(self.request, user, email, other)
            return redirect("space:same_person")
        known = EmailAddress.objects.filter(user=user, verified=True).exclude(email=email)
        before = list(known.values_list("email", flat=True))
        response = super()._verify_form_valid(form)
        for address in before:
            get_adapter().send_notification_mail("account/email/email_added", user, {"added": email}, email=address)
        return response


@login_required
@proved_again
def addresses(request: HttpRequest) -> Any:
    """Show the addresses; each change of them waits for the proof that it is she."""
    return views.email(request)


confirm = never_cache(ConfirmAddress.as_view())
