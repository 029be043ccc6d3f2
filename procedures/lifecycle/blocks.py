"""Blocks of fields at hand: the ready ones, those of the town over them; saving one of the town's own."""

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import ValidationError

from accounts.permissions import Actor

from ..definition.blocks import Block, expanded, uses_of
from ..definition.upgrade import DefinitionError, canonical, parse
from ..models import FieldBlock
from . import configured

FOLDER = Path(__file__).resolve().parent.parent / "catalogue" / "blocks"
# The place of a block's fields in the small definition that holds them while they are read.
_TRIAL = "steps “trial” › sections “trial_fields” › "


@cache
def ready() -> Mapping[str, Block]:
    """Return the ready blocks by key; the files are ours, and are read once."""
    found = (yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml")))
    return {block.key: block for block in map(Block.model_validate, found)}


def known() -> Mapping[str, Block]:
    """Return every block by key; one of the town's replaces the ready one of the same key."""
    return dict(ready()) | {row.key: _block(row) for row in FieldBlock.objects.all()}


def _block(row: FieldBlock) -> Block:
    return Block(key=row.key, name=row.name, fields=json.loads(row.content))


def read(content: Any, others: Mapping[str, Block]) -> Block:
    """Read a block that somebody wrote, as it would be beside ``others``; DefinitionError says each fault."""
    if not isinstance(content, dict):
        raise DefinitionError([_("document: a block is a key, a name and a list of fields")])
    try:
        block = Block.model_validate(content)
    except ValidationError as error:
        raise DefinitionError([_fault(item) for item in error.errors()]) from error
    fields = expanded(block, {**others, block.key: block})
    try:
        # A block stands alone: what its fields read is inside it.
        parse(_trial(fields))
    except DefinitionError as error:
        raise DefinitionError([fault.removeprefix(_TRIAL) for fault in error.faults]) from error
    return block


def _trial(fields: list[dict[str, Any]]) -> dict[str, Any]:
    section = {"id": "trial_fields", "fields": fields}
    return {
        "id": "trial",
        "title": "x",
        "service": "trial",
        "applicant": {"identification": "none"},
        "legal": {},
        "privacy": {},
        "workflow": "handling",
        "steps": [{"id": "trial", "title": "x", "question": "x", "sections": [section]}],
    }


def _fault(item: Any) -> str:
    place = " › ".join(f"n° {key + 1}" if isinstance(key, int) else str(key) for key in item["loc"])
    return f"{place or _('document')}: {item['msg'].removeprefix('Value error, ')}"


@transaction.atomic
def save(content: Any, by: Actor) -> FieldBlock:
    """Keep a block of the town's; saving the same again changes nothing. No procedure changes: each holds its copies.

    Raises DefinitionError for a block that cannot be read, or with which another could not be used any more.
    """
    before = known()
    block = read(content, before)
    others = {**before, block.key: block}
    for other in before.values():
        if block.key in uses_of(other.fields) and other.key != block.key:
            _still_reads(other, others)
    said = {"name": block.name, "content": canonical(block.fields)}
    row, made = FieldBlock.objects.select_for_update().get_or_create(
        key=block.key, defaults={**said, "updated_by": by.user}
    )
    if made:
        configured.note(f"block:{row.key}", by)
    elif said != {"name": row.name, "content": row.content}:
        row.name, row.content = said["name"], said["content"]
        row.updated_at, row.updated_by = timezone.now(), by.user
        row.save()
        configured.note(f"block:{row.key}", by)
    return row


def _still_reads(other: Block, others: Mapping[str, Block]) -> None:
    try:
        read(other.model_dump(mode="json"), others)
    except DefinitionError as error:
        place = _("block “%(key)s”, which uses this one") % {"key": other.key}
        raise DefinitionError([f"{place}: {fault}" for fault in error.faults]) from error
