"""A login: an e-mail address and what proves it. Who the human is stands in Person."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a login; ValueError without an address."""
        if not email:
            raise ValueError("a login needs an e-mail address")
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_without_address(self) -> "User":
        """Create a login that only an identity service opens, until its person proves an address."""
        user = self.model(email=None)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Create a login that may use Django's own admin."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # None: known by an identity service alone, no address is proven yet.
    email = models.EmailField(_("e-mail"), unique=True, null=True, blank=True)
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("may use the technical admin"), default=False)
    # Keys of a single letter at the desk: whoever speaks to her computer turns them off (WCAG 2.1.4).
    shortcuts = models.BooleanField(_("keys of a single letter"), default=True)
    # For reasons of safety her name is not given to citizens (CRPA L111-2): her department's is.
    unnamed = models.BooleanField(_("name not given to citizens"), default=False)
    date_joined = models.DateTimeField(_("created"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("login")
        verbose_name_plural = _("logins")

    def __str__(self) -> str:
        return self.email or str(self.public_id)

    @property
    def key(self) -> str:
        """The opaque id under which the journal names this login."""
        return f"user:{self.public_id}"

    @property
    def display_name(self) -> str:
        """The name of the human being behind it; the address where no name is recorded."""
        person = getattr(self, "person", None)
        return (person.display_name if person else "") or str(self)
