"""The only place that includes every app's addresses."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from . import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("theme.css", views.theme_css, name="theme"),
    path("healthz", views.health, name="health"),
    path("langue/", set_language, name="set_language"),
    path("comptes/", include("accounts.urls")),
    path("api/v1/", include("exchange.api.urls")),
    path("agent/exports/", include("exchange.urls")),
    path("agent/", include("procedures.desk.urls")),
    path("atelier/programmes/", include("exchange.token_urls")),
    path("atelier/archives/", include("exchange.archives_urls")),
    path("atelier/registre/", include("exchange.register_urls")),
    path("atelier/", include("procedures.studio.urls")),
    path("", include("procedures.filing.urls")),
    path("avis/", include("procedures.consulted.urls")),
    path("mes-demandes/", include("procedures.space.urls")),
    path("", include("portal.pages.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO_MODE or settings.MODE == "test":
    urlpatterns.append(path("demo/courriels/", views.demo_mails, name="demo_mails"))
    urlpatterns.append(path(f"{settings.DOUBLE_PREFIX}/", include("accounts.identity.oidc.double_views")))

handler400 = "portal.views.bad_request"
handler403 = "portal.views.forbidden"
handler404 = "portal.views.not_found"
# Where allauth leads whoever tries too often.
handler429 = "portal.views.too_many_tries"
handler500 = "portal.views.server_error"
