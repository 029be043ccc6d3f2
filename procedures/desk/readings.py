"""One unusual reading: what it is about, and what an auditor found when she looked into it."""

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import sent
from accounts.permissions import actor_of, may_audit, watched_logins
from journal.models import record_access
from portal.kit.paging import keyset

from ..lifecycle import watch
from ..models import UnusualReading
from .access import desk_only, name_of, page
from .access_words import WHY, lines, said
from .forms import ExplanationForm


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def reading(request: HttpRequest, reading_id: uuid.UUID) -> HttpResponse:
    """Show one unusual reading with its accesses; the POST says what was found. The filters of the list are kept."""
    actor = actor_of(request)
    if not may_audit(actor):
        raise PermissionDenied
    watched = watched_logins(actor)
    here = UnusualReading.objects.by(watched).select_related("looked_by__person").filter(public_id=reading_id).first()
    if here is None:
        raise Http404
    record_access("audit", here.key, actor=actor.key, role="auditor")
    form = ExplanationForm(sent(request))
    if request.method == "POST" and form.is_valid():
        if watch.explain(here, form.cleaned_data["words"], by=actor):
            messages.success(request, _("What you found is noted."))
        else:
            messages.warning(request, _("A colleague had already looked into it: her words are kept, not yours."))
        return redirect(reverse("desk:accesses") + (f"?{request.GET.urlencode()}" if request.GET else ""))
    after, before = request.GET.get("apres", ""), request.GET.get("avant", "")
    shown = keyset(here.accesses, field="at", size=50, after=after, before=before)
    context = {
        "reading": here,
        "said": said(here, watched),
        "why": WHY[UnusualReading.Kind(here.kind)],
        "looked_by": name_of(here.looked_by),
        "page": shown,
        "lines": lines(shown.rows, watched),
        "form": form,
    }
    wrong = request.method == "POST" and bool(form.errors)
    return page(request, "desk/reading.html", context, section="accesses", status=422 if wrong else 200)
