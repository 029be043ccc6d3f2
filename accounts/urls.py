"""Signing in and managing one's login: allauth's views under French addresses."""

from allauth.account import views
from allauth.mfa.base import views as factor
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from allauth.usersessions import views as sessions
from django.urls import path

from .identity import address_views, codes, passkeys
from .identity import views as security
from .identity.oidc import logout
from .identity.oidc import views as identity
from .team import invitation_views

urlpatterns = [
    path("connexion/", views.login, name="account_login"),
    path("connexion/code/", views.request_login_code, name="account_request_login_code"),
    path("connexion/code/saisie/", codes.sign_in, name="account_confirm_login_code"),
    path("connexion/cle/", passkeys.sign_in, name="mfa_login_webauthn"),
    path("deconnexion/", logout.sign_out, name="account_logout"),
    path("invitation/<str:token>/", invitation_views.invitation, name="invitation"),
    path("inscription/", views.signup, name="account_signup"),
    path("inscription/code/", address_views.confirm, name="account_email_verification_sent"),
    path("inactif/", views.account_inactive, name="account_inactive"),
    path("confirmation/", views.reauthenticate, name="account_reauthenticate"),
    path("adresses/", address_views.addresses, name="account_email"),
    path("mot-de-passe/", views.password_change, name="account_change_password"),
    path("mot-de-passe/choisir/", views.password_set, name="account_set_password"),
    path("mot-de-passe/oublie/", views.password_reset, name="account_reset_password"),
    path("mot-de-passe/code/", codes.password, name="account_confirm_password_reset_code"),
    path("mot-de-passe/nouveau/", views.complete_password_reset, name="account_complete_password_reset"),
    path("mot-de-passe/change/", views.password_reset_from_key_done, name="account_password_reset_completed"),
    path("securite/", factor.index, name="mfa_index"),
    path("securite/code/", factor.authenticate, name="mfa_authenticate"),
    path("securite/confirmation/", factor.reauthenticate, name="mfa_reauthenticate"),
    path("securite/confirmation/cle/", passkeys.confirm, name="mfa_reauthenticate_webauthn"),
    path("securite/cles/", webauthn.list_webauthn, name="mfa_list_webauthn"),
    path("securite/cles/ajouter/", passkeys.add, name="mfa_add_webauthn"),
    path("securite/cles/<int:pk>/renommer/", webauthn.edit_webauthn, name="mfa_edit_webauthn"),
    path("securite/cles/<int:pk>/retirer/", webauthn.remove_webauthn, name="mfa_remove_webauthn"),
    path("securite/application/", security.add_application, name="mfa_activate_totp"),
    path("securite/application/retirer/", totp.deactivate_totp, name="mfa_deactivate_totp"),
    path("securite/codes-de-secours/", recovery.view_recovery_codes, name="mfa_view_recovery_codes"),
    path("securite/codes-de-secours/nouveaux/", recovery.generate_recovery_codes, name="mfa_generate_recovery_codes"),
    path("securite/codes-de-secours/fichier/", recovery.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("sessions/", sessions.list_usersessions, name="usersessions_list"),
    path("identite/", identity.links, name="identity_links"),
    path("identite/<slug:key>/", identity.start, name="identity_start"),
    path("identite/<slug:key>/retour/", identity.callback, name="identity_callback"),
    path("identite/<slug:key>/relier/", identity.start_link, name="identity_link"),
    path("identite/<slug:key>/delier/", identity.remove_link, name="identity_unlink"),
    path("identite/<slug:key>/deconnexion/", logout.signed_out, name="identity_signed_out"),
]
