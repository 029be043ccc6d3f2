"""Read HTML strictly into a small tree: unclosed, misnested or doubled markup is reported, never repaired."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
SVG = {"svg", "path", "circle", "rect", "line", "polyline", "polygon", "g", "use", "ellipse"}
# A browser ends the paragraph where one of these begins.
BLOCKS = {"address", "article", "aside", "blockquote", "details", "div", "dl", "fieldset", "figure", "footer", "form"}
BLOCKS |= {
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "ul",
}


@dataclass
class Element:
    """One element: its name, attributes, parent, and children (elements and texts in order)."""

    tag: str
    attributes: dict[str, str | None]
    parent: Element | None
    children: list[Element | str] = field(default_factory=list)

    def get(self, name: str, default: str = "") -> str:
        """Return an attribute's value; the empty string for one without value."""
        return (self.attributes[name] or "") if name in self.attributes else default

    def has(self, name: str) -> bool:
        """Say whether the attribute is there, with a value or without."""
        return name in self.attributes

    def walk(self) -> Iterator[Element]:
        """Yield this element and all that it holds, in document order."""
        yield self
        for child in self.children:
            if isinstance(child, Element):
                yield from child.walk()

    def find_all(self, *tags: str) -> list[Element]:
        """Return the elements of these names, in document order."""
        return [element for element in self.walk() if element.tag in tags]

    def find(self, *tags: str) -> Element | None:
        """Return the first element of these names."""
        return next((element for element in self.walk() if element.tag in tags), None)

    def ancestors(self) -> Iterator[Element]:
        """Yield the parent, its parent, and so on."""
        element = self.parent
        while element is not None:
            yield element
            element = element.parent

    def texts(self) -> Iterator[str]:
        """Yield the text nodes, in order, without scripts and templates' data."""
        for child in self.children:
            if isinstance(child, str):
                yield child
            elif child.tag not in {"script", "style"}:
                yield from child.texts()

    @property
    def text(self) -> str:
        """Return the text inside, with spaces as a browser shows them."""
        return " ".join("".join(self.texts()).split())

    @property
    def name(self) -> str:
        """Return what assistive technology would say, as far as the markup alone tells."""
        images = " ".join(image.get("alt") for image in self.find_all("img"))
        titles = " ".join(title.text for title in self.find_all("title"))
        return (self.get("aria-label") or f"{self.text} {images} {titles}").strip()

    def __str__(self) -> str:
        """Return the start tag, for messages."""
        shown = "".join(f' {key}="{value or ""}"' for key, value in self.attributes.items())
        return f"<{self.tag}{shown}>"


class Reader(HTMLParser):
    """Build the tree and note every fault of syntax."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("#document", {}, None)
        self.open = self.root
        self.faults: list[str] = []
        self.doctype = ""

    def handle_decl(self, decl: str) -> None:
        """Keep the doctype."""
        self.doctype = decl

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open an element."""
        names = [name for name, _ in attrs]
        for doubled in {name for name in names if names.count(name) > 1}:
            self.faults.append(f"attribute {doubled} twice on <{tag}>")
        element = Element(tag, dict(attrs), self.open)
        self.open.children.append(element)
        if tag in BLOCKS and any(ancestor.tag == "p" for ancestor in element.ancestors()):
            self.faults.append(f"{element} is inside a paragraph")
        if tag not in VOID:
            self.open = element

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open, and close where HTML does so."""
        self.handle_starttag(tag, attrs)
        if tag in SVG:
            self.open = self.open.parent or self.root
        elif tag not in VOID:
            self.faults.append(f"<{tag}/> is not closed in HTML")

    def handle_endtag(self, tag: str) -> None:
        """Close the element, noting what was left open inside it."""
        if tag in VOID:
            self.faults.append(f"</{tag}> closes nothing")
            return
        names = [self.open.tag, *(element.tag for element in self.open.ancestors())]
        if tag not in names:
            self.faults.append(f"</{tag}> closes nothing")
            return
        while self.open.tag != tag:
            self.faults.append(f"<{self.open.tag}> is still open at </{tag}>")
            self.open = self.open.parent or self.root
        self.open = self.open.parent or self.root

    def handle_data(self, data: str) -> None:
        """Keep a text node."""
        self.open.children.append(data)


def read(html: str) -> tuple[Element, list[str]]:
    """Return the tree and the faults of syntax."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    faults = reader.faults
    if reader.doctype.lower() != "doctype html":
        faults.append("the doctype is missing")
    left_open = [element.tag for element in (reader.open, *reader.open.ancestors()) if element.tag != "#document"]
    faults += [f"<{tag}> is never closed" for tag in left_open]
    return reader.root, faults
