"""In which sector the desk works: someone who has several chooses one (arrêté of 4 July 2013)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from accounts.permissions import SECTOR_KEY, actor_of

from .access import desk_only, page


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def sector(request: HttpRequest) -> HttpResponse:
    """Show the sectors of whoever works in several; the POST chooses one for this session."""
    actor = actor_of(request)
    wanted = request.POST.get("next", request.GET.get("next", ""))
    safe = wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure()) else ""
    error = False
    if request.method == "POST":
        chosen = next((one for one in actor.sectors if str(one.pk) == request.POST.get("sector")), None)
        if chosen is not None:
            request.session[SECTOR_KEY] = chosen.pk
            return redirect(safe or "desk:home")
        error = True
    departments: dict[int, list[str]] = {}
    for membership in actor.memberships:
        names = departments.setdefault(membership.department.sector_id, [])
        if membership.department.name not in names:
            names.append(membership.department.name)
    context = {"choices": [(one, departments[one.pk]) for one in actor.sectors], "next": safe, "error": error}
    return page(request, "desk/sector.html", context, section="sector", status=422 if error else 200)
