"""The pages a town owes from the first day, generated from its settings."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of
from procedures.models import Procedure
from town import models as town


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """Render a page; the town's administrators, and nobody else, see what is missing."""
    missing = town.current().missing() if actor_of(request).has_any(["town_admin"]) else []
    return render(request, f"pages/{name}.html", {"missing": missing, **context})


def _departments() -> list[town.Department]:
    return list(town.Department.objects.select_related("place", "entity").prefetch_related("hours").order_by("name"))


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """State how to file electronically; without this page any e-mail is a valid filing (R112-9-2)."""
    procedures = Procedure.objects.open().order_by("theme", "title")
    return _page(request, "terms", procedures=procedures, departments=_departments())


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """State who publishes and who hosts (LCEN)."""
    return _page(request, "legal")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """State what the town does with personal data, procedure by procedure (GDPR articles 12 to 14)."""
    procedures = [
        {"procedure": procedure, "privacy": procedure.current_version.definition.privacy}
        for procedure in Procedure.objects.listed().select_related("current_version").order_by("title")
        if procedure.current_version
    ]
    return _page(request, "privacy", procedures=procedures, entities=town.LegalEntity.objects.order_by("name"))


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """State the accessibility of the portal: not compliant until an audit is recorded (ACC-01, ACC-02)."""
    return _page(request, "accessibility")


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Give each department with its place, hours, telephone and e-mail."""
    return _page(request, "contact", departments=_departments())


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page (RGAA 12.3)."""
    return _page(request, "sitemap", procedures=Procedure.objects.listed().order_by("theme", "title"))
