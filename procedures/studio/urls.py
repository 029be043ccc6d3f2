"""Addresses of the studio, under /atelier/."""

from django.urls import URLPattern, path

from . import adding_views, letter_views, part_views, people_views, place_views, procedure_views, role_views

app_name = "studio"
urlpatterns: list[URLPattern] = [
    path("demarches/", procedure_views.procedures, name="procedures"),
    path("demarches/<slug:slug>/", part_views.begin, name="edit"),
    path("demarches/<slug:slug>/etapes/<slug:key>/", part_views.step, name="step"),
    path("demarches/<slug:slug>/etapes/<slug:key>/partie/", adding_views.section, name="add_section"),
    path("demarches/<slug:slug>/etapes/<slug:key>/arret/", adding_views.stop, name="add_stop"),
    path("demarches/<slug:slug>/parties/<slug:key>/", part_views.section, name="section"),
    path("demarches/<slug:slug>/arrets/<slug:key>/", part_views.stop, name="stop"),
    path("demarches/<slug:slug>/questions/<slug:key>/", part_views.question, name="question"),
    path("demarches/<slug:slug>/ajouter/", adding_views.question, name="add"),
    path("demarches/<slug:slug>/ajouter-etape/", adding_views.step, name="add_step"),
    path("demarches/<slug:slug>/annuler/", part_views.undo, name="undo"),
    path("demarches/<slug:slug>/publier/", procedure_views.publish, name="publish"),
    path("demarches/<slug:slug>/lettres/", letter_views.listed, name="letters"),
    path("demarches/<slug:slug>/lettres/nouvelle/<slug:outcome>/", letter_views.new, name="new_letter"),
    path("demarches/<slug:slug>/lettres/<slug:letter_id>/", letter_views.edit, name="letter"),
    path("demarches/<slug:slug>/lettres/<slug:letter_id>/apercu/", letter_views.preview, name="letter_preview"),
    path("demarches/<slug:slug>/lettres/<slug:letter_id>/retirer/", letter_views.drop, name="drop_letter"),
    path("lieux-d-aide/", place_views.places, name="places"),
    path("lieux-d-aide/<uuid:place_id>/", place_views.place, name="place"),
    path("equipe/", people_views.team, name="team"),
    path("equipe/inviter/", role_views.invite, name="invite"),
    path("equipe/invitations/<int:pk>/renvoyer/", role_views.resend, name="resend"),
    path("equipe/invitations/<int:pk>/annuler/", role_views.cancel, name="cancel_invitation"),
    path("equipe/personnes/<uuid:user_id>/", people_views.person, name="person"),
    path("equipe/personnes/<uuid:user_id>/roles/", role_views.grant, name="grant"),
    path("equipe/personnes/<uuid:user_id>/roles/<int:pk>/", role_views.change, name="change_role"),
    path("equipe/personnes/<uuid:user_id>/roles/<int:pk>/retirer/", role_views.end, name="end_role"),
    path("equipe/personnes/<uuid:user_id>/depart/", people_views.departure, name="departure"),
    path("equipe/personnes/<uuid:user_id>/absence/", people_views.absence, name="absence"),
    path(
        "equipe/personnes/<uuid:user_id>/absences/<int:pk>/annuler/", people_views.cancel_absence, name="cancel_absence"
    ),
    path("equipe/personnes/<uuid:user_id>/nom/", people_views.naming, name="naming"),
    path("equipe/personnes/<uuid:user_id>/second-facteur/", people_views.reset_factor, name="reset_factor"),
]
