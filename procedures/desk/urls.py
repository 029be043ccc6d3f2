"""Addresses of the desk, under /agent/."""

from django.urls import URLPattern, path

from . import absence, accesses, actions, clock, death, entries, mandate_views, readings, sector, views, withdraw_views

app_name = "desk"
urlpatterns: list[URLPattern] = [
    path("", views.home, name="home"),
    path("absence/", absence.absence, name="absence"),
    path("absence/<int:pk>/annuler/", absence.cancel, name="cancel_absence"),
    path("secteur/", sector.sector, name="sector"),
    path("acces/", accesses.accesses, name="accesses"),
    path("acces/inhabituel/<uuid:reading_id>/", readings.reading, name="reading"),
    path("saisies/", entries.entries, name="entries"),
    path("saisies/nouvelle/<slug:slug>/", entries.enter, name="enter"),
    path("saisies/<uuid:draft_id>/", entries.entry, name="entry"),
    path("saisies/<uuid:draft_id>/papiers/<uuid:file_id>/", entries.paper, name="entry_paper"),
    path("mandats/", mandate_views.mandates, name="mandates"),
    path("mandats/<uuid:mandate_id>/", mandate_views.mandate, name="mandate"),
    path("mandats/<uuid:mandate_id>/papier/", mandate_views.paper, name="mandate_file"),
    path("demandes/", views.listing, name="list"),
    path("demandes/<str:reference>/", views.case, name="case"),
    path("demandes/<str:reference>/actions/<str:key>/", actions.action, name="action"),
    path("demandes/<str:reference>/accuse/remis/", entries.give_receipt, name="give_receipt"),
    path("demandes/<str:reference>/saisie/", entries.entered, name="entered"),
    path("demandes/<str:reference>/silence/", clock.confirm, name="silence"),
    path("demandes/<str:reference>/pieces/arrivees/", clock.note_pieces, name="note_pieces"),
    path("demandes/<str:reference>/pieces/abandon/", clock.give_up_pieces, name="give_up_pieces"),
    path("demandes/<str:reference>/motifs/", clock.reasons, name="reasons"),
    path("demandes/<str:reference>/attestation/", views.attestation, name="attestation"),
    path("demandes/<str:reference>/retrait/", withdraw_views.withdrawal, name="withdraw"),
    path("demandes/<str:reference>/deces/", death.death, name="death"),
    path("demandes/<str:reference>/message/", views.message, name="message"),
    path("demandes/<str:reference>/lu/", views.read, name="read"),
    path("demandes/<str:reference>/fichiers/<uuid:file_id>/", views.file, name="file"),
    path("demandes/<str:reference>/accuse/", views.receipt, name="receipt"),
    path("demandes/<str:reference>/decision/<int:number>/", views.decision, name="decision"),
    path("demandes/<str:reference>/accuse/<int:number>/", views.receipt, name="later_receipt"),
]
