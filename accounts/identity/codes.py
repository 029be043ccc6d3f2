"""Codes received by e-mail: each is judged three times at most, however many tries come at once."""

from typing import Any

from allauth.account import views
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from portal.kit.limits import count

from .same_work import read


class JudgedThrice:
    """Counts a try before the code is compared.

    allauth counts in the session, which requests sent together read before any of them has written: a thousand tries
    at once would each be the first.
    """

    request: HttpRequest
    _process: Any
    # The logins that the page reads where there is an account, and that a wrong code reads more.
    page_reads, wrong_reads = 0, 0

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Compare the code, or give the whole process up: another code must be asked for."""
        process = self._process
        # The moment tells one code from the next of the same session, whether the address has an account or not.
        tried = f"code:{request.session.session_key}:{process.state['at']}"
        if count(tried, seconds=process.timeout) > process.max_attempts:
            process.abort()
            adapter = get_adapter()
            adapter.add_message(request, messages.ERROR, message=adapter.error_messages["too_many_login_attempts"])
            return redirect("account_login")
        response: HttpResponseBase = super().post(request, *args, **kwargs)  # type: ignore[misc]
        return response

    def get_form_kwargs(self) -> dict[str, Any]:
        """Read as much where there is no account."""
        read(logins=0 if "user_id" in self._process.state else self.page_reads)
        kwargs: dict[str, Any] = super().get_form_kwargs()  # type: ignore[misc]
        return kwargs

    def form_invalid(self, form: Any) -> HttpResponseBase:
        """Read as much where there is no account."""
        read(logins=0 if "user_id" in self._process.state else self.wrong_reads)
        response: HttpResponseBase = super().form_invalid(form)  # type: ignore[misc]
        return response


class SignInCode(JudgedThrice, views.ConfirmLoginCodeView):  # type: ignore[misc]
    """The code that signs in."""

    page_reads = 1


class PasswordCode(JudgedThrice, views.ConfirmPasswordResetCodeView):  # type: ignore[misc]
    """The code that gives a new password."""

    wrong_reads = 1


sign_in = SignInCode.as_view()
password = PasswordCode.as_view()
