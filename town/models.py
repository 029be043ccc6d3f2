"""The town as data: its settings, legal entities, sectors, departments, places and hours."""

from datetime import date, datetime, time

from django.core.cache import caches
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .calendar import is_holiday
from .tables import ReferenceRow, ReferenceTable

__all__ = [
    "Department",
    "LegalEntity",
    "OpeningHours",
    "Place",
    "ReferenceRow",
    "ReferenceTable",
    "Sector",
    "Town",
    "current",
    "today",
]

_CACHE_KEY = "town.current"
_CACHE_SECONDS = 30


class Town(models.Model):
    """The one row that says which town this installation serves."""

    name = models.CharField(_("name"), max_length=120)
    siret = models.CharField(_("SIRET"), max_length=14, blank=True)
    street = models.CharField(_("street"), max_length=200, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    city = models.CharField(_("town"), max_length=120, blank=True)
    phone = models.CharField(_("telephone"), max_length=20, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)
    mayor_name = models.CharField(_("mayor's name"), max_length=120, blank=True)
    mayor_title = models.CharField(_("mayor's title"), max_length=60, default="le maire")
    dpo_name = models.CharField(_("data-protection officer"), max_length=120, blank=True)
    dpo_email = models.EmailField(_("data-protection officer's e-mail"), blank=True)
    host_name = models.CharField(_("hosting company"), max_length=120, blank=True)
    host_address = models.CharField(_("host's address"), max_length=250, blank=True)
    host_phone = models.CharField(_("host's telephone"), max_length=20, blank=True)
    court = models.CharField(_("administrative court, with its address"), max_length=250, blank=True)
    excluded_procedures = models.TextField(_("procedures not open to electronic filing"), blank=True)
    color = models.CharField(
        _("colour"), max_length=7, default="#0f5c63", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )
    color_dark = models.CharField(
        _("colour on dark ground"), max_length=7, default="#5cc1c4", validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$")]
    )

    class Meta:
        verbose_name = verbose_name_plural = _("town")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="town_is_one")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: object, **kwargs: object) -> None:
        """Keep one row, and let every page of this process see the change at once."""
        self.pk = 1
        super().save(*args, **kwargs)  # type: ignore[arg-type]
        caches["local"].delete(_CACHE_KEY)
        caches["template_fragments"].clear()

    @property
    def address_lines(self) -> list[str]:
        """The town hall's address, as on an envelope."""
        return [line for line in (self.street, f"{self.postcode} {self.city}".strip()) if line]

    def missing(self) -> list[str]:
        """Return what the legal pages still need, in words (LCEN article 6, CRPA R112-11-1, GDPR article 13)."""
        needed = {
            "siret": _("SIRET"),
            "street": _("street"),
            "phone": _("telephone"),
            "email": _("e-mail"),
            "mayor_name": _("mayor's name"),
            "dpo_email": _("data-protection officer's e-mail"),
            "host_name": _("hosting company"),
            "host_address": _("host's address"),
            "court": _("administrative court, with its address"),
        }
        return [str(words) for field, words in needed.items() if not getattr(self, field)]


def current() -> Town:
    """Return the town of this installation; before it is set up, an unsaved one without a name of its own."""
    town: Town | None = caches["local"].get(_CACHE_KEY)
    if town is None:
        town = Town.objects.first() or Town(name=str(_("Our town")))
        caches["local"].set(_CACHE_KEY, town, _CACHE_SECONDS)
    return town


class Sector(models.Model):
    """A field of activity; people of one sector are not seen from another (arrêté of 4 July 2013)."""

    code = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)

    class Meta:
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return self.name


class LegalEntity(models.Model):
    """Who answers in law: the town, its CCAS…"""

    name = models.CharField(_("name"), max_length=160)
    siret = models.CharField(_("SIRET"), max_length=14, unique=True)
    dpo_name = models.CharField(_("data-protection officer"), max_length=120, blank=True)
    dpo_email = models.EmailField(_("data-protection officer's e-mail"), blank=True)

    class Meta:
        verbose_name = _("legal entity")
        verbose_name_plural = _("legal entities")

    def __str__(self) -> str:
        return self.name


class Place(models.Model):
    """Somewhere people can go."""

    name = models.CharField(_("name"), max_length=160)
    street = models.CharField(_("street"), max_length=200)
    postcode = models.CharField(_("postcode"), max_length=10)
    city = models.CharField(_("town"), max_length=120)
    note = models.CharField(_("how to find it"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("place")
        verbose_name_plural = _("places")

    def __str__(self) -> str:
        return self.name

    @property
    def address_lines(self) -> list[str]:
        """The address, as on an envelope."""
        return [self.street, f"{self.postcode} {self.city}"]


class Department(models.Model):
    """A service of the town; rights go down the tree but never across a sector."""

    slug = models.SlugField(unique=True)
    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("part of")
    )
    sector = models.ForeignKey(Sector, on_delete=models.PROTECT, verbose_name=_("sector"))
    entity = models.ForeignKey(LegalEntity, on_delete=models.PROTECT, verbose_name=_("legal entity"))
    place = models.ForeignKey(Place, on_delete=models.PROTECT, verbose_name=_("place"))
    phone = models.CharField(_("telephone"), max_length=20)
    email = models.EmailField(_("e-mail"))

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")

    def __str__(self) -> str:
        return self.name

    def week(self) -> list[tuple[int, list["OpeningHours"]]]:
        """Return Monday to Saturday, each with its spans; Sunday only when it opens."""
        spans = list(self.hours.all())
        days = [(day, [span for span in spans if span.weekday == day]) for day in range(7)]
        return [(day, opened) for day, opened in days if opened or day < 6]

    def open_until(self, now: datetime | None = None) -> time | None:
        """Return when the department closes, if it is open at ``now`` (local time); None while it is shut."""
        local = timezone.localtime(now)
        if is_holiday(local.date()):
            return None
        for span in self.hours.all():
            if span.weekday == local.weekday() and span.opens <= local.time() < span.closes:
                return span.closes
        return None


class OpeningHours(models.Model):
    """One span of one weekday (0 is Monday)."""

    department = models.ForeignKey(Department, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("weekday"))
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        ordering = ["weekday", "opens"]
        constraints = [
            models.CheckConstraint(condition=models.Q(weekday__lte=6), name="hours_weekday"),
            models.CheckConstraint(condition=models.Q(opens__lt=models.F("closes")), name="hours_open_before_close"),
        ]

    def __str__(self) -> str:
        return f"{self.weekday} {self.opens:%H:%M}-{self.closes:%H:%M}"


def today() -> date:
    """Return the day in the town's own time zone."""
    return timezone.localdate()
