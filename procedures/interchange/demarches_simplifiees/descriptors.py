"""The questions of a descriptor as they were published, read with tolerance: open-data file, GraphQL or pre-fill schema."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from ...definition.base import Json
from .texts import line, prose

UNTITLED = "Sans titre"
_REVISIONS = ("revision", "activeRevision", "publishedRevision", "draftRevision")
_DEEPEST = 20


@dataclass
class Descriptor:
    """One question: ``kind`` is its type in one spelling, ``source_type`` as it was written."""

    kind: str
    source_type: str
    label: str
    description: str = ""
    required: bool = False
    options: list[str] = field(default_factory=list)
    other: bool = False
    level: int | None = None
    source_id: str = ""
    nature: str = ""
    template: str = ""
    children: list["Descriptor"] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many questions it stands for, itself included."""
        return 1 + sum(child.count for child in self.children)

    def held(self) -> dict[str, Json]:
        """Return all of it as JSON, to be kept where it cannot be asked."""
        return {
            "source_type": self.source_type,
            "label": self.label,
            "description": self.description,
            "required": self.required,
            "options": self.options,
            "held": [child.held() for child in self.children],
        }

    def walk(self) -> Iterator["Descriptor"]:
        """Yield it and all that it holds, in order."""
        yield self
        for child in self.children:
            yield from child.walk()


def root_of(content: Any) -> dict[str, Any] | None:
    """Return the object that describes the procedure, taken out of the envelope of an answer; None where there is none."""
    for _level in range(4):
        if not isinstance(content, dict):
            return None
        if _list(content) is not None:
            return content
        inner = [content.get(name) for name in ("data", "demarche", "demarcheDescriptor", "schema")]
        content = next((value for value in inner if isinstance(value, dict)), None)
    return None


def _list(root: dict[str, Any]) -> list[Any] | None:
    for name in _REVISIONS:
        revision = root.get(name)
        if isinstance(revision, dict) and isinstance(revision.get("champDescriptors"), list):
            found: list[Any] = revision["champDescriptors"]
            return found
    own = root.get("champDescriptors")
    return own if isinstance(own, list) else None


def questions_of(root: dict[str, Any]) -> list[Descriptor]:
    """Return the questions of a procedure, in order."""
    return [_read(item, 0) for item in _list(root) or []]


def annotations_of(root: dict[str, Any]) -> list[Descriptor]:
    """Return the questions that only agents answer, where the descriptor has them."""
    for name in _REVISIONS:
        revision = root.get(name)
        if isinstance(revision, dict) and isinstance(revision.get("annotationDescriptors"), list):
            return [_read(item, 0) for item in revision["annotationDescriptors"]]
    return []


def _read(item: Any, depth: int) -> Descriptor:
    if not isinstance(item, dict):
        return Descriptor(kind="", source_type="", label=line(item) or UNTITLED)
    written = line(item.get("__typename") or item.get("type"))
    name = written.removesuffix("ChampDescriptor")
    children = item.get("champDescriptors")
    options = item.get("options")
    description = prose(item.get("description"))
    more = prose(item.get("collapsibleExplanationText"))
    level = item.get("level")
    return Descriptor(
        kind=name.replace("_", "").lower(),
        source_type=name[:100],
        label=line(item.get("label") or item.get("libelle")) or UNTITLED,
        description="\n\n".join(part for part in (description, more) if part),
        required=item.get("required") is True,
        options=[text for text in map(line, options) if text] if isinstance(options, list) else [],
        other=item.get("otherOption") is True,
        level=int(str(level)) if str(level) in {"1", "2", "3", "4", "5", "6"} else None,
        source_id=line(item.get("id"))[:200],
        nature=line(item.get("nature")),
        template=_template(item.get("fileTemplate")),
        children=[_read(child, depth + 1) for child in children]
        if isinstance(children, list) and depth < _DEEPEST
        else [],
    )


def _template(value: Any) -> str:
    return line(value.get("filename")) if isinstance(value, dict) else ""
