"""Blocks of fields in files, and their copies in a definition in writing, wherever one comes in."""

import yaml

from ..definition.blocks import Block, expand
from ..lifecycle.blocks import known, read, ready, save

__all__ = ["expand", "known", "read", "ready", "save", "write"]


def write(block: Block) -> bytes:
    """Return a block as a file that reads back as itself, its uses of other blocks as they were written."""
    return yaml.safe_dump(block.model_dump(mode="json"), allow_unicode=True, sort_keys=False, width=120).encode()
