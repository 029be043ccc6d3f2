"""Views of the list that were kept: one's own, or a department's."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from town.models import Department


class SavedView(models.Model):
    """A name for what an address of the list says; shared where it has a department."""

    MOST = 60  # letters of a name

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_views")
    department = models.ForeignKey(
        Department, on_delete=models.CASCADE, null=True, blank=True, related_name="saved_views"
    )
    name = models.CharField(_("name"), max_length=MOST)
    # What the address says after its "?": read again each time, so that what no longer exists is no filter.
    query = models.CharField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(department=None), name="saved_view_own_name"
            ),
            models.UniqueConstraint(
                fields=["department", "name"], condition=~models.Q(department=None), name="saved_view_shared_name"
            ),
        ]

    def __str__(self) -> str:
        return self.name
