"""The roof: home, theme, health, errors, and the mails of demo mode."""

from typing import Any

from django.core.cache import caches
from django.db import connection
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from messaging.models import Delivery
from portal.kit import theme
from procedures.models import Procedure
from town import models as town

# The drawing beside each theme of the catalogue; a town's own theme gets a sheet of paper.
_THEME_ICONS = {
    "Papiers et état civil": "papers",
    "Famille et école": "family",
    "Rue et cadre de vie": "street",
    "Vie associative et fêtes": "club",
    "Sécurité et tranquillité": "home",
    "Contacter la mairie": "letter",
}


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Show search first, then situations, the most used procedures, and people."""
    popular = caches["local"].get("home.popular")
    if popular is None:
        popular = list(
            Procedure.objects.open()
            .select_related("current_version")
            .annotate(uses=Count("submissions"))
            .order_by("-uses", "title")[:6]
        )
        caches["local"].set("home.popular", popular, 30)
    themes: dict[str, list[str]] = {}
    for theme_name, title in Procedure.objects.open().order_by("theme", "title").values_list("theme", "title"):
        themes.setdefault(theme_name, []).append(title)
    reception = town.Department.objects.filter(slug="accueil").prefetch_related("hours").first()
    return render(
        request,
        "portal/home.html",
        {
            "popular": popular,
            "themes": [(name, _THEME_ICONS.get(name, "file"), titles[:3]) for name, titles in themes.items()],
            "reception": reception,
            "today": town.today(),
        },
    )


@require_safe
def theme_css(request: HttpRequest) -> HttpResponse:
    """Serve the town's colours; the address holds a digest, so browsers keep it for ever."""
    response = HttpResponse(theme.css(town.current()), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def health(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("ok", content_type="text/plain")


@require_safe
def demo_mails(request: HttpRequest) -> HttpResponse:
    """Show the mails that would have been sent (demo mode only)."""
    return render(request, "portal/demo_mails.html", {"mails": Delivery.objects.order_by("-pk")[:50]})


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    return render(request, "portal/error.html", {"title": title, "text": text, "status": status}, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that the sending could not be read; what was saved before is kept."""
    return _error(
        request,
        400,
        _("We could not read what was sent"),
        _("It may be too large. What you saved before is kept: go back and send less at a time."),
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that this page is for others."""
    return _error(
        request,
        403,
        _("This page is not open to you"),
        _("If you think it should be, call us: we will look at it with you."),
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Say that nothing is here, and where to go."""
    return _error(
        request,
        404,
        _("This page does not exist"),
        _("The address may be incomplete, or the page may have moved. Search for a procedure, or call us."),
    )


def too_many_tries(request: HttpRequest) -> HttpResponse:
    """Say to wait, and whom to call."""
    return render(request, "filing/too_many.html", status=429)


def server_error(request: HttpRequest) -> HttpResponse:
    """Say that the fault is ours; nothing here may fail again, so the page needs neither database nor context."""
    return HttpResponse(render_to_string("portal/500.html"), status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Say that the page was open too long; what was saved is kept (an expired session loses nothing)."""
    context: dict[str, Any] = {
        "title": _("Your page was open for a long time"),
        "text": _(
            "For your safety, it must be loaded again. Go back, reload the page and send again: what you saved is kept."
        ),
        "status": 403,
    }
    return render(request, "portal/error.html", context, status=403)
