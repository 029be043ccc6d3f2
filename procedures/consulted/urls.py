"""Addresses of the links sent to whoever is asked for an opinion, under /avis/."""

from django.urls import URLPattern, path

from . import views

app_name = "consulted"
urlpatterns: list[URLPattern] = [
    path("<str:token>/", views.opinion, name="opinion"),
    path("<str:token>/fichiers/<uuid:file_id>/", views.file, name="file"),
]
