"""What a person asks once silence has decided on her request: the attestation, or the reasons."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of

from ..lifecycle import silence_asks
from ..lifecycle.transition import StaleAction
from ..models import Document, SilenceRequest
from ..models.storage import download
from .case_views import load

# What the address says, in French.
_ASKED = {"attestation": SilenceRequest.Kind.ATTESTATION, "motifs": SilenceRequest.Kind.REASONS}


@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, reference: str, what: str) -> HttpResponse:
    """Ask for it, once; a GET leads to the request."""
    submission = load(request, reference)
    if what not in _ASKED:
        raise Http404
    here = redirect("filing:case", submission.reference)
    if request.method != "POST":
        return here
    try:
        asked = silence_asks.ask(submission, _ASKED[what], by=actor_of(request))
    except StaleAction:
        messages.warning(request, _("Your request has changed meanwhile: here is where it stands now."))
        return here
    if asked.kind == SilenceRequest.Kind.REASONS:
        messages.success(request, _("The department has been asked for the reasons: it has one month to give them."))
    elif asked.answered_at:
        messages.success(request, _("Your attestation is being made: it will be in your documents in a minute."))
    else:
        messages.success(request, _("The department has been asked for the attestation: it checks first."))
    return here


@require_safe
def attestation(request: HttpRequest, reference: str) -> HttpResponseBase:
    """Download the attestation, once it is made."""
    submission = load(request, reference)
    document = submission.documents.filter(kind=Document.Kind.ATTESTATION).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    return download(document.stored, document.stored.name)
