"""The lists that questions may ask for: those shipped with the portal, and the town's own tables ("table:halls")."""

from datetime import date

from django.conf import settings
from django.db.models import Case, IntegerField, Q, Value, When

from portal.kit.text import fold
from town.models import ReferenceRow

from ..definition.lookups import Item
from ..definition.places import EmbeddedLookups
from ..definition.searching import key
from . import address_service

_TABLE = "table:"


class TownLookups(EmbeddedLookups):
    """Asks the database for the town's tables, and the address service, only when a question does."""

    @property
    def serves_addresses(self) -> bool:
        """Say whether the town set an address service."""
        return bool(settings.ADDRESS_SERVICE_URL)

    def search(self, source: str, text: str, *, on: date, parent: str = "", limit: int = 20) -> list[Item]:
        """Return the entries that match, best first: those that begin so, then those that hold every word."""
        if source == "address":
            return address_service.search(text, min(limit, 5))
        if not source.startswith(_TABLE):
            return super().search(source, text, on=on, parent=parent, limit=limit)
        wanted = fold(text[:200])
        if not wanted or _unkept(parent):
            return []
        words = Q()
        for word in wanted.split()[:8]:
            whole = key(word)
            words &= Q(search__contains=f" {word}") | Q(search__contains=f" {whole}")
        begins = Case(
            When(search__startswith=f" {wanted}", then=Value(0)), default=Value(1), output_field=IntegerField()
        )
        rows = ReferenceRow.objects.of(source.removeprefix(_TABLE), on, parent).filter(words)
        return [_item(row) for row in rows.order_by(begins, "position", "label")[:limit]]

    def find(self, source: str, value: str, *, on: date) -> Item | None:
        """Return the entry of that value if it is offered on that day."""
        if not source.startswith(_TABLE):
            return super().find(source, value, on=on)
        if _unkept(value):
            return None
        row = ReferenceRow.objects.of(source.removeprefix(_TABLE), on).filter(value=value).first()
        return _item(row) if row else None

    def items(self, source: str, *, on: date, parent: str = "") -> list[Item]:
        """Return every entry offered on that day, in order."""
        if not source.startswith(_TABLE):
            return super().items(source, on=on, parent=parent)
        return [_item(row) for row in ReferenceRow.objects.of(source.removeprefix(_TABLE), on, parent)]


def _unkept(value: str) -> bool:
    """Say whether no row can have that value: PostgreSQL refuses even to be asked for a null character."""
    return "\x00" in value


def _item(row: ReferenceRow) -> Item:
    """Return a row as an entry; its parent goes with it, for a list that depends on another."""
    return Item(row.value, row.label, row.hint, {"data": row.data, "parent": row.parent})
