"""What agents write: a message, the words of an action, the grounds of a decision."""

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ..definition.fields.base import clean_text
from ..definition.workflow import Transition
from ..lifecycle.transition import SHORTEST_FACTS
from ..models import Decision

_LIMIT = 5000


class Words(forms.CharField):
    """Some lines of text, without control or direction marks."""

    def __init__(self, *, rows: int, empty: Any = "", **kwargs: Any) -> None:
        messages = {"max_length": gettext_lazy("This text is too long: keep it under 5,000 characters.")}
        if empty:
            messages["required"] = empty
        super().__init__(
            widget=forms.Textarea(attrs={"rows": rows}), max_length=_LIMIT, error_messages=messages, **kwargs
        )

    def to_python(self, value: Any) -> str:
        """Clean the text before it is measured."""
        return clean_text(super().to_python(value) or "", keep_lines=True)


class DeskForm(forms.Form):
    """A form of the desk; its ids are short and stable."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("auto_id", "f-%s")
        super().__init__(*args, **kwargs)


class MessageForm(DeskForm):
    """A message to the applicant."""

    words = Words(
        rows=3, label=gettext_lazy("Your message"), empty=gettext_lazy("Write your message before you send it.")
    )

    def __init__(self, *args: Any, name: str = "", told: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["words"].label = _("Write to %(name)s") % {"name": name}
        self.fields["words"].help_text = (
            _("An e-mail says that a message is waiting; the text itself is read on the follow-up page.")
            if told
            else _("No e-mail is sent: the message is read on the follow-up page only.")
        )


class MoveForm(DeskForm):
    """A transition that asks for nothing."""


class ExplanationForm(DeskForm):
    """What an auditor found when she looked into an unusual reading."""

    words = Words(
        rows=4,
        label=gettext_lazy("What you found"),
        help_text=gettext_lazy(
            "For example: whom you asked, and the reason given. Read by auditors only, kept a year."
        ),
        empty=gettext_lazy("Write what you found, in a few words."),
    )


class SendBackForm(DeskForm):
    """Why a signatory does not sign."""

    words = Words(
        rows=4,
        label=gettext_lazy("Why you send it back"),
        help_text=gettext_lazy("Read by the department only, never by the applicant."),
        empty=gettext_lazy("Write why you send it back."),
    )


class DecisionForm(DeskForm):
    """The grounds of a decision, and some words to the person; what is not wholly granted needs both grounds (L211-5)."""

    law = Words(
        rows=4,
        label=gettext_lazy("The rule that is applied"),
        help_text=gettext_lazy("The text and its article, in a whole sentence: the person reads it as it is."),
        required=False,
        empty=gettext_lazy("Name the rule that is applied, with its article (L211-5)."),
    )
    fact = Words(
        rows=6,
        label=gettext_lazy("The facts, in one to three sentences"),
        help_text=gettext_lazy("Dates and papers of this very case. A stock phrase is not enough (L211-5)."),
        required=False,
        empty=gettext_lazy("Say the facts of this case, with dates and papers (L211-5)."),
    )
    words = Words(
        rows=3,
        label=gettext_lazy("Words to the person"),
        help_text=gettext_lazy("They open the letter, before the reasons."),
        required=False,
    )

    def __init__(self, *args: Any, adverse: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.adverse = adverse
        self.fields["law"].required = self.fields["fact"].required = adverse

    def clean_fact(self) -> str:
        """Refuse facts too short to say anything of the case, beside the other errors of the form."""
        fact: str = self.cleaned_data["fact"]
        if self.adverse and len(fact) < SHORTEST_FACTS:
            raise forms.ValidationError(
                _("Say the facts of this case in at least %(count)d characters: a stock phrase is not enough (L211-5).")
                % {"count": SHORTEST_FACTS}
            )
        return fact


class ReasonsForm(DeskForm):
    """The reasons of a refusal that silence made (L232-4)."""

    law = Words(
        rows=4,
        label=gettext_lazy("The rule that is applied"),
        help_text=gettext_lazy("The text and its article, in a whole sentence: the person reads it as it is."),
        empty=gettext_lazy("Name the rule that is applied, with its article (L211-5)."),
    )
    fact = Words(
        rows=6,
        label=gettext_lazy("The facts, in one to three sentences"),
        help_text=gettext_lazy("Dates and papers of this very case. A stock phrase is not enough (L211-5)."),
        empty=gettext_lazy("Say the facts of this case, with dates and papers (L211-5)."),
    )


def form_for(transition: Transition, data: Any, prepared: Decision | None, *, preview: bool = False) -> DeskForm:
    """Build the form of a transition; a decision starts from what was prepared with the same outcome.

    A preview shows what was typed and judges nothing of it.
    """
    bound = None if preview else data
    initial: dict[str, str] = {}
    if preview:
        initial = {name: str(data.get(name, ""))[:_LIMIT] for name in ("law", "fact", "words")}
    if transition.act in {"propose", "decide"}:
        if not preview and prepared is not None and prepared.outcome == transition.outcome:
            initial = {"law": prepared.law_grounds, "fact": prepared.fact_grounds, "words": prepared.words}
        return DecisionForm(bound, initial=initial, adverse=transition.adverse)
    if transition.act == "send_back":
        return SendBackForm(bound, initial=initial)
    return MoveForm(bound)
