"""Who an identity service says a person is, word for word."""

from typing import Any, ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .person import Person


class CertifiedIdentity(models.Model):
    """What FranceConnect or ProConnect certified of a person. The key is issuer and sub, never the e-mail."""

    # Kept as given: a date of birth may be partial ("1957-00-00"), names may have any writing.
    CLAIMS: ClassVar[tuple[str, ...]] = (
        "given_name",
        "family_name",
        "usual_name",
        "birthdate",
        "birthplace",
        "birthcountry",
        "gender",
        "preferred_username",
    )

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="certified_identities")
    service = models.CharField(_("service"), max_length=20)  # "franceconnect", "proconnect"
    issuer = models.CharField(max_length=200)
    sub = models.CharField(max_length=255)
    claims = models.JSONField(default=dict)
    verified_at = models.DateTimeField(_("verified"), default=timezone.now)

    class Meta:
        verbose_name = _("certified identity")
        verbose_name_plural = _("certified identities")
        constraints = [
            models.UniqueConstraint(fields=["issuer", "sub"], name="certified_identity_once"),
            models.UniqueConstraint(fields=["person", "issuer"], name="certified_identity_one_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.service} – {self.person}"

    @classmethod
    def kept(cls, claims: dict[str, Any]) -> dict[str, str]:
        """Return what is kept of the claims received: the identity, and nothing else that a service may add."""
        return {name: str(claims[name])[:255] for name in cls.CLAIMS if claims.get(name)}
