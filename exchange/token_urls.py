"""Addresses of the keys of other programs, under /atelier/programmes/."""

from django.urls import URLPattern, path

from . import hook_views, token_views

app_name = "tokens"
urlpatterns: list[URLPattern] = [
    path("", token_views.shown, name="shown"),
    path("prevenus/", hook_views.hooks, name="hooks"),
    path("prevenus/<uuid:hook_id>/", hook_views.hook, name="hook"),
    path("<uuid:token_id>/revoquer/", token_views.revoke, name="revoke"),
]
