"""What people wrote of the procedures of a department; a head hides what names someone."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import Role
from accounts.permissions import actor_of
from portal.kit.paging import keyset

from .. import permissions
from ..lifecycle import rating as verbs
from ..models import Rating
from .access import desk_only, page


@require_safe
@desk_only
def ratings(request: HttpRequest) -> HttpResponse:
    """List the words, the newest first."""
    actor = actor_of(request)
    found = permissions.read_ratings(actor).select_related("procedure", "department").defer("procedure__search_text")
    rows = keyset(found, field="given_on", after=request.GET.get("apres", ""), before=request.GET.get("avant", ""))
    led = permissions.desk_departments(actor, (Role.HEAD,))
    context = {"page": rows, "rows": [(one, one.department_id in led) for one in rows.rows]}
    return page(request, "desk/ratings.html", context, section="statistics")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def hide(request: HttpRequest, pk: int) -> HttpResponse:
    """Hide words that name someone; a GET leads to the list."""
    actor = actor_of(request)
    found = Rating.objects.filter(pk=pk, department__in=permissions.desk_departments(actor)).first()
    if request.method == "POST":
        if found is None:
            raise Http404
        verbs.hide(found, by=actor)
        messages.success(request, _("These words are no longer shown; the figures stay."))
    return redirect("desk:ratings")
