"""Signing in and managing one's login: allauth's views under French addresses."""

from allauth.account import views
from django.urls import path

from .identity.oidc import logout
from .identity.oidc import views as identity

urlpatterns = [
    path("connexion/", views.login, name="account_login"),
    path("connexion/code/", views.request_login_code, name="account_request_login_code"),
    path("connexion/code/saisie/", views.confirm_login_code, name="account_confirm_login_code"),
    path("deconnexion/", logout.sign_out, name="account_logout"),
    path("inscription/", views.signup, name="account_signup"),
    path("inscription/code/", views.email_verification_sent, name="account_email_verification_sent"),
    path("inactif/", views.account_inactive, name="account_inactive"),
    path("confirmation/", views.reauthenticate, name="account_reauthenticate"),
    path("adresses/", views.email, name="account_email"),
    path("mot-de-passe/", views.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", views.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", views.password_reset, name="account_reset_password"),
    path("mot-de-passe/code/", views.confirm_password_reset_code, name="account_confirm_password_reset_code"),
    path("mot-de-passe/nouveau/", views.complete_password_reset, name="account_complete_password_reset"),
    path("mot-de-passe/change/", views.password_reset_from_key_done, name="account_password_reset_completed"),
    path("identite/", identity.links, name="identity_links"),
    path("identite/<slug:key>/", identity.start, name="identity_start"),
    path("identite/<slug:key>/retour/", identity.callback, name="identity_callback"),
    path("identite/<slug:key>/relier/", identity.start_link, name="identity_link"),
    path("identite/<slug:key>/delier/", identity.remove_link, name="identity_unlink"),
    path("identite/<slug:key>/deconnexion/", logout.signed_out, name="identity_signed_out"),
]
