"""One step as a form, built from the definition; its questions are drawn with what they reveal."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from portal.kit.fields import render_field
from portal.kit.widgets import Radios
from portal.kit.widgets_place import Geometry
from portal.kit.widgets_search import Search

from ..definition.base import Answers
from ..definition.conditions import Test, applies, tests_of
from ..definition.document import Section, Step
from ..definition.fields import Field, FileField
from ..definition.fields.file import FilesControl, size_in_words
from ..definition.lookups import Context, Lookups


@dataclass(frozen=True)
class DrawnSection:
    """A section and its questions as HTML."""

    section: Section
    body: SafeString


class StepForm(forms.Form):
    """The questions of ``step`` that may apply. ``answers`` are those of the steps before; ``json`` is filled when valid."""

    def __init__(
        self,
        *,
        step: Step,
        answers: Answers,
        kept: Mapping[str, list[dict[str, Any]]],
        refused: Mapping[str, list[str]],
        lookups: Lookups,
        own: Answers,
        **kwargs: Any,
    ) -> None:
        super().__init__(auto_id="f-%s", **kwargs)
        self.step, self.answers = step, answers
        # Kept up to date while the page is checked, so that one question may be bounded by another of the same page.
        # Until then it holds what the page itself was answered before: a list may depend on one beside it.
        shown = answers if self.is_bound else {**answers, **own}
        self.context = Context(today=timezone.localdate(), answers=dict(shown), lookups=lookups)
        self.json: Answers = {}
        self.local = {field.id for field in step.fields}
        for question in self._possible():
            control = question.form_field(self.context)
            if isinstance(question, FileField) and isinstance(control, FilesControl):
                control.kept = kept.get(question.id, [])
                control.refused = list(refused.get(question.id, []))
                control.widget.kept = [{**item, "said": _said(item)} for item in control.kept]
                limits = question.limits(settings.UPLOAD_MAX_BYTES)
                control.help_text = f"{question.help} {limits}".strip()
            self.fields[question.id] = control

    @property
    def has_position(self) -> bool:
        """Say whether a question takes coordinates, which a script can read."""
        return any(isinstance(field.widget, Geometry) for field in self.fields.values())

    @property
    def has_search(self) -> bool:
        """Say whether a control of the page has a script to make it quicker."""
        return any(
            isinstance(field.widget, Search) or bool(getattr(field.widget, "suggested", ()))
            for field in self.fields.values()
        )

    def _possible(self) -> list[Field]:
        """The questions that apply, or may once a question of this very page is answered."""
        return [
            field
            for section in self.step.sections
            if self._may_apply(section)
            for field in section.fields
            if self._may_apply(field)
        ]

    def _may_apply(self, node: Section | Field) -> bool:
        return self._is_local(node) or applies(node.when, self.answers)

    def _is_local(self, node: Section | Field) -> bool:
        return any(test.field in self.local for test in tests_of(node.when))

    def _clean_fields(self) -> None:
        """Validate in order; a question that its page's own answers hide is not asked."""
        answers = self.context.answers
        for section in self.step.sections:
            if not applies(section.when, answers):
                continue
            for question in section.fields:
                if question.id not in self.fields or not applies(question.when, answers):
                    continue
                bound = self[question.id]
                try:
                    value = bound.field.clean(bound.data)
                except ValidationError as error:
                    self.add_error(question.id, error)
                else:
                    self.cleaned_data[question.id] = value
                    self.json[question.id] = answers[question.id] = question.to_json(value)

    def sections(self) -> list[DrawnSection]:
        """Draw the sections, each conditional question under the option that reveals it."""
        revealed = self._revealed()
        drawn = []
        for section in self.step.sections:
            parts = [
                self._draw(question, revealed)
                for question in section.fields
                if question.id in self.fields and self._parent(question) is None
            ]
            if parts:
                drawn.append(DrawnSection(section, mark_safe("".join(parts))))  # noqa: S308 each part is safe
        return drawn

    def _parent(self, question: Field) -> tuple[str, str] | None:
        """The question and the option under which this one is shown, when its condition is that simple."""
        when = question.when
        if not (isinstance(when, Test) and when.op == "is" and when.field in self.fields):
            return None
        value = str({True: "yes", False: "no"}[when.value] if isinstance(when.value, bool) else when.value)
        control = self.fields[when.field]
        # Only radio buttons can show a question under one of their options.
        choices = getattr(control, "choices", None) if isinstance(control.widget, Radios) else None
        return (when.field, value) if choices and any(option == value for option, _ in choices) else None

    def _revealed(self) -> dict[str, dict[str, list[Field]]]:
        tree: dict[str, dict[str, list[Field]]] = {}
        for question in self.step.fields:
            parent = self._parent(question) if question.id in self.fields else None
            if parent:
                tree.setdefault(parent[0], {}).setdefault(parent[1], []).append(question)
        return tree

    def _draw(self, question: Field, revealed: dict[str, dict[str, list[Field]]]) -> SafeString:
        reveals = {
            option: mark_safe("".join(self._draw(inner, revealed) for inner in inners))  # noqa: S308 each part is safe
            for option, inners in revealed.get(question.id, {}).items()
        }
        return render_field(self[question.id], reveals)


def _said(item: Mapping[str, Any]) -> str:
    kind = {"application/pdf": "PDF"}.get(item["type"], item["type"].split("/")[-1].upper())
    return f"{kind}, {size_in_words(item['size'])}"


def raw_of(form: StepForm) -> dict[str, list[str]]:
    """Return what the browser posted for this form's questions, files aside; PostgreSQL keeps no null character."""
    names = set(form.fields)
    return {
        key: [str(value).replace("\x00", "") for value in form.data.getlist(key)]  # type: ignore[attr-defined]
        for key in form.data
        if key in names or key.rsplit("-", 1)[0] in names
    }
