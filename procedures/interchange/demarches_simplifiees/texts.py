"""Words of another software made ours: HTML becomes plain paragraphs and lists, and nothing that was said is lost."""

import re
from html.parser import HTMLParser
from typing import Any

from ...definition.fields.base import clean_text

PROSE = 5000
LABEL = 300
_BLOCKS = {"p", "div", "br", "ul", "ol", "li", "table", "tr", "hr", "blockquote", "section", "article", "pre"}
_BLOCKS |= {f"h{level}" for level in range(1, 7)}
_INLINE = {"a", "b", "i", "u", "s", "em", "strong", "span", "small", "sub", "sup", "font", "code", "img", "td", "th"}
_INLINE |= {"tbody", "thead", "mark", "abbr", "cite", "center", "del", "ins", "label", "big", "q", "body", "html"}
_UNSEEN = {"script", "style", "head", "title", "template", "noscript", "iframe", "object", "svg"}
_BULLET = re.compile(r"^(?:[-–—*•·●▪◦‣]|&bull;)\s+")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self.unseen += 1
        elif tag in _BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")
        elif tag == "a":
            self.links.append((dict(attrs).get("href") or "", len(self.parts)))
        elif tag in {"td", "th"}:
            self.parts.append(" ")
        elif tag == "img":
            self._say(dict(attrs).get("alt") or "")
        elif tag not in _INLINE:
            # No HTML of ours: an address between angle brackets, a comparison.
            self._say(self.get_starttag_text() or "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _UNSEEN:
            self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag in _UNSEEN:
            self.unseen = max(0, self.unseen - 1)
        elif tag in _BLOCKS:
            self.parts.append("\n")
        elif tag == "a" and self.links:
            address, start = self.links.pop()
            said = "".join(self.parts[start:]).strip()
            bare = address.removeprefix("mailto:").removeprefix("tel:")
            # An address that does nothing but open a page or write is worth saying; a script is not.
            if re.match(r"(?:https?://|mailto:|tel:)", address, re.IGNORECASE) and bare not in said:
                self._say(f" ({bare})")

    def handle_data(self, data: str) -> None:
        self._say(data)

    def _say(self, text: str) -> None:
        if not self.unseen:
            self.parts.append(text)


def words(value: Any) -> str:
    """Return any value as clean text, lines kept; an absent one, or one that is no scalar, as nothing."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    text = str(value).encode("utf-8", "replace").decode()
    if "<" in text or "&" in text:
        reader = _Reader()
        reader.feed(text)
        reader.close()
        text = "".join(reader.parts)
    return clean_text(text, keep_lines=True)


def line(value: Any) -> str:
    """Return any value as one line."""
    return " ".join(words(value).split())


def prose(value: Any) -> str:
    """Return paragraphs parted by blank lines, and lists whose lines start with "- "; whole, however long."""
    blocks: list[str] = []
    in_list = False
    for raw in words(value).split("\n"):
        text = " ".join(raw.split())
        if not text or text == "-":
            continue
        bullet = _BULLET.match(text)
        text = f"- {text[bullet.end() :]}" if bullet else text
        blocks.append(("\n" if bullet and in_list else "\n\n") + text)
        in_list = bool(bullet)
    return "".join(blocks).strip()


def cut(text: str, limit: int) -> tuple[str, str]:
    """Part a text in what fits in ``limit`` and the rest, between two words where there are some."""
    if len(text) <= limit:
        return text, ""
    end = max(text.rfind(" ", limit // 2, limit - 1), text.rfind("\n", limit // 2, limit - 1))
    end = end if end > 0 else limit - 1
    return text[:end].rstrip() + "…", text[end:].strip()
