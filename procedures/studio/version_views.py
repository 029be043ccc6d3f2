"""The versions of a procedure: listed, compared two by two, an old one taken up again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of
from portal.kit.text import whole

from ..definition.document import ProcedureDefinition
from ..definition.edits import Content
from ..definition.upgrade import dump
from ..interchange import writing
from ..lifecycle import editing
from ..models import Procedure, ProcedureVersion
from . import bench, differences
from .access import editors_only

DRAFT = "brouillon"
_LISTED = 200


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def versions(request: HttpRequest, slug: str) -> HttpResponse:
    """List the versions and compare two of them; the POST takes one up again, as what is being written."""
    procedure, now, definition = bench.opened(request, slug)
    rows = list(
        procedure.versions.select_related("published_by__person").defer("content").order_by("-number")[:_LISTED]
    )
    status = 200
    if request.method == "POST":
        number = whole(request.POST.get("version", ""), otherwise=0)
        old = procedure.versions.filter(number=number).first()
        if old is None:
            messages.error(request, _("Choose a version of the list."))
            status = 422
        else:
            try:
                _take_up(procedure, old, request)
            except editing.Outdated:
                status = 409
                messages.warning(request, _("Somebody has changed it meanwhile: look at it again first."))
            else:
                words = _("Version %(number)d is what is being written now. It can be undone.")
                messages.success(request, words % {"number": number})
                return redirect("studio:versions", slug)
    known = [(str(one.number), _("version %(number)d") % {"number": one.number}) for one in rows]
    if now.copy is not None:
        known.insert(0, (DRAFT, _("what is being written")))
    names = dict(known)
    new = _asked(request, "a", names, known[0][0] if known else "")
    old_one = _asked(request, "de", names, known[min(1, len(known) - 1)][0] if known else "")
    context = {
        "rows": rows,
        "known": known,
        "old": old_one,
        "new": new,
        "said": (names.get(old_one, ""), names.get(new, "")),
        "found": differences.between(_read(procedure, old_one, definition), _read(procedure, new, definition))
        if old_one != new
        else [],
    }
    return bench.draw(request, procedure, now, "studio/versions.html", context, tab="versions", status=status)


def _asked(request: HttpRequest, name: str, names: dict[str, str], otherwise: str) -> str:
    asked = request.GET.get(name, "")[:20]
    return asked if asked in names else otherwise


def _read(procedure: Procedure, name: str, draft: ProcedureDefinition) -> ProcedureDefinition:
    return draft if name == DRAFT else procedure.versions.get(number=int(name)).definition


def _take_up(procedure: Procedure, old: ProcedureVersion, request: HttpRequest) -> None:
    kept = dump(old.definition)

    def change(content: Content, _before: ProcedureDefinition) -> None:
        content.clear()
        content.update(kept)

    said = _("version %(number)d taken up again") % {"number": old.number}
    editing.edit(procedure, change, by=actor_of(request), said=said, mark=request.POST.get("mark", "")[:60])


@require_safe
@editors_only
def export(request: HttpRequest, slug: str) -> HttpResponse:
    """Give what is being written as a file, whole: another town reads it as it is."""
    _procedure, _now, definition = bench.opened(request, slug)
    form = "json" if request.GET.get("format") == "json" else "yaml"
    content = writing.write(definition, "json" if form == "json" else "yaml")
    answer = HttpResponse(content, content_type="application/json" if form == "json" else "application/yaml")
    answer["Content-Disposition"] = f'attachment; filename="{slug}.{form}"'
    return answer
