"""What stands among the questions and asks nothing: a heading, an explanation."""

from typing import Any

from django import forms
from django.utils.safestring import SafeString

from ..markup import fill
from ..prose import is_long, prose


class Content(forms.Widget):
    """A part of a page that is only read: no label, no input, nothing posted."""

    def content(self) -> SafeString:
        """Draw it."""
        raise NotImplementedError

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        """Draw it, for callers that know only Django's own interface."""
        return self.content()

    def value_from_datadict(self, data: Any, files: Any, name: str) -> None:
        """Read nothing: whatever is posted under its name is dropped."""
        return


class Nothing(Content):
    """A place kept without anything to read."""

    def content(self) -> SafeString:
        """Draw nothing."""
        return SafeString("")


class Heading(Content):
    """A title inside a section."""

    def __init__(self, text: str, level: int) -> None:
        super().__init__()
        self.text, self.level = text, level

    def content(self) -> SafeString:
        """Draw the title."""
        return fill('<h{} class="heading">{}</h{}>', self.level, self.text, self.level)


class Explanation(Content):
    """Some paragraphs, under a title, folded where asked."""

    def __init__(self, text: str, title: str, *, collapsed: bool) -> None:
        super().__init__()
        self.text, self.title, self.collapsed = text, title, collapsed

    def content(self) -> SafeString:
        """Draw the paragraphs; `details` opens without a script."""
        if self.collapsed:
            return fill(
                '<details class="explanation"><summary>{}</summary><div class="prose">{}</div></details>',
                self.title,
                prose(self.text),
            )
        title = fill("<p><strong>{}</strong></p>", self.title) if self.title else ""
        return fill('<div class="explanation prose">{}{}</div>', title, prose(self.text))


class Output(Content):
    """A value that follows from other answers; a script keeps it up to date, the server has the last word."""

    def __init__(self, label: str, text: str, help_text: str, *, path: str) -> None:
        super().__init__()
        self.label, self.text, self.help_text, self.path = label, text, help_text, path

    def content(self) -> SafeString:
        """Draw the label and the value; a dash while it is not known."""
        return fill(
            '<div class="field output"><p><strong>{}</strong></p>{}<p><output data-output="{}">{}</output></p></div>',
            self.label,
            self._help() if self.help_text else "",
            self.path,
            self.text or "–",
        )

    def _help(self) -> SafeString:
        if is_long(self.help_text):
            return fill('<div class="hint prose">{}</div>', prose(self.help_text))
        return fill('<p class="hint">{}</p>', self.help_text)
