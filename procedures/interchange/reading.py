"""Reading a file that somebody else wrote: bounded in size, depth and aliases; plain JSON values come out, or words."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.utils.translation import gettext as _

DEEPEST = 60
ALIASES = 200
# What aliases may unfold to: a few lines of YAML can name a billion values.
VALUES = 2_000_000
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Unreadable(Exception):
    """A file that holds no document; its words say why and what to do."""


def read(path: Path) -> Any:
    """Read a YAML or JSON file as plain JSON values; Unreadable says what is wrong with it."""
    try:
        if path.stat().st_size > settings.IMPORT_MAX_BYTES:
            raise _too_large()
        data = path.read_bytes()
    except OSError as error:
        raise Unreadable(_("the file cannot be opened: %(error)s") % {"error": error.strerror or error}) from error
    return loads(data, as_json=path.suffix.lower() == ".json")


def loads(data: bytes, *, as_json: bool) -> Any:
    """Read bytes as plain JSON values; Unreadable says what is wrong with them."""
    if len(data) > settings.IMPORT_MAX_BYTES:
        raise _too_large()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(_("the file is not written in UTF-8: save it again in that encoding")) from error
    if not text.strip():
        raise Unreadable(_("the file is empty"))
    try:
        value = json.loads(text, parse_constant=_no_constant) if as_json else _yaml(text)
        return _plain(value)
    except RecursionError as error:
        raise _too_deep() from error
    except (ValueError, yaml.YAMLError) as error:
        kind = "JSON" if as_json else "YAML"
        words = " ".join(str(error).split())[:300]
        raise Unreadable(_("the file is not readable %(kind)s: %(error)s") % {"kind": kind, "error": words}) from error


def _too_large() -> Unreadable:
    limit = settings.IMPORT_MAX_BYTES / 1_000_000
    return Unreadable(_("the file is over %(limit)s MB, the limit of this portal") % {"limit": f"{limit:g}"})


def _too_deep() -> Unreadable:
    return Unreadable(_("the file is nested more than %(limit)d levels deep") % {"limit": DEEPEST})


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _yaml(text: str) -> Any:
    """Build the one document of a YAML text, once its events showed that it is neither deep nor a bomb."""
    depth = aliases = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _too_deep()
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        elif isinstance(event, yaml.AliasEvent):
            aliases += 1
            if aliases > ALIASES:
                raise Unreadable(_("the file repeats itself by more than %(limit)d aliases") % {"limit": ALIASES})
    return yaml.load(text, Loader=_Loader)  # noqa: S506 a safe loader


def _plain(value: Any) -> Any:
    """Return a copy without shared parts, of JSON values only."""
    left = [VALUES]

    def copy(node: Any, depth: int) -> Any:
        left[0] -= 1
        if left[0] < 0:
            raise Unreadable(_("the file unfolds to more than %(limit)d values") % {"limit": VALUES})
        if depth > DEEPEST:
            raise _too_deep()
        if isinstance(node, dict):
            return {str(name): copy(inner, depth + 1) for name, inner in node.items()}
        if isinstance(node, list):
            return [copy(inner, depth + 1) for inner in node]
        if isinstance(node, date):
            return node.isoformat()  # a day written without quotes
        if isinstance(node, str):
            # Half of a pair of surrogates is no character, and no database keeps a null one.
            return node.encode("utf-8", "replace").decode().replace("\x00", "")
        if node is None or isinstance(node, bool | int | float):
            return node
        raise Unreadable(_("the file holds a value that is no text, number, list or set of named parts"))

    return copy(value, 0)
