"""Addresses of the lists for the archives, under /atelier/archives/."""

from django.urls import URLPattern, path

from . import archives_views

app_name = "archives"
urlpatterns: list[URLPattern] = [
    path("", archives_views.shown, name="shown"),
    path("etat/", archives_views.state, name="state"),
    path("<uuid:list_id>/", archives_views.one, name="list"),
    path("<uuid:list_id>/bordereau.ods", archives_views.bordereau, name="ods"),
    path("<uuid:list_id>/versement.zip", archives_views.package, name="seda"),
]
