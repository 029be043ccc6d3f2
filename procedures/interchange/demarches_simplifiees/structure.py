"""Headers become pages and sections; what stands before the first one is on a page of its own."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from ...definition import limits
from . import texts
from .descriptors import Descriptor
from .names import Ids
from .report import Report
from .types import Question, Types

FIRST_PAGE = "Informations"


@dataclass
class Part:
    """A section being gathered."""

    id: str
    title: str = ""
    intro: str = ""
    fields: list[Question] = field(default_factory=list)


@dataclass
class Page:
    """A page being gathered."""

    id: str
    title: str
    intro: str = ""
    parts: list[Part] = field(default_factory=list)


class Structure:
    """Lays the questions of one document out in pages. ``order`` names, for each descriptor, the part of ours it became."""

    def __init__(self, ids: Ids, report: Report) -> None:
        self.ids, self.report = ids, report
        self.types = Types(ids, report)
        self.order: list[str] = []
        self.pages: list[Page] = []

    def lay_out(self, items: list[Descriptor]) -> list[dict[str, Any]]:
        """Return the steps of the definition."""
        self.report.fields_total = sum(item.count for item in items)
        opens = page_openers(items)
        alone = lone_headers(items, opens)
        for place, item in enumerate(items):
            if item.kind != "headersection" or place in alone:
                self._ask(item)
            elif place in opens and not self._is_waiting():
                self._open_page(item)
            else:
                self._open_part(item)
        return [_step(page) for page in self._joined()]

    def _is_waiting(self) -> bool:
        """Say whether the page that was opened last has no question yet: a header after it divides it."""
        return bool(self.pages) and not any(part.fields for part in self.pages[-1].parts)

    def _open_page(self, item: Descriptor) -> None:
        title, intro = self._words(item)
        self.pages.append(Page(self.ids.part(item.label, item.source_id), title, intro))
        self._note(item, self.pages[-1].id)

    def _open_part(self, item: Descriptor) -> None:
        page = self._page()
        title, intro = self._words(item)
        last = page.parts[-1] if page.parts else None
        if last is not None and last.title and not last.fields:
            # Two titles in a row: said together, nothing stands between them.
            last.title = f"{last.title} – {title}"
            last.intro = "\n\n".join(text for text in (last.intro, intro) if text)
            self._note(item, last.id)
            return
        page.parts.append(Part(self.ids.part(item.label, item.source_id), title, intro))
        self._note(item, page.parts[-1].id)

    def _ask(self, item: Descriptor) -> None:
        page = self._page()
        if not page.parts:
            page.parts.append(Part(self.ids.part(f"{page.id[:30]} questions")))
        self.types.titled = bool(page.parts[-1].title)
        built = self.types.build(item)
        page.parts[-1].fields += built
        self.order.append(built[0]["id"])

    def _page(self) -> Page:
        if not self.pages:
            self.pages.append(Page(self.ids.part(FIRST_PAGE), FIRST_PAGE))
        return self.pages[-1]

    def _note(self, item: Descriptor, part_id: str) -> None:
        self.order.append(part_id)
        self.report.fields_expressed += 1

    def _words(self, item: Descriptor) -> tuple[str, str]:
        title, rest = texts.cut(item.label, texts.LABEL)
        intro, lost = texts.cut(f"{item.label if rest else ''}\n\n{item.description}".strip(), texts.PROSE)
        if lost:
            self.report.degrade(title, _("the help is too long; what follows was left out: %(rest)s") % {"rest": lost})
        return title, intro

    def _joined(self) -> list[Page]:
        """Join neighbours where there are more pages than a procedure may have: each page becomes a section."""
        pages = self.pages
        if len(pages) <= limits.STEPS:
            return pages
        self.report.warn(_("there were %(count)d pages: neighbours are joined") % {"count": len(pages)})
        size = -(-len(pages) // limits.STEPS)
        return [_merged(pages[start : start + size]) for start in range(0, len(pages), size)]


def page_openers(items: list[Descriptor]) -> set[int]:
    """Return the places of the headers that open a page: the highest level, or all where levels are not said."""
    headers = {place: item.level for place, item in enumerate(items) if item.kind == "headersection"}
    levels = [level for level in headers.values() if level is not None]
    if levels:
        highest = min(levels)
        return {place for place, level in headers.items() if level in (None, highest)}
    if len(headers) == 1 and 0 not in headers:
        return set()  # one title in the middle divides the one page
    return set(headers)


def lone_headers(items: list[Descriptor], opens: set[int]) -> set[int]:
    """Return the places of the headers that no question follows before the next page: they stay titles among questions."""
    alone: set[int] = set()
    after = "end"
    for place in range(len(items) - 1, -1, -1):
        if items[place].kind != "headersection":
            after = "question"
        elif place in opens:
            alone |= {place} if place + 1 == len(items) else set()
            after = "page"
        elif after != "question":
            alone.add(place)
    return alone


def _merged(pages: list[Page]) -> Page:
    """Return one page that holds the sections of several, each under the title of the page it was on."""
    first, *others = pages
    parts = list(first.parts)
    for page in others:
        for part in page.parts:
            title = " – ".join(text for text in (page.title, part.title) if text)
            intro = "\n\n".join(text for text in (page.intro if part is page.parts[0] else "", part.intro) if text)
            parts.append(Part(part.id, title, intro, part.fields))
    return Page(first.id, first.title, first.intro, parts)


def _step(page: Page) -> dict[str, Any]:
    return {
        "id": page.id,
        "title": page.title,
        "question": page.title,
        "intro": page.intro,
        "sections": list(_sections(page)),
    }


def _sections(page: Page) -> Iterator[dict[str, Any]]:
    for part in page.parts:
        yield {
            "id": part.id,
            "title": part.title,
            "intro": texts.cut(part.intro, texts.PROSE)[0],
            "fields": part.fields,
        }
