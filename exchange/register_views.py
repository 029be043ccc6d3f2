"""The register of processing in the studio: read on the page, taken as a spreadsheet or for a program."""

from io import BytesIO

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of, administered
from procedures.studio.access import page, town_admins_only

from . import register


@require_safe
@town_admins_only
def shown(request: HttpRequest) -> HttpResponse:
    """Show the register of the departments that she administers, and what its lines still lack."""
    found = register.treatments(administered(actor_of(request)))
    lines = [(one, one.missing()) for one in found]
    return page(request, "studio/register.html", {"lines": lines, "security": register.SECURITY}, section="register")


@require_safe
@town_admins_only
def taken(request: HttpRequest, kind: str) -> HttpResponseBase:
    """Download the register."""
    found = register.treatments(administered(actor_of(request)))
    name = f"registre-des-traitements-{timezone.localdate().isoformat()}.{kind}"
    if kind == "json":
        content, form = BytesIO(register.as_json(found).encode()), "application/json"
    else:
        content, form = BytesIO(), "application/vnd.oasis.opendocument.spreadsheet"
        register.write_ods(content, found)
        content.seek(0)
    return FileResponse(content, as_attachment=True, filename=name, content_type=form)
