"""The page on which someone says how it went; never required, never in the way."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of
from portal.kit.limits import too_many
from portal.kit.widgets import Radios

from .. import permissions
from ..definition.fields.base import clean_text
from ..lifecycle import rating as verbs
from ..models import Rating, Submission
from .case_views import load

_HOURLY = 60
# Best first: the most frequent answer is the nearest.
_SCALE = Rating.Score.choices[::-1]


class RatingForm(forms.Form):
    """How it went, how clear it was, and words."""

    score = forms.TypedChoiceField(
        label=gettext_lazy("How did it go?"),
        choices=_SCALE,
        coerce=int,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose one of the five answers."),
            "invalid_choice": gettext_lazy("Choose one of the five answers."),
        },
    )
    clear = forms.TypedChoiceField(
        label=gettext_lazy("Were the questions and the explanations clear?"),
        choices=[
            (5, gettext_lazy("very clear")),
            (4, gettext_lazy("clear")),
            (3, gettext_lazy("so-so")),
            (2, gettext_lazy("not very clear")),
            (1, gettext_lazy("not clear at all")),
        ],
        coerce=int,
        empty_value=None,
        widget=Radios,
        required=False,
        error_messages={"invalid_choice": gettext_lazy("Choose one of the five answers.")},
    )
    words = forms.CharField(
        label=gettext_lazy("What would have helped you?"),
        help_text=gettext_lazy(
            "The department reads it without your name. Name nobody; for your request itself, write a message."
        ),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"max_length": gettext_lazy("This text is too long: keep it under 2,000 characters.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})

    def clean_words(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["words"], keep_lines=True)

    @property
    def said(self) -> verbs.Said:
        """What the form says."""
        data = self.cleaned_data
        return verbs.Said(data["score"], data["clear"], data["words"])


@require_http_methods(["GET", "HEAD", "POST"])
def rate(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask how it went; the POST keeps the answer, in the place of the one before."""
    submission = load(request, reference)
    known = verbs.given(submission)
    initial = {"score": known.score, "clear": known.clear, "words": known.words} if known else {}
    form, status = RatingForm(initial=initial), 200
    if request.method == "POST":
        form, status = RatingForm(request.POST), 422
        if too_many(request, "rating", limit=_HOURLY, seconds=3600):
            return render(request, "filing/too_many.html", {"kept": False}, status=429)
        if form.is_valid():
            verbs.give(submission, form.said, by=actor_of(request))
            messages.success(request, _("Thank you: your answer is kept. You may change it here."))
            return redirect("filing:case", submission.reference)
    return render(
        request, "filing/rating.html", _context(request, submission) | {"form": form, "known": known}, status=status
    )


def _context(request: HttpRequest, submission: Submission) -> dict[str, Any]:
    return {
        "submission": submission,
        "department": submission.department,
        "mandate": permissions.mandate_over(actor_of(request), submission),
    }
