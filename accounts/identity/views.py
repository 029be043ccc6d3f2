"""Where our pages of security do a little more than allauth's."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.totp.views import ActivateTOTPView
from django.http import HttpResponse
from django.utils.http import url_has_allowed_host_and_scheme


class AddApplication(ActivateTOTPView):  # type: ignore[misc]
    """The code that adds an application proves the second factor of this very session."""

    def form_valid(self, form: Any) -> HttpResponse:
        """Add the application, and note that its code was given."""
        response: HttpResponse = super().form_valid(form)
        record_authentication(self.request, self.request.user, method="mfa", type="totp")
        return response

    def get_success_url(self) -> str:
        """Show the recovery codes first; else go back to the work that asked for the factor."""
        wanted = self.request.GET.get("next", "")
        url: str = super().get_success_url()
        if self.did_generate_recovery_codes or not url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}):
            return url
        return str(wanted)


add_application = AddApplication.as_view()
