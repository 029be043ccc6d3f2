"""The town's own lists (streets, schools, halls…) as data: what questions offer and agents keep up to date."""

from datetime import date
from typing import Any

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.kit.text import fold

_KEY = RegexValidator(r"^[a-z][a-z0-9_]{0,47}$")
_VALUE = RegexValidator(r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")


class ReferenceTable(models.Model):
    """A named list."""

    key = models.CharField(_("key"), max_length=48, unique=True, validators=[_KEY])
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("reference table")
        verbose_name_plural = _("reference tables")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class RowQuerySet(models.QuerySet["ReferenceRow"]):
    def of(self, table: str, on: date, parent: str = "") -> "RowQuerySet":
        """Return the rows of a table valid on a day, under one parent where it is given."""
        rows = self.filter(
            models.Q(valid_from__isnull=True) | models.Q(valid_from__lte=on),
            models.Q(valid_until__isnull=True) | models.Q(valid_until__gte=on),
            table__key=table,
        )
        return rows.filter(parent=parent) if parent else rows


class ReferenceRow(models.Model):
    """One entry: a stable value, its words, the value of the entry it depends on, the days it is offered."""

    table = models.ForeignKey(ReferenceTable, on_delete=models.CASCADE, related_name="rows", verbose_name=_("table"))
    value = models.CharField(_("value"), max_length=64, validators=[_VALUE])
    label = models.CharField(_("label"), max_length=200)
    hint = models.CharField(_("hint"), max_length=200, blank=True)
    # A value of another table, not a key: tables are imported one at a time, in any order.
    parent = models.CharField(_("depends on"), max_length=64, blank=True)
    position = models.PositiveIntegerField(_("position"), default=0)
    valid_from = models.DateField(_("offered from"), null=True, blank=True)
    valid_until = models.DateField(_("offered until"), null=True, blank=True)
    data = models.JSONField(_("data"), default=dict, blank=True)
    search = models.CharField(max_length=420, editable=False)

    objects = RowQuerySet.as_manager()

    class Meta:
        verbose_name = _("row of a reference table")
        verbose_name_plural = _("rows of reference tables")
        ordering = ["position", "label"]
        constraints = [
            models.UniqueConstraint(fields=["table", "value"], name="reference_row_value"),
            models.CheckConstraint(
                condition=models.Q(valid_from__isnull=True)
                | models.Q(valid_until__isnull=True)
                | models.Q(valid_from__lte=models.F("valid_until")),
                name="reference_row_dates",
            ),
        ]
        indexes = [
            models.Index(fields=["table", "position", "label"], name="reference_row_order"),
            models.Index(fields=["table", "parent"], name="reference_row_parent"),
        ]

    def __str__(self) -> str:
        return self.label

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the searched words in step."""
        self.fold()
        super().save(*args, **kwargs)

    def fold(self) -> None:
        """Write the words as they are searched: each after a space, so that " xyz" finds the beginning of a word."""
        self.search = f" {fold(f'{self.label} {self.hint}')}"[:420]
