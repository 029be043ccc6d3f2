"""Plain paragraphs and lists, as people write them in a definition, made HTML."""

import re
from typing import Any

from django.utils.html import conditional_escape, format_html_join
from django.utils.safestring import SafeString, mark_safe

from .markup import fill


def prose(text: str) -> SafeString:
    """Write plain paragraphs and lists: a blank line parts paragraphs, lines that start with "- " are a list."""
    blocks = []
    for block in re.split(r"\n\s*\n", str(text or "").strip()):
        paragraph: list[str] = []
        items: list[str] = []
        for line in block.split("\n"):
            if line.strip().startswith("- "):
                items.append(line.strip()[2:])
            elif items:
                items[-1] += " " + line.strip()
            elif line.strip():
                paragraph.append(line.strip())
        if paragraph:
            blocks.append(fill("<p>{}</p>", " ".join(paragraph)))
        if items:
            blocks.append(
                fill('<ul class="bullets">{}</ul>', format_html_join("", "<li>{}</li>", ((i,) for i in items)))
            )
    return mark_safe("".join(blocks))  # noqa: S308 every block is escaped above


def is_long(text: Any) -> bool:
    """Say whether a plain text is more than one paragraph; what is HTML already never is."""
    return not hasattr(text, "__html__") and bool(re.search(r"\n\s*\n|\n\s*- |^\s*- .*\n", str(text).strip()))


def hint(text: Any) -> SafeString:
    """Write a help as it stands, or as paragraphs and lists where it has several."""
    return prose(str(text)) if is_long(text) else conditional_escape(text)


def followed(text: Any, rule: Any) -> str:
    """Return a help with one sentence more: on the same line, or as a paragraph of its own after several."""
    gap = "\n\n" if is_long(text) else " "
    return f"{text}{gap}{rule}".strip()
