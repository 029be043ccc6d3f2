"""One provider for both services, on allauth's OpenID Connect base; what its base leaves open is closed here."""

import json
import secrets
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.internal import statekit
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language

from . import discovery
from .fetch import call, call_json
from .refused import Refused
from .services import Service
from .tokens import identity_token, user_information


@dataclass(frozen=True)
class Identified:
    """What a service certified, verified: who (issuer and sub), the claims, and the token that ends its session."""

    issuer: str
    sub: str
    claims: dict[str, Any]
    id_token: str


class Client(OAuth2Client):  # type: ignore[misc]
    """allauth's client, whose call for tokens is bounded like every other."""

    seconds = 5.0

    def get_access_token(self, code: str, pkce_code_verifier: None = None, extra_data: None = None) -> dict[str, Any]:
        """Exchange the code, with the secret in the body (client_secret_post)."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.callback_url,
            "client_id": self.consumer_key,
            "client_secret": self.consumer_secret,
        }
        return call_json("POST", self.access_token_url, seconds=self.seconds, data=form)


class Adapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """The addresses of a service, from its discovery document."""

    client_class = Client
    basic_auth = False

    def __init__(self, request: HttpRequest, provider: "Provider") -> None:
        super().__init__(request, provider.service.key)
        self.provider = provider

    def get_provider(self) -> "Provider":
        """Return the provider this adapter was made for: settings, never a row that could be edited."""
        return self.provider

    @property
    def openid_config(self) -> dict[str, Any]:
        """The discovery document, cached."""
        return discovery.document(self.provider.service)

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        """Return the address the service sends people back to; it is registered there, to the letter."""
        return request.build_absolute_uri(reverse("identity_callback", args=[self.provider.service.key]))

    def get_client(self, request: HttpRequest, app: SocialApp) -> Client:
        """Return the client, as patient as the settings say."""
        client: Client = super().get_client(request, app)
        client.seconds = self.provider.service.timeout
        return client


class Provider(OpenIDConnectProvider):  # type: ignore[misc]
    """A service that is asked with state and nonce, and believed on a signature only."""

    oauth2_adapter_class = Adapter

    def __init__(self, request: HttpRequest, service: Service) -> None:
        self.service = service
        app = SocialApp(
            provider="openid_connect",
            provider_id=service.key,
            name=service.name,
            client_id=service.client_id,
            secret=service.secret,
            settings={"server_url": service.issuer},
        )
        super().__init__(request, app=app)

    def get_oauth2_adapter(self, request: HttpRequest) -> Adapter:
        """Return the adapter of this very service."""
        return Adapter(request, self)

    def get_pkce_params(self) -> dict[str, str]:
        """Send none: FranceConnect refuses any parameter that it does not list."""
        return {}

    def get_scope_from_request(self, request: HttpRequest) -> list[str]:
        """Ask what the settings say: an address may not ask for more, nor for less."""
        return list(self.service.scopes)

    def get_auth_params_from_request(self, request: HttpRequest, action: str) -> dict[str, str]:
        """Ask for the level the settings say: an address may not lower it."""
        return self._level()

    def _level(self) -> dict[str, str]:
        """Return how the level is asked: FranceConnect reads acr_values; ProConnect, an essential claim."""
        if self.service.key == "franceconnect":
            return {"acr_values": self.service.acr}
        wanted = {"id_token": {"acr": {"essential": True, "values": self.service.accepted}}}
        return {"claims": json.dumps(wanted, separators=(",", ":"))}

    def begin(self, process: str, *, next_url: str = "", user: str = "") -> str:
        """Return the address to lead the person to; state and nonce wait in her session, 10 minutes at most."""
        nonce = secrets.token_urlsafe(32)
        parameters = {**self._level(), "nonce": nonce}
        if self.service.key == "franceconnect":
            parameters["ui_locales"] = "en-GB" if get_language() == "en" else "fr-FR"
        answer = self.redirect(
            self.request,
            process,
            next_url=next_url or None,
            data={"nonce": nonce, "user": user},
            scope=self.service.scopes,
            auth_params=parameters,
        )
        return str(answer.url)

    def take_state(self) -> dict[str, Any]:
        """Return what was begun in this browser, once; Refused when nothing was, or too long ago."""
        state: dict[str, Any] | None = statekit.unstash_state(
            self.request, provider_id=self.sub_id, state_id=self.request.GET.get("state", "")
        )
        if state is None:
            raise Refused("stale", "state")
        return state

    def identify(self, state: dict[str, Any]) -> Identified:
        """Exchange the code of the return for what the service certifies, all of it verified."""
        error = self.request.GET.get("error", "")
        if error:
            kinds = {
                "access_denied": "cancelled",
                "server_error": "unavailable",
                "temporarily_unavailable": "unavailable",
            }
            raise Refused(kinds.get(error, "invalid"), "error on return")
        if not self.request.GET.get("code"):
            raise Refused("invalid", "no code")
        # RFC 9207: where a return says its issuer, it is the one that was asked.
        if self.request.GET.get("iss", self.service.issuer) != self.service.issuer:
            raise Refused("invalid", "issuer of the return")
        adapter = self.get_oauth2_adapter(self.request)
        tokens = adapter.get_access_token_data(self.request, self.app, adapter.get_client(self.request, self.app))
        access_token, id_token = tokens.get("access_token"), tokens.get("id_token")
        if not isinstance(access_token, str):
            raise Refused("invalid", "no access token")
        certain = identity_token(self.service, id_token, nonce=state["data"]["nonce"], access_token=access_token)
        answer = call(
            "GET",
            adapter.profile_url,
            seconds=self.service.timeout,
            headers={"Authorization": f"Bearer {access_token}", "Accept": "application/jwt"},
        )
        claims = user_information(self.service, answer.decode(errors="replace"), sub=certain["sub"])
        return Identified(issuer=self.service.issuer, sub=certain["sub"], claims=claims, id_token=str(id_token))
