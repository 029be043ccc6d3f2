"""Addresses of the exports, under /agent/exports/."""

from django.urls import URLPattern, path

from . import views

app_name = "exchange"
urlpatterns: list[URLPattern] = [
    path("", views.exports, name="exports"),
    path("nouveau/", views.ask, name="ask"),
    path("<uuid:export_id>/fichier/", views.download, name="download"),
    path("<uuid:export_id>/supprimer/", views.remove, name="remove"),
]
