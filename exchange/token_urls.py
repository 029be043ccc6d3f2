"""Addresses of the keys of other programs, under /atelier/programmes/."""

from django.urls import URLPattern, path

from . import token_views

app_name = "tokens"
urlpatterns: list[URLPattern] = [
    path("", token_views.shown, name="shown"),
    path("<uuid:token_id>/revoquer/", token_views.revoke, name="revoke"),
]
