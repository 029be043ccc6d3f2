"""The page on which a person corrects the answers that the department named, and reads the receipt of what she sent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import Actor, actor_of

from .. import permissions
from ..definition import rows
from ..definition.base import Answers
from ..definition.changes import changes
from ..definition.document import Step
from ..definition.fields import FileField
from ..definition.fields.base import clean_text
from ..definition.lookups import Context
from ..definition.step_form import StepForm
from ..definition.trace import EMPTY
from ..lifecycle import acknowledgement, correct, correction
from ..lifecycle.transition import locked
from ..models import CorrectionRequest, Submission
from .case_views import load
from .forms import querydict, raw_of
from .lookups import CitizenLookups

_LONGEST = 2000
# The input of her own words, which no question can be called.
WORDS = "Words"


class CorrectionForm(StepForm):
    """The answers to look at again, those that they open, and a word to the department."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields[WORDS] = forms.CharField(
            label=_("A word to the department"),
            help_text=_("For example, why an answer is right as it is."),
            required=False,
            max_length=_LONGEST,
            widget=forms.Textarea(attrs={"rows": 3}),
            error_messages={"max_length": _("This text is too long: keep it under 2,000 characters.")},
        )

    def _clean_fields(self) -> None:
        super()._clean_fields()
        bound = self[WORDS]
        try:
            self.cleaned_data[WORDS] = clean_text(bound.field.clean(bound.data) or "", keep_lines=True)
        except forms.ValidationError as error:
            self.add_error(WORDS, error)


class Page:
    """One request for corrections, as its page knows it: the questions asked, and the answers around them."""

    def __init__(self, actor: Actor, submission: Submission, asked: CorrectionRequest) -> None:
        self.actor, self.submission, self.asked = actor, submission, asked
        self.definition = submission.version.definition
        self.sent = correction.last_sent(submission).answers
        self.today = timezone.localdate(submission.received_at)
        self.reasons = {item.field_id: item.reason for item in asked.items.all()}

    def form(self, data: QueryDict | None) -> CorrectionForm:
        """Return the form of what is asked and of what the answers given open: those questions are asked too."""
        raw = data if data is not None else querydict(self.asked.pending)
        names = set(self.reasons)
        while True:
            form = self._form(names, raw)
            form.is_valid()
            opened = self._opened({**self.sent, **form.json}, names)
            if not opened:
                break
            names |= opened
        return form if data is not None else self._form(names, None)

    def _form(self, names: set[str], data: QueryDict | None) -> CorrectionForm:
        step = self._step(names)
        own = {field.id for field in step.fields}
        known = {name: value for name, value in self.sent.items() if data is None or name not in own}
        context = Context(
            today=self.today,
            answers=known,
            lookups=CitizenLookups(self.actor, self.submission),
            notes={
                name: _("The department writes: %(reason)s") % {"reason": why} for name, why in self.reasons.items()
            },
            say=self.definition.say,
        )
        return CorrectionForm(step=step, context=context, data=data, initial=None if data else self._initial(step))

    def _step(self, names: set[str]) -> Step:
        """Return the questions as one step, in the order of the procedure, under the titles of its sections."""
        sections = [
            section.model_copy(update={"fields": fields, "intro": ""})
            for step in self.definition.all_steps
            for section in step.sections
            if (fields := [field for field in section.fields if field.id in names])
        ]
        return Step.model_construct(
            id="correction", title="", question="", intro="", when=None, stops=[], sections=sections
        )

    def _opened(self, answers: Answers, names: set[str]) -> set[str]:
        """Return the questions that these answers open and that have none yet; files are asked for by the department."""
        traced = self.definition.trace(answers, self.today)
        return {
            field.id
            for _step, _section, field in traced.questions()
            if field.asked
            and not isinstance(field, FileField)
            and field.id not in names
            and (field.id not in answers or (answers[field.id] in EMPTY and field.needs(traced.kept, self.today)))
        }

    def _initial(self, step: Step) -> dict[str, Any]:
        """Show again what was typed, else what was sent."""
        typed, initial = querydict(self.asked.pending), {}
        for question in step.fields:
            if any(key.split("-", 1)[0] == question.id for key in self.asked.pending):
                initial[question.id] = question.form_field().widget.value_from_datadict(typed, {}, question.id)
            elif self.sent.get(question.id) is not None:
                initial[question.id] = question.to_initial(self.sent[question.id])
        initial[WORDS] = typed.get(WORDS, "")
        return initial


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is to correct and what was sent; a POST keeps what was typed, and sends it where that is asked."""
    submission = load(request, reference)
    if request.method == "POST":
        return _receive(request, submission)
    asked = correction.latest(submission)
    if asked is None:
        raise Http404
    return _draw(request, submission, asked)


def _receive(request: HttpRequest, submission: Submission) -> HttpResponse:
    here = redirect("filing:correction", submission.reference)
    with transaction.atomic():
        current = locked(submission.reference)
        asked = correction.latest(current)
        if asked is None:
            raise Http404
        if current.is_over or asked.answered_at is not None:
            messages.warning(request, _("Nothing is awaited any more: here is where your request stands."))
            return here
        form = Page(actor_of(request), current, asked).form(request.POST)
        raw = raw_of(form)
        if "row" in request.POST and (change := rows.read(request.POST["row"], form.questions)):
            raw, place = rows.applied(change, raw)
            correction.keep(asked, raw)
            return redirect(f"{here.url}#{place}")
        # Kept before anything is judged: a mistake, a closed page or an action of the department loses nothing.
        correction.keep(asked, raw)
    if "send" not in request.POST:
        if "later" in request.POST:
            messages.success(request, _("It is kept. Nothing is sent yet: come back and send it when you are ready."))
        return here
    if not form.errors:
        _stop(form, submission)
    if form.errors:
        return _draw(request, submission, asked, form, 422)
    try:
        correct.send(submission, asked, form.json, form.cleaned_data.get(WORDS, ""), by=actor_of(request))
    except correct.NothingToSend:
        form.add_error(None, _("Nothing has changed: correct an answer, or say at the end why it is right as it is."))
        return _draw(request, submission, asked, form, 422)
    messages.success(request, _("Your correction has arrived. Your receipt is below."))
    return here


def _stop(form: CorrectionForm, submission: Submission) -> None:
    """Say where the corrected answers make the request one that cannot be asked for here."""
    page_answers = {**correction.last_sent(submission).answers, **form.json}
    traced = submission.version.definition.trace(page_answers, timezone.localdate(submission.received_at))
    for here in traced.steps:
        if here.stop is not None:
            form.add_error(None, f"{here.stop.title}. {here.stop.text}")


def _draw(
    request: HttpRequest,
    submission: Submission,
    asked: CorrectionRequest,
    form: CorrectionForm | None = None,
    status: int = 200,
) -> HttpResponse:
    definition = submission.version.definition
    is_open = asked.answered_at is None and not submission.is_over
    if form is None and is_open:
        form = Page(actor_of(request), submission, asked).form(None)
    sent = asked.answer_set
    before = submission.answer_sets.filter(number=sent.number - 1).first() if sent else None
    context = {
        "submission": submission,
        "asked": asked,
        "form": form,
        "sections": form.sections() if form else "",
        "words": form[WORDS] if form else None,
        "late": asked.is_late(timezone.localdate()),
        "sent": sent,
        "changes": changes(definition, before.answers, sent.answers) if sent and before else [],
        "receipt": submission.documents.filter(answer_set=sent).select_related("stored").first() if sent else None,
        "sent_words": acknowledgement.in_words(asked.answered_at) if asked.answered_at else "",
        "department": submission.department,
        "mandate": permissions.mandate_over(actor_of(request), submission),
    }
    return render(request, "filing/correction.html", context, status=status)
