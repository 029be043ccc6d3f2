"""The statement pages: what a town must say of itself, its services and its portal, from its own settings."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.permissions import actor_of
from procedures.definition.fields.file import size_in_words
from procedures.models import Procedure
from procedures.models.draft import KEPT
from town import models as town
from town.models import Department, LegalEntity


def _page(request: HttpRequest, name: str, **context: Any) -> HttpResponse:
    """Draw a statement page; only those who run the town see what is still to complete."""
    missing = town.current().missing()
    context["missing"] = missing if missing and actor_of(request).has_any(["town_admin"]) else []
    return render(request, f"pages/{name}.html", context)


def _departments() -> list[Department]:
    found = Department.objects.select_related("place", "entity").prefetch_related("hours").order_by("name")
    # The reception comes first: it is where one goes when one does not know.
    return sorted(found, key=lambda department: department.slug != "accueil")


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Say how the town is seized by electronic way, and what remains outside it (CRPA L112-9, R112-9-1)."""
    return _page(request, "terms", upload_limit=size_in_words(settings.UPLOAD_MAX_BYTES))


@require_safe
def legal(request: HttpRequest) -> HttpResponse:
    """Name the publisher, the director of publication and the host (LCEN)."""
    return _page(request, "legal")


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """Say who is responsible for which data, why, for how long, and which rights people hold (GDPR article 13)."""
    procedures = Procedure.objects.listed().select_related("current_version", "department__entity").order_by("title")
    return _page(
        request,
        "privacy",
        entities=list(LegalEntity.objects.order_by("pk")),
        procedures=list(procedures),
        draft_days=KEPT.days,
        cookies=[settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME],
    )


@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """Publish the accessibility statement in its mandatory form; without an audit the portal is "not compliant"."""
    host = settings.PUBLIC_URL.split("://", 1)[-1]
    return _page(request, "accessibility", host=host)


@require_safe
def contact(request: HttpRequest) -> HttpResponse:
    """Show every department: where, when, and how to reach it."""
    return _page(request, "contact", departments=_departments())


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    """List every public page and every procedure (RGAA 12.3)."""
    themes: dict[str, list[Procedure]] = {}
    for procedure in Procedure.objects.listed().order_by("theme", "title"):
        themes.setdefault(procedure.theme, []).append(procedure)
    return _page(request, "sitemap", themes=themes)
