"""Addresses of the personal space, under /mes-demandes/."""

from django.urls import path

from . import (
    data_views,
    helping_views,
    home_views,
    mandate_views,
    merge_views,
    paper_views,
    preference_views,
    profile_views,
)

app_name = "space"
urlpatterns = [
    path("", home_views.home, name="home"),
    path("en-attente/", home_views.shelf, {"key": "waiting"}, name="waiting"),
    path("brouillons/", home_views.shelf, {"key": "drafts"}, name="drafts"),
    path("en-cours/", home_views.shelf, {"key": "running"}, name="running"),
    path("terminees/", home_views.shelf, {"key": "done"}, name="done"),
    path("profil/", profile_views.profile, name="profile"),
    path("preferences/", preference_views.preferences, name="preferences"),
    path("donnees/", data_views.data, name="data"),
    path("donnees/telecharger/", data_views.download, name="download"),
    path("donnees/effacer/<slug:kind>/", data_views.erase, name="erase"),
    path("donnees/fermer-mon-compte/", data_views.close_account, name="close_account"),
    path("meme-personne/", merge_views.same_person, name="same_person"),
    path("papiers/", paper_views.papers, name="papers"),
    path("papiers/ouvrir/", paper_views.open_safe, name="open_safe"),
    path("papiers/garder/<uuid:file_id>/", paper_views.keep_sent, name="keep_sent"),
    path("papiers/<uuid:paper_id>/", paper_views.paper, name="paper"),
    path("papiers/<uuid:paper_id>/fichier/", paper_views.file, name="paper_file"),
    path("papiers/<uuid:paper_id>/supprimer/", paper_views.throw, name="throw_paper"),
    path("proches/", helping_views.helping, name="helping"),
    path("proches/enfant/", helping_views.child, name="child"),
    path("proches/mandat/", helping_views.ask, name="ask_mandate"),
    path("proches/mandat/<uuid:mandate_id>/code/", helping_views.code, name="mandate_code"),
    path("proches/mandat/<uuid:mandate_id>/papier/", helping_views.paper, name="mandate_paper"),
    path("mandats/", mandate_views.given, name="mandates"),
    path("mandats/donner/", mandate_views.offer, name="offer_mandate"),
    path("mandats/<uuid:mandate_id>/fin/", mandate_views.end, name="end_mandate"),
    path("mandats/lien/<str:token>/", mandate_views.link, name="mandate_link"),
]
