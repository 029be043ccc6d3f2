"""Addresses of the statement pages."""

from django.urls import path

from . import quality_view, verify_view, views

app_name = "pages"
urlpatterns = [
    path("saisine-electronique/", views.terms, name="terms"),
    path("mentions-legales/", views.legal, name="legal"),
    path("donnees-personnelles/", views.privacy, name="privacy"),
    path("accessibilite/", views.accessibility, name="accessibility"),
    path("contact/", views.contact, name="contact"),
    path("plan-du-site/", views.sitemap, name="sitemap"),
    path("statistiques/", quality_view.quality, name="quality"),
    path("statistiques/donnees.csv", quality_view.data, name="quality_data"),
    path("verifier/", verify_view.verify, name="verify"),
]
