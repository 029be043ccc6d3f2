"""The public page that says whether the town issued a document."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from portal.kit.limits import too_many
from portal.kit.widgets import Files
from procedures.documents import verify as documents

_LIMIT, _SECONDS = 20, 600
_LARGEST = 20 * 1024 * 1024


class CodeForm(forms.Form):
    """The number and the code that a receipt carries."""

    numero = forms.CharField(
        label=gettext_lazy("Number of the request"),
        help_text=gettext_lazy("For example 2026-K7QM-4TZ8-3."),
        max_length=40,
        error_messages={"required": gettext_lazy("Write the number printed on the receipt.")},
    )
    code = forms.CharField(
        label=gettext_lazy("Verification code"),
        help_text=gettext_lazy("For example 7H2F-9XRD."),
        max_length=20,
        error_messages={"required": gettext_lazy("Write the verification code printed on the receipt.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        for field in self.fields.values():
            field.widget.attrs["autocomplete"] = "off"


class FileForm(forms.Form):
    """The PDF itself."""

    pdf = forms.Field(  # a list of files, as the kit's control reads them
        label=gettext_lazy("The PDF to verify"),
        help_text=gettext_lazy("It is compared, then forgotten: nothing is kept."),
        widget=Files(attrs={"accept": ".pdf"}),
        error_messages={"required": gettext_lazy("Choose the PDF to verify.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "v-%s", **kwargs})

    def clean_pdf(self) -> UploadedFile[Any]:
        """Take the first file; nothing that we issue is as heavy as the limit."""
        upload: UploadedFile[Any] = self.cleaned_data["pdf"][0]
        if (upload.size or 0) > _LARGEST:
            raise forms.ValidationError(
                _("This file is too large to come from us: nothing that we issue weighs so much.")
            )
        return upload


@require_http_methods(["GET", "HEAD", "POST"])
def verify(request: HttpRequest) -> HttpResponse:
    """Answer for a number and code (the address that the QR code holds), or for an uploaded PDF."""
    asked = "numero" in request.GET or "code" in request.GET
    by_code = CodeForm(request.GET if asked else None)
    by_file = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()
    verdict, status = None, 200
    if asked or request.method == "POST":
        if too_many(request, "verify", limit=_LIMIT, seconds=_SECONDS):
            return render(request, "filing/too_many.html", status=429)
        if request.method == "POST":
            if by_file.is_valid():
                verdict = documents.by_bytes(by_file.cleaned_data["pdf"].read())
            else:
                status = 422
        elif by_code.is_valid():
            verdict = documents.by_code(by_code.cleaned_data["numero"], by_code.cleaned_data["code"])
    return render(
        request,
        "pages/verify.html",
        {"by_code": by_code, "by_file": by_file, "verdict": verdict, "form": by_file if status == 422 else by_code},
        status=status,
    )
