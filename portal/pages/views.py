"""The pages a town owes from the first day, generated from its settings."""

from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.identity.oidc.services import services
from accounts.permissions import actor_of
from procedures.definition.fields.file import size_in_words
from procedures.models import Procedure
from procedures.models.draft import KEPT
from town import models as town


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """Render a page; the town's administrators, and nobody else, see what is missing."""
    missing = town.current().missing() if actor_of(request).has_any(["town_admin"]) else []
    return render(request, f"pages/{name}.html", {"missing": missing, **context})


def _departments() -> list[town.Department]:
    found = town.Department.objects.select_related("place", "entity").prefetch_related("hours").order_by("name")
    # The reception comes first: it is where one goes when one does not know.
    return sorted(found, key=lambda department: department.slug != "accueil")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """State how to file electronically; without this page any e-mail is a valid filing (R112-9-2)."""
    procedures = Procedure.objects.open().order_by("theme", "title")
    return _page(request, "terms", procedures=procedures, upload_limit=size_in_words(settings.UPLOAD_MAX_BYTES))


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """State who publishes and who hosts (LCEN)."""
    return _page(request, "legal")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """State what the town does with personal data, procedure by procedure (GDPR articles 12 to 14)."""
    procedures = [
        {"procedure": procedure, "privacy": procedure.current_version.definition.privacy}
        for procedure in Procedure.objects.listed()
        .select_related("current_version", "department__entity")
        .order_by("title")
        if procedure.current_version
    ]
    entities = town.LegalEntity.objects.order_by("name")
    return _page(
        request,
        "privacy",
        procedures=procedures,
        entities=entities,
        draft_days=KEPT.days,
        services=", ".join(service.name for service in services()),
        address_host=urlsplit(settings.ADDRESS_SERVICE_URL).hostname,
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State the accessibility of the portal: not compliant until an audit is recorded (ACC-01, ACC-02)."""
    return _page(request, "accessibility", host=settings.PUBLIC_URL.split("://", 1)[-1])


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Give each department with its place, hours, telephone and e-mail."""
    return _page(request, "contact", departments=_departments())


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page (RGAA 12.3)."""
    return _page(request, "sitemap", procedures=Procedure.objects.listed().order_by("theme", "title"))
