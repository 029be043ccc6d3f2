"""The two identity services, as the settings configure them."""

from dataclasses import dataclass, field

from django.conf import settings

# Words of the services themselves, and where they are explained: a name is not translated.
_ABOUT = {
    "franceconnect": ("FranceConnect", "https://franceconnect.gouv.fr/"),
    "proconnect": ("ProConnect", "https://www.proconnect.gouv.fr/"),
}
# FranceConnect v2: the pivot identity, the name in use and the address. ProConnect: who works where.
_SCOPES = {
    "franceconnect": ("openid", "identite_pivot", "preferred_username", "email"),
    "proconnect": ("openid", "given_name", "usual_name", "email", "uid", "siret", "idp_id"),
}
# Signatures by a public key only: never "none", never a shared secret.
ALGORITHMS = ("ES256", "RS256")
LEVELS = ("eidas0", "eidas0-mfa", "eidas1", "eidas1-mfa", "eidas2", "eidas3")


@dataclass(frozen=True)
class Service:
    """One identity service: its address, our name there, what we ask and the level we accept."""

    key: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    acr: str
    algorithms: tuple[str, ...] = ALGORITHMS
    timeout: float = 5.0

    @property
    def name(self) -> str:
        """The service's own name."""
        return _ABOUT[self.key][0]

    @property
    def about_url(self) -> str:
        """Where the service explains itself."""
        return _ABOUT[self.key][1]

    @property
    def scopes(self) -> tuple[str, ...]:
        """What we ask to know, and no more (RGPD, article 5)."""
        return _SCOPES[self.key]

    def accepts(self, acr: object) -> bool:
        """Say whether the level on return is the one asked or a stronger one."""
        return isinstance(acr, str) and acr in LEVELS and _at_least(acr, self.acr)

    @property
    def accepted(self) -> list[str]:
        """The levels that are accepted, weakest first."""
        return [level for level in LEVELS if _at_least(level, self.acr)]


def _strength(level: str) -> tuple[int, bool]:
    """Return the eIDAS level, and whether two factors were shown: from "substantial" on, they always are."""
    number = int(level.removeprefix("eidas")[0])
    return number, level.endswith("-mfa") or number >= 2


def _at_least(level: str, wanted: str) -> bool:
    (number, factors), (least, needed) = _strength(level), _strength(wanted)
    return number >= least and (factors or not needed)


def services() -> list[Service]:
    """Return the services configured here, FranceConnect first."""
    return [Service(key=key, **settings.IDENTITY_SERVICES[key]) for key in _ABOUT if key in settings.IDENTITY_SERVICES]


def service(key: str) -> Service | None:
    """Return one configured service."""
    return next((one for one in services() if one.key == key), None)
