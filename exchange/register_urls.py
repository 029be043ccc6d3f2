"""Addresses of the register, under /atelier/registre/."""

from django.urls import URLPattern, path

from . import register_views

app_name = "register"
urlpatterns: list[URLPattern] = [
    path("", register_views.shown, name="shown"),
    path("registre.ods", register_views.taken, {"kind": "ods"}, name="ods"),
    path("registre.json", register_views.taken, {"kind": "json"}, name="json"),
]
