"""What the link of an opinion opens, without an account: the question, what may be read of the request, the answer."""

import uuid
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from journal.models import record_access
from portal.kit.limits import too_many
from portal.kit.widgets import Radios

from ..definition.answered import answers_of
from ..definition.fields.address import lines
from ..definition.fields.base import clean_text
from ..lifecycle import opinions, scanning
from ..lifecycle.grounds import MissingWords
from ..lifecycle.sensitive import is_sensitive, without_sensitive
from ..lifecycle.transition import StaleAction
from ..models import AnswerFile, Opinion, Submission
from ..models.storage import download

_HOURLY = 60
_LIMIT = 5000


class OpinionForm(forms.Form):
    """What whoever is asked answers, and in whose name."""

    sense = forms.ChoiceField(
        label=gettext_lazy("Your opinion is"),
        choices=Opinion.Sense.choices,
        widget=Radios,
        error_messages={
            "required": gettext_lazy("Choose what your opinion is."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    words = forms.CharField(
        label=gettext_lazy("Your opinion, in your words"),
        help_text=gettext_lazy(
            "With its reserves, and the texts that it rests on. Whoever filed the request may ask to read it once it is "
            "decided."
        ),
        max_length=_LIMIT,
        widget=forms.Textarea(attrs={"rows": 8}),
        error_messages={
            "required": gettext_lazy("Write what your opinion is, in a few words at least."),
            "max_length": gettext_lazy("This text is too long: keep it under 5,000 characters."),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("Your name and your function"),
        help_text=gettext_lazy("For example: Captain A. Martin, prevention office."),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 50}),
        error_messages={
            "required": gettext_lazy("Write your name and your function: an opinion is given by someone."),
            "max_length": gettext_lazy("This is too long: keep it under 200 characters."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})

    def clean_words(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["words"], keep_lines=True)

    def clean_name(self) -> str:
        """Drop control and direction marks."""
        return clean_text(self.cleaned_data["name"])


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def opinion(request: HttpRequest, token: str) -> HttpResponse:
    """Show the question and what may be read; the POST gives the opinion, once. A GET changes nothing."""
    asked = _load(token)
    if asked is None or asked.submission.eliminated_at is not None:
        return render(request, "consulted/closed.html", {"why": "unknown"}, status=404)
    if asked.given_on is not None:
        return render(request, "consulted/given.html", {"opinion": asked, "department": asked.submission.department})
    if not asked.is_open or asked.submission.is_over:
        why = "over" if asked.submission.is_over or asked.dropped_on else "late"
        context = {"why": why, "department": asked.submission.department}
        return render(request, "consulted/closed.html", context, status=410)
    form, status = OpinionForm(), 200
    if request.method == "POST":
        if too_many(request, "opinion", limit=_HOURLY, seconds=3600):
            return render(request, "filing/too_many.html", status=429)
        form, status = OpinionForm(request.POST), 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                opinions.give(asked, opinions.Answer(said["sense"], said["words"], timezone.localdate()), said["name"])
            except MissingWords as missing:
                form.add_error(missing.field if missing.field in form.fields else "words", str(missing))
            except StaleAction:
                return redirect("consulted:opinion", token)
            else:
                return redirect("consulted:opinion", token)
    _note(asked, "read")
    return render(request, "consulted/opinion.html", {"form": form, "token": token, **_shown(asked)}, status=status)


@never_cache
@require_safe
def file(request: HttpRequest, token: str, file_id: uuid.UUID) -> HttpResponseBase:
    """Hand over a file that the link shows, while it is open."""
    asked = _load(token)
    if asked is None or not asked.shows_files or not asked.is_open or asked.submission.is_over:
        raise Http404
    link = next((one for one in _files(asked.submission) if one.stored.public_id == file_id), None)
    if link is None:
        raise Http404
    _note(asked, "download")
    return download(link.stored, link.stored.name)


def _load(token: str) -> Opinion | None:
    known = Opinion.objects.select_related(
        "submission__procedure",
        "submission__version",
        "submission__applicant",
        "submission__department__place",
    )
    return known.named(token)


def _shown(asked: Opinion) -> dict[str, Any]:
    """Return what the link shows: the question, then what was ticked, sensitive answers and files never."""
    submission = asked.submission
    sent = submission.answer_sets.order_by("-number").first() if asked.shows_answers else None
    definition = submission.version.definition
    answers = without_sensitive(definition, sent.answers) if sent else {}
    return {
        "opinion": asked,
        "submission": submission,
        "department": submission.department,
        "sections": answers_of(definition, answers, identity=False),
        "files": [one.stored for one in _files(submission)] if asked.shows_files else [],
        "address": lines(submission.applicant.address) if asked.shows_identity else [],
    }


def _files(submission: Submission) -> list[AnswerFile]:
    """Return the files that may be handed over: checked, still there, and asked by no sensitive question."""
    links = submission.files.select_related("stored").filter(
        piece=None, stored__scan__in=scanning.openable(), stored__destroyed_at=None
    )
    definition = submission.version.definition
    return [one for one in links if not is_sensitive(definition, one.field_id)]


def _note(asked: Opinion, action: str) -> None:
    """Write down that the link was used: the person is told by whom her request was read."""
    record_access(action, asked.submission.key, actor=asked.key, role="outside", service=asked.body[:120])
