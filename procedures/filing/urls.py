"""Addresses of the citizen's side."""

from django.urls import path

from . import (
    case_views,
    catalogue_views,
    consultation_views,
    correction_views,
    draft_views,
    follow_views,
    notification_views,
    pieces_views,
    recap_views,
    silence_views,
    starting,
    suggest_views,
    upload_views,
)

app_name = "filing"
urlpatterns = [
    path("demarches/", catalogue_views.catalogue, name="catalogue"),
    path("demarches/schema.json", catalogue_views.schema, name="schema"),
    path("demarches/<slug:slug>/", catalogue_views.procedure, name="procedure"),
    path("demarches/<slug:slug>/commencer/", draft_views.start, name="start"),
    path("demarches/<slug:slug>/preremplir/", starting.prepare, name="prepare"),
    path("brouillons/reprendre/<str:token>/", draft_views.resume, name="resume"),
    path("brouillons/<uuid:draft_id>/", draft_views.overview, name="draft"),
    path("brouillons/<uuid:draft_id>/recapitulatif/", recap_views.recap, name="recap"),
    path("brouillons/<uuid:draft_id>/lien/", draft_views.link, name="link"),
    path("brouillons/<uuid:draft_id>/terminer/", draft_views.leave, name="leave"),
    path("brouillons/<uuid:draft_id>/supprimer/", draft_views.discard, name="discard"),
    path("brouillons/<uuid:draft_id>/fichiers/<slug:path>/", upload_views.files, name="upload"),
    path("brouillons/<uuid:draft_id>/<slug:step>/", draft_views.step, name="step"),
    path("brouillons/<uuid:draft_id>/<slug:step>/conflit/", draft_views.conflict, name="conflict"),
    path(
        "brouillons/<uuid:draft_id>/<slug:step>/suggestions/<slug:field>/",
        suggest_views.suggestions,
        name="suggestions",
    ),
    path("suivi/", follow_views.follow, name="follow"),
    path("suivi/code/", follow_views.code, name="follow_code"),
    path("demandes/<str:reference>/", case_views.case, name="case"),
    path("demandes/<str:reference>/recue/", case_views.confirmation, name="confirmation"),
    path("demandes/<str:reference>/consultations/", consultation_views.consultations, name="consultations"),
    path("demandes/<str:reference>/pieces/", pieces_views.answer, name="pieces"),
    path("demandes/<str:reference>/pieces/recepisse/<int:number>/", pieces_views.receipt, name="pieces_receipt"),
    path("demandes/<str:reference>/correction/", correction_views.answer, name="correction"),
    path("demandes/<str:reference>/silence/<slug:what>/", silence_views.ask, name="silence"),
    path("demandes/<str:reference>/attestation/", silence_views.attestation, name="attestation"),
    path("demandes/<str:reference>/notification/", notification_views.choose, name="notification"),
    path("demandes/<str:reference>/message/", case_views.message, name="message"),
    path("demandes/<str:reference>/actions/<slug:key>/", case_views.action, name="action"),
    path("demandes/<str:reference>/accuse/", case_views.receipt, name="receipt"),
    path("demandes/<str:reference>/accuse/<int:number>/", case_views.receipt, name="later_receipt"),
    path("demandes/<str:reference>/decision/<int:number>/", case_views.decision, name="decision"),
    path("demandes/<str:reference>/fichiers/<uuid:file_id>/", case_views.file, name="file"),
]
