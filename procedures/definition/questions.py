"""Some questions as a Django form: those that apply are asked in order, each drawn with what it reveals."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.safestring import SafeString, mark_safe

from portal.kit.fields import render_field
from portal.kit.markup import fill
from portal.kit.prose import followed
from portal.kit.widgets import Output

from .base import Answers
from .conditions import Test, applies
from .lookups import Context

if TYPE_CHECKING:
    from .fields import Field


class QuestionsForm(forms.Form):
    """The questions of a step or of a row. ``json`` holds the valid answers once it is validated.

    ``context.answers`` holds the answers before it; it is kept up to date while the form is checked, so that one
    question may depend on another of the same page.
    """

    def __init__(self, *, questions: Sequence["Field"], context: Context, **kwargs: Any) -> None:
        super().__init__(**{"auto_id": "f-%s", **kwargs})
        self.local = frozenset(question.id for question in questions)
        self.context = context = replace(context, local=context.local | self.local)
        self.json: Answers = {}
        self.questions = [question for question in questions if self.may_apply(question)]
        for question in self.questions:
            path = self.add_prefix(question.id)
            if path in context.locked:
                self.fields[question.id] = self._locked(question, path)
                continue
            control = self.fields[question.id] = question.form_field(self.place(question, path))
            if path in context.notes:
                control.help_text = followed(control.help_text, context.notes[path])

    def _locked(self, question: "Field", path: str) -> forms.Field:
        """Build what shows an answer from a certain source: it is read, and whatever is posted is ignored."""
        words = question.display(self.context.locked[path])
        return forms.Field(
            widget=Output(question.name, words, self.context.notes.get(path, ""), path=path), required=False
        )

    def place(self, question: "Field", path: str) -> Context:
        """Return the context of a question, whose input has that name; a subclass may know its section."""
        return self.context.at(path)

    def may_apply(self, node: Any) -> bool:
        """Say whether a question or a section applies, or may once a question of this very form is answered."""
        return node.when is None or self.is_local(node) or applies(node.when, self.context.answers, self.context.today)

    def is_local(self, node: Any) -> bool:
        """Say whether a condition depends on this form's own questions."""
        return not self.local.isdisjoint(node.reads)

    def _clean_fields(self) -> None:
        """Validate in order; a question that the form's own answers hide is not asked."""
        for question in self.questions:
            if self._asks(question):
                self._check(question)

    def _asks(self, question: "Field") -> bool:
        return question.when is None or applies(question.when, self.context.answers, self.context.today)

    def _check(self, question: "Field") -> None:
        answers, today = self.context.answers, self.context.today
        if question.derived:
            value = question.derive(answers, today)
            if value is not None:
                answers[question.id] = value
            return
        if not question.asked:
            return
        path = self.add_prefix(question.id)
        if path in self.context.locked:
            self.json[question.id] = answers[question.id] = self.context.locked[path]
            return
        bound = self[question.id]
        if question.required_when is not None:
            bound.field.required = question.needs(answers, today)
        try:
            value = bound.field.clean(bound.data)
        except ValidationError as error:
            self.add_error(question.id, error)
        else:
            self.cleaned_data[question.id] = value
            self.json[question.id] = answers[question.id] = question.to_json(value)

    def draw(self, questions: Sequence["Field"]) -> SafeString:
        """Draw some of the questions, each conditional one under the option that reveals it."""
        revealed = self._revealed()
        inner = {q.id for tree in revealed.values() for group in tree.values() for q in group}
        parts = [self._draw(q, revealed) for q in questions if q.id in self.fields and q.id not in inner]
        return mark_safe("".join(parts))  # noqa: S308 each part is safe

    def _revealed(self) -> dict[str, dict[str, list["Field"]]]:
        tree: dict[str, dict[str, list[Field]]] = {}
        for question in self.questions:
            parent = self._parent(question)
            if parent:
                tree.setdefault(parent[0], {}).setdefault(parent[1], []).append(question)
        return tree

    def _parent(self, question: "Field") -> tuple[str, str] | None:
        """The question and the option under which this one is shown, when its condition is that simple."""
        when = question.when
        if not (isinstance(when, Test) and when.op == "is" and when.field in self.fields and not when.part):
            return None
        widget = self.fields[when.field].widget
        value = str({True: "yes", False: "no"}[when.value] if isinstance(when.value, bool) else when.value)
        choices = getattr(widget, "choices", None) if getattr(widget, "reveals_options", False) else None
        return (when.field, value) if choices and any(str(option) == value for option, _ in choices) else None

    def _draw(self, question: "Field", revealed: dict[str, dict[str, list["Field"]]]) -> SafeString:
        reveals = {
            option: mark_safe("".join(self._draw(inner, revealed) for inner in inners))  # noqa: S308 each part is safe
            for option, inners in revealed.get(question.id, {}).items()
        }
        drawn = render_field(self[question.id], reveals)
        if question.when is None or not self.is_local(question) or self._parent(question):
            return drawn
        return self.conditional(question, drawn)

    def conditional(self, question: "Field", drawn: SafeString) -> SafeString:
        """Wrap a question whose condition only a script, or the server, can follow: said in words without one."""
        return fill(
            '<div class="when" data-when="{}"><p class="hint said">{}</p>{}</div>',
            self.add_prefix(question.id),
            self.context.say(question.when),
            drawn,
        )
