"""The portal's addresses, and beside them what it is measured against."""

from django.contrib.auth.views import LoginView
from django.urls import include, path

from . import stock

urlpatterns = [
    path("etalon/nu/", stock.bare, name="bench_bare"),
    path("etalon/page/", stock.plain, name="bench_plain"),
    path("etalon/demande/<slug:step>/", stock.wizard, name="bench_step"),
    path("etalon/connexion/", LoginView.as_view(template_name="bench/stock_login.html"), name="bench_login"),
    path("", include("portal.urls")),
]
handler404 = "portal.views.not_found"
handler429 = "portal.views.too_many_tries"
handler500 = "portal.views.server_error"
