"""Addresses of the desk, under /agent/."""

from django.urls import URLPattern, path

from . import absence, accesses, actions, sector, views

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("absence/", absence.absence, name="absence"),
    path("absence/<int:pk>/annuler/", absence.cancel, name="cancel_absence"),
    path("secteur/", sector.sector, name="sector"),
    path("acces/", accesses.accesses, name="accesses"),
    path("demandes/", views.listing, name="list"),
    path("demandes/<str:reference>/", views.case, name="case"),
    path("demandes/<str:reference>/actions/<str:key>/", actions.action, name="action"),
    path("demandes/<str:reference>/message/", views.message, name="message"),
    path("demandes/<str:reference>/lu/", views.read, name="read"),
    path("demandes/<str:reference>/fichiers/<uuid:file_id>/", views.file, name="file"),
    path("demandes/<str:reference>/accuse/", views.receipt, name="receipt"),
]
