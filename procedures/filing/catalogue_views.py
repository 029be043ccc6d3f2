"""What a person reads before she starts: the catalogue and each procedure's page."""

from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of
from portal.kit.text import fold
from town.models import Department

from ..definition import pieces
from ..definition.document import ProcedureDefinition
from ..lifecycle import edition as editions
from ..models import Procedure
from . import starting


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """List the procedures by theme, or those that match the words typed."""
    text, theme = request.GET.get("q", "").strip()[:200], request.GET.get("theme", "")[:120]
    found = Procedure.objects.listed().select_related("current_version").order_by("theme", "title")
    for word in fold(text).split()[:8]:
        # The end of a word is dropped so that plurals and feminine forms meet; short words stay whole.
        found = found.filter(Q(search_text__contains=word[:-1] if len(word) > 4 else word))
    if theme:
        found = found.filter(theme=theme)
    groups: dict[str, list[Procedure]] = {}
    for procedure in found[:200]:
        groups.setdefault(procedure.theme, []).append(procedure)
    reception = Department.objects.filter(slug="accueil").first()
    return render(
        request,
        "filing/catalogue.html",
        {
            "groups": groups,
            "text": text,
            "theme": theme,
            "count": sum(map(len, groups.values())),
            "reception": reception,
        },
    )


@require_safe
def procedure(request: HttpRequest, slug: str) -> HttpResponse:
    """Say everything a person needs before she starts."""
    found = (
        Procedure.objects.filter(slug=slug, current_version__isnull=False)
        .select_related("current_version", "department__place", "successor")
        .prefetch_related("department__hours")
        .first()
    )
    if found is None:
        moved = Procedure.objects.filter(old_slugs__slug=slug).first()
        if moved is None:
            raise Http404
        return redirect("filing:procedure", moved.slug, permanent=True)
    return page(request, found, starting.ForWhom(actor_of(request), found))


def page(request: HttpRequest, found: Procedure, whom: starting.ForWhom) -> HttpResponse:
    """Show a published procedure, and ask for whom the request is where that is a question."""
    offered, has_editions = editions.offers(found)
    assert found.current_version is not None  # noqa: S101 the callers filtered
    definition = found.current_version.definition
    return render(
        request,
        "filing/procedure.html",
        {
            "procedure": found,
            "definition": definition,
            "files": pieces.asked(definition),
            "version": found.current_version,
            "department": found.department,
            "editions": offered,
            "can_start": found.is_open and (bool(offered) or not has_editions),
            "earlier": starting.earlier(actor_of(request), found),
            "prepared": starting.prepared(request, found),
            "whom": whom,
        },
        status=422 if whom.errors else 410 if found.withdrawn_at else 200,
    )


@require_safe
def schema(request: HttpRequest) -> JsonResponse:
    """Publish the form of a definition as JSON Schema."""
    return JsonResponse(ProcedureDefinition.model_json_schema(by_alias=True))
