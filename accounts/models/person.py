"""A human being, with or without a login; how to reach her; what she agreed to."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Person(models.Model):
    """A human being, names as given. A person may have no first name, no e-mail, and share an address with another."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="person"
    )
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    usage_name = models.CharField(_("name in use"), max_length=100, blank=True)
    given_names = models.CharField(_("given names"), max_length=150, blank=True)
    # Text, not a date: births abroad may be known by year only ("1962-00-00").
    birth_date = models.CharField(_("date of birth"), max_length=10, blank=True)
    birth_place = models.CharField(_("place of birth"), max_length=120, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    # Who recorded it, and when, is in the journal; the note holds no name.
    died_on = models.DateField(_("date of death"), null=True, blank=True)
    death_note = models.CharField(_("note"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persons")

    def __str__(self) -> str:
        return self.display_name or str(self.public_id)

    @property
    def key(self) -> str:
        """The opaque id that the journal keeps."""
        return f"person:{self.public_id}"

    @property
    def display_name(self) -> str:
        """Given names and the name in use."""
        return " ".join(part for part in (self.given_names, self.usage_name or self.family_name) if part)


class ContactPoint(models.Model):
    """A way to reach a person: e-mail, telephone, postal address. Two people may share one."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("e-mail")
        PHONE = "phone", _("telephone")
        POST = "post", _("postal address")

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="contact_points")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.JSONField()  # a text, or the five parts of an address
    verified_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("way to reach a person")
        verbose_name_plural = _("ways to reach a person")

    def __str__(self) -> str:
        return self.get_kind_display()


class Purpose(models.TextChoices):
    """What a person may agree to: what the law asks for, such as an acknowledgement of receipt, is none of these."""

    REMINDERS = "reminders", _("reminders of drafts and papers")
    NEWS = "news", _("news of the town")
    SAFE = "safe", _("papers kept for later requests")


class ConsentQuerySet(models.QuerySet["Consent"]):
    def in_force(self) -> "ConsentQuerySet":
        """Return the consents that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)


class Consent(models.Model):
    """What a person agreed to, for one purpose, and when it was withdrawn: a proof, kept (GDPR article 7.1)."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="consents")
    purpose = models.CharField(max_length=60, choices=Purpose.choices)
    given_at = models.DateTimeField(default=timezone.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "purpose"], condition=models.Q(withdrawn_at__isnull=True), name="consent_once"
            )
        ]

    def __str__(self) -> str:
        return self.purpose
