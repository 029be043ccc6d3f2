"""Words of another software made ours: HTML becomes plain paragraphs and lists, and nothing that was said is lost."""

import re
from html import unescape
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


# Neither holds a "<": an endless run of openings is read once.
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[\s/][^<>]*)?)>")
_ATTRIBUTE = r"\b{}\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))"
_HREF = re.compile(_ATTRIBUTE.format("href"), re.IGNORECASE)
_ALT = re.compile(_ATTRIBUTE.format("alt"), re.IGNORECASE)
_LONGEST_TAG = 4000


class _Reader:
    """Reads HTML once from left to right, in a time that grows as the text does."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.links: list[tuple[str, int]] = []
        self.unseen = 0

    def read(self, html: str) -> str:
        """Return the text, each block on lines of its own."""
        html = _without_comments(html)
        end = 0
        for tag in _TAG.finditer(html):
            self._say(_unescaped(html[end : tag.start()]))
            self._tag(tag[0], bool(tag[1]), tag[2].lower(), tag[3][:_LONGEST_TAG])
            end = tag.end()
        self._say(_unescaped(html[end:]))
        return "".join(self.parts)

    def _tag(self, whole: str, closes: bool, name: str, attributes: str) -> None:
        if name in _UNSEEN:
            alone = attributes.endswith("/")
            self.unseen = max(0, self.unseen + (-1 if closes else 0 if alone else 1))
        elif name in _BLOCKS:
            self.parts.append("\n- " if name == "li" and not closes else "\n")
        elif name == "a":
            self._link(closes, _value(_HREF, attributes))
        elif name in {"td", "th"}:
            self.parts.append(" ")
        elif name == "img":
            self._say(_value(_ALT, attributes))
        elif name not in _INLINE:
            # No HTML of ours: an address between angle brackets, a comparison.
            self._say(_unescaped(whole))

    def _link(self, closes: bool, address: str) -> None:
        if not closes:
            self.links.append((address, len(self.parts)))
            return
        if not self.links:
            return
        address, start = self.links.pop()
        said = "".join(self.parts[start : start + 50]).strip()
        bare = address.removeprefix("mailto:").removeprefix("tel:")
        # An address that opens a page or a letter is worth saying; a script is not.
        if re.match(r"(?:https?://|mailto:|tel:)", address, re.IGNORECASE) and bare not in said:
            self._say(f" ({bare})")

    def _say(self, text: str) -> None:
        if not self.unseen:
            self.parts.append(text)


def _value(pattern: re.Pattern[str], attributes: str) -> str:
    found = pattern.search(attributes)
    return _unescaped(found[1] or found[2] or found[3] or "") if found else ""


def _without_comments(html: str) -> str:
    kept, end = [], 0
    while (start := html.find("<!--", end)) >= 0 and (close := html.find("-->", start)) >= 0:
        kept.append(html[end:start])
        end = close + 3
    return "".join([*kept, html[end:]])


def _unescaped(text: str) -> str:
    try:
        return unescape(text)
    except ValueError:  # a number of thousands of figures names no character
        return text


def words(value: Any) -> str:
    """Return any value as clean text, lines kept; an absent one, or one that is no scalar, as nothing."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    text = str(value).encode("utf-8", "replace").decode()
    if "<" in text or "&" in text:
        text = _Reader().read(text)
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
