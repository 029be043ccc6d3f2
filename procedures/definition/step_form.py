"""One step as a form, built from the definition, drawn section by section."""

from dataclasses import replace
from typing import Any

from django.utils.safestring import SafeString

from portal.kit.markup import fill
from portal.kit.prose import prose
from portal.kit.widgets.place import Geometry
from portal.kit.widgets.search import Search

from .conditions import applies
from .document import Section, Step
from .fields import Field, HeadingField
from .lookups import Context
from .questions import QuestionsForm


class StepForm(QuestionsForm):
    """The questions of ``step`` that may apply; ``context`` holds the answers of the steps before."""

    def __init__(self, *, step: Step, context: Context, **kwargs: Any) -> None:
        self.step = step
        self.section_of = {field.id: section for section in step.sections for field in section.fields}
        self._headings: dict[str, int] = {}
        super().__init__(questions=step.fields, context=context, **kwargs)

    def place(self, question: Field, path: str) -> Context:
        """Give each heading a level that follows the one before it: no level is jumped (RGAA 9.1)."""
        section = self.section_of[question.id]
        first = 3 if section.title else 2
        if isinstance(question, HeadingField):
            last = self._headings.get(section.id, first - 1)
            level = self._headings[section.id] = min(first + question.level - 3, last + 1)
        else:
            level = self._headings.get(section.id, first - 1) + 1
        return replace(self.context, path=path, level=level)

    def may_apply(self, node: Any) -> bool:
        """Leave out the questions of a section that does not apply, too."""
        section = self.section_of.get(node.id)
        return (section is None or super().may_apply(section)) and super().may_apply(node)

    def _asks(self, question: Field) -> bool:
        section = self.section_of[question.id]
        today = self.context.today
        return applies(section.when, self.context.answers, today) and super()._asks(question)

    @property
    def has_position(self) -> bool:
        """Say whether a question takes coordinates, which a script can read."""
        return any(isinstance(field.widget, Geometry) for field in self.fields.values())

    @property
    def has_search(self) -> bool:
        """Say whether a control of the page, or of its rows, has a script to make it quicker."""
        inner = (field.form_field(self.context) for top in self.step.fields for field in top.inner())
        return any(
            isinstance(field.widget, Search) or bool(getattr(field.widget, "suggested", ()))
            for field in (*self.fields.values(), *inner)
        )

    def sections(self) -> SafeString:
        """Draw the sections that hold a question, each under its title where it has one."""
        drawn = []
        for section in self.step.sections:
            body = self.draw(section.fields)
            if not body:
                continue
            inner = fill("{}{}", prose(section.intro), self._wrapped(section, body))
            if section.title:
                drawn.append(
                    fill(
                        '<section aria-labelledby="s-{}"><h2 id="s-{}">{}</h2>{}</section>',
                        section.id,
                        section.id,
                        section.title,
                        inner,
                    )
                )
            else:
                drawn.append(fill("<div>{}</div>", inner))
        return SafeString("".join(drawn))

    def _wrapped(self, section: Section, body: SafeString) -> SafeString:
        if section.when is None or not self.is_local(section):
            return body
        return fill(
            '<div class="when" data-when="s-{}"><p class="hint said">{}</p>{}</div>',
            section.id,
            self.context.say(section.when),
            body,
        )
