"""The page on which a person sends the pieces that were asked for, and reads the receipt of what she sent."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of

from .. import permissions
from ..definition.clock import effect_of
from ..definition.fields.base import clean_text
from ..definition.lookups import Context
from ..lifecycle import acknowledgement, clock_words, pieces, pieces_answer
from ..lifecycle.transition import locked
from ..models import AskedPiece, PiecesRequest, PiecesSending, Submission
from ..models.storage import download
from .case_views import load

_LONGEST = 2000


class PiecesForm(forms.Form):
    """For each piece that has not come: its files, or why it is not there."""

    def __init__(self, data: Any, asked: PiecesRequest, refused: dict[str, list[str]]) -> None:
        super().__init__(data, auto_id="f-%s")
        self.asked = asked
        for piece in asked.missing:
            context = Context(
                today=timezone.localdate(), files={piece.path: list(piece.shown())}, refused=refused, path=piece.path
            )
            self.fields[piece.path] = pieces.question(piece).form_field(context)
            self.fields[piece.path].label = _("Files for “%(piece)s”") % {"piece": piece.label}
            self.fields[_words(piece)] = forms.CharField(
                label=_("If you do not have it, say why"),
                required=False,
                max_length=_LONGEST,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=piece.words,
                error_messages={"max_length": _("This text is too long: keep it under 2,000 characters.")},
            )

    @property
    def parts(self) -> list[tuple[AskedPiece, list[Any]]]:
        """Each piece with its two questions."""
        return [(piece, [self[piece.path], self[_words(piece)]]) for piece in self.asked.missing]

    def demand_all(self) -> None:
        """Say beside each piece without a file nor a word what to do."""
        for piece in self.asked.missing:
            if not self.errors.get(piece.path) and not self.cleaned_data.get(piece.path) and not piece.words:
                self.add_error(_words(piece), _("Join the piece above, or say here why you do not have it."))


def _words(piece: AskedPiece) -> str:
    return f"words_{piece.public_id.hex}"


@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Show what is asked and what was sent; a POST keeps what it brings, and sends it where that is asked."""
    submission = load(request, reference)
    if request.method == "POST":
        return _receive(request, submission)
    asked = pieces.latest(submission)
    if asked is None:
        raise Http404
    return _draw(request, submission, asked, PiecesForm(None, asked, {}))


def _receive(request: HttpRequest, submission: Submission) -> HttpResponse:
    here = redirect("filing:pieces", submission.reference)
    with transaction.atomic():
        current = locked(submission.reference)
        asked = pieces.latest(current)
        if asked is None:
            raise Http404
        if current.is_over or not asked.missing:
            messages.warning(request, _("Nothing is awaited any more: here is where your request stands."))
            return here
        if "remove" in request.POST:
            _keep_words(asked, request.POST)
            pieces.drop(asked, request.POST["remove"][:40])
            return here
        refused = _keep_files(current, asked, request.FILES)
        _keep_words(asked, request.POST)
        awaited = current.awaiting == "pieces"
    found = pieces.latest(submission)
    assert found is not None, "it was there a moment ago"  # noqa: S101
    form = PiecesForm(request.POST, found, refused)
    valid = form.is_valid()
    if "send" in request.POST and awaited:
        form.demand_all()
        valid = not form.errors
    if not valid:
        return _draw(request, submission, found, form, 422)
    if "send" not in request.POST:
        messages.success(request, _("It is kept. Nothing is sent yet: come back and send it when you have everything."))
        return here
    try:
        pieces_answer.send(submission, by=actor_of(request))
    except pieces_answer.NothingToSend:
        form.add_error(None, _("There is nothing new to send: join a file, or say why you do not have it."))
        return _draw(request, submission, found, form, 422)
    messages.success(request, _("Your pieces have arrived. Your receipt is below."))
    return here


def _keep_files(
    submission: Submission, asked: PiecesRequest, sent: "MultiValueDict[str, UploadedFile[Any]]"
) -> dict[str, list[str]]:
    """Keep the files before anything else is judged; return what was refused, by the name of the input."""
    by_path = {piece.path: piece for piece in asked.missing}
    if any(path not in by_path for path in sent):
        # The page was drawn before the department asked again: the same piece has another name now.
        now = {(piece.field_id, piece.label): piece for piece in asked.missing}
        for old in AskedPiece.objects.filter(request__submission=submission).exclude(request=asked):
            if (old.field_id, old.label) in now:
                by_path[old.path] = now[old.field_id, old.label]
    refused: dict[str, list[str]] = {}
    for path in sent:
        if path in by_path:
            refused[by_path[path].path] = pieces.choose(by_path[path], sent.getlist(path))
    return refused


def _keep_words(asked: PiecesRequest, posted: Any) -> None:
    for piece in asked.missing:
        words = clean_text(posted.get(_words(piece), piece.words), keep_lines=True)[:_LONGEST]
        if words != piece.words:
            piece.words, piece.answered_at = words, None
            piece.save(update_fields=["words", "answered_at"])


def _draw(
    request: HttpRequest, submission: Submission, asked: PiecesRequest, form: PiecesForm, status: int = 200
) -> HttpResponse:
    sent_at = asked.answered_at
    context = {
        "submission": submission,
        "asked": asked,
        "form": form,
        "open": bool(asked.missing) and not submission.is_over,
        "late": asked.is_late(timezone.localdate()),
        "consequence": clock_words.consequence(
            effect_of(submission.version.definition.legal), by_text=asked.touches_clock
        ),
        "sent": [piece for piece in asked.items.all() if piece.answered_at],
        "came": [piece for piece in asked.items.all() if piece.arrived_on and piece.answered_at is None],
        "sendings": PiecesSending.of(asked),
        "sent_words": acknowledgement.in_words(sent_at) if sent_at else "",
        "department": submission.department,
        "mandate": permissions.mandate_over(actor_of(request), submission),
    }
    return render(request, "filing/pieces.html", context, status=status)


@require_safe
def receipt(request: HttpRequest, reference: str, number: int) -> HttpResponseBase:
    """Download the receipt of pieces that were sent, once it is made."""
    submission = load(request, reference)
    document = submission.documents.filter(pieces__number=number).select_related("stored").first()
    if document is None or document.stored is None:
        raise Http404
    return download(document.stored, document.stored.name)
