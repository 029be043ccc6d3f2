"""Following a request without an account, by a code."""

import hmac
import secrets
import time
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.kit.limits import too_many

from ..definition.reference import normalise_code, normalise_reference
from ..lifecycle.follow import send_code
from ..models import Submission
from . import session

_CODE_SECONDS = 15 * 60
_CODE_TRIES = 5
_HOURLY = 30


class FollowForm(forms.Form):
    """The number of a request, and the code printed on a paper receipt if there is one."""

    reference = forms.CharField(
        label=gettext_lazy("Number of your request"),
        help_text=gettext_lazy("It is on your receipt, for example 2026-K7QM-4TZ8-3."),
        max_length=40,
        error_messages={"required": gettext_lazy("Write the number of your request.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Follow-up code"),
        help_text=gettext_lazy(
            "Only if you have no e-mail address: it is printed on your receipt, for example 7H2F-9XRD."
        ),
        max_length=20,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"

    def clean_reference(self) -> str:
        """Accept a number however it is typed; a wrong symbol is told at once."""
        reference = normalise_reference(self.cleaned_data["reference"])
        if reference is None:
            raise forms.ValidationError(
                _("This number is not complete, or a character is wrong. Check it on your receipt.")
            )
        return reference


@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Ask for the number; send a code by e-mail, or show the status to the bearer of a follow-up code."""
    form = FollowForm(request.POST or None)
    if request.method != "POST":
        return render(request, "filing/follow.html", {"form": form})
    if too_many(request, "follow", limit=_HOURLY, seconds=3600):
        return render(request, "filing/too_many.html", status=429)
    if not form.is_valid():
        return render(request, "filing/follow.html", {"form": form}, status=422)
    reference, code = form.cleaned_data["reference"], form.cleaned_data["code"]
    found = (
        Submission.objects.select_related("version", "procedure", "department__place", "applicant")
        .filter(reference=reference, eliminated_at=None)
        .first()
    )
    if code:
        if found is None or not hmac.compare_digest(found.follow_code, normalise_code(code) or ""):
            form.add_error("code", _("This number and this code do not go together. Check both on your receipt."))
            return render(request, "filing/follow.html", {"form": form}, status=422)
        state = found.version.definition.workflow.state(found.state)
        return render(
            request, "filing/status.html", {"submission": found, "state": state, "department": found.department}
        )
    # The same page and the same words whether the number exists or not: nobody learns who filed.
    digits = f"{secrets.randbelow(10**8):08d}"
    request.session["follow"] = {
        "reference": reference,
        "digest": _digest(digits),
        "until": time.time() + _CODE_SECONDS,
        "tries": 0,
    }
    if found is not None:
        send_code(found, digits)
    return redirect("filing:follow_code")


def _digest(digits: str) -> str:
    return salted_hmac("filing.follow", digits).hexdigest()


class CodeForm(forms.Form):
    """The code received by e-mail."""

    code = forms.CharField(
        label=gettext_lazy("Code received by e-mail"),
        help_text=gettext_lazy("8 figures, valid for 15 minutes."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
        error_messages={"required": gettext_lazy("Write the code that we sent you.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """Open the request to the bearer of the code, for this browser session."""
    asked = request.session.get("follow")
    if not asked or asked["until"] < time.time() or asked["tries"] >= _CODE_TRIES:
        request.session.pop("follow", None)
        return redirect("filing:follow")
    form = CodeForm(request.POST or None)
    if request.method != "POST":
        return render(request, "filing/follow_code.html", {"form": form})
    status = 422
    if form.is_valid():
        digits = "".join(char for char in form.cleaned_data["code"] if char.isdigit())
        if (
            hmac.compare_digest(asked["digest"], _digest(digits))
            and Submission.objects.filter(reference=asked["reference"]).exists()
        ):
            del request.session["follow"]
            request.session.cycle_key()
            session.prove_case(request, asked["reference"])
            return redirect("filing:case", asked["reference"])
        request.session["follow"] = {**asked, "tries": asked["tries"] + 1}
        form.add_error("code", _("This code is not the one we sent, or it is too old. Check it, or ask for a new one."))
    return render(request, "filing/follow_code.html", {"form": form}, status=status)
