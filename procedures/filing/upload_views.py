"""Files sent by the script of form pages: a piece at a time, and the question drawn again by the server."""

import uuid
from io import BytesIO
from typing import Any

from django import forms
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from portal.kit.fields import render_field

from ..definition.fields import FileField
from ..definition.lookups import Context
from ..lifecycle import draft as drafts
from ..lifecycle import uploads
from ..lifecycle.files import RefusedFile
from ..models import Draft, PartialUpload, StoredFile
from .loading import load, signed_in_again


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def files(request: HttpRequest, draft_id: Any, path: str) -> HttpResponse:
    """Show how the files of a question stand; a POST sends a piece of one, cancels it or removes a file.

    Every answer is JSON: "html" is the question as it is to be shown now, "words" what is to be said.
    """
    if request.method != "POST":
        draft, field = _load(request, draft_id, path)
        return _filed(draft) or JsonResponse(_drawn(draft, field, path))
    # What was sent is read before the draft is held: a slow network holds nobody up.
    posted, piece = request.POST, request.FILES.get("piece") or BytesIO()
    with transaction.atomic():
        draft, field = _load(request, draft_id, path, lock=True)
        filed = _filed(draft)
        if filed is not None:
            return filed
        if "remove" in posted:
            return _remove(draft, field, path, posted["remove"])
        sent = _sent(posted)
        if "cancel" in posted:
            uploads.cancel(draft, sent["upload"])
            return JsonResponse(_drawn(draft, field, path))
        try:
            row = uploads.receive_piece(draft, field, path, **sent, piece=piece)
        except RefusedFile as error:
            return _refused(draft, field, path, str(error))
        except uploads.WrongOffset as error:
            return JsonResponse({"offset": error.expected}, status=409)
        except uploads.Busy:
            return JsonResponse({"words": _("Too many files are being sent at once: wait a moment.")}, status=503)
    if row.done_at is None:
        if row.received < row.total:
            return JsonResponse({"offset": row.received})
        row = uploads.finish(row, field)
    return _ended(row, draft, field, path)


def _load(request: HttpRequest, draft_id: Any, path: str, *, lock: bool = False) -> tuple[Draft, FileField]:
    """Return the draft and the question, under the same right as the draft; 404 otherwise, whether it exists or not."""
    draft = load(request, draft_id, lock=lock, page=False)
    field = uploads.question_at(draft.definition, path)
    if field is None:
        raise Http404
    return draft, field


def _sent(posted: Any) -> dict[str, Any]:
    """Read what comes with a piece; what no script of ours sends is no address."""
    try:
        found: dict[str, Any] = {"upload": uuid.UUID(posted.get("upload", ""))}
        if "cancel" not in posted:
            found |= {"total": int(posted["total"]), "offset": int(posted["offset"])}
    except (KeyError, ValueError) as error:
        raise Http404 from error
    if not all(0 <= number < 2**40 for number in found.values() if isinstance(number, int)):
        raise Http404
    return {**found, "name": posted.get("name", "")[:500]}


def _filed(draft: Draft) -> HttpResponse | None:
    if draft.submission is None:
        return None
    return JsonResponse({"location": reverse("filing:confirmation", args=[draft.submission.reference])}, status=409)


def _remove(draft: Draft, field: FileField, path: str, file_id: str) -> HttpResponse:
    try:
        key = uuid.UUID(file_id)
    except ValueError as error:
        raise Http404 from error
    drafts.detach(draft, str(key))
    return JsonResponse(_drawn(draft, field, path))


def _refused(draft: Draft, field: FileField, path: str, words: str) -> HttpResponse:
    return JsonResponse({**_drawn(draft, field, path, [words]), "words": words}, status=422)


def _ended(row: PartialUpload, draft: Draft, field: FileField, path: str) -> HttpResponse:
    if row.refusal:
        return _refused(draft, field, path, row.refusal)
    if row.done_at is None:
        draft.refresh_from_db(fields=["submission"])
        return _filed(draft) or JsonResponse({"offset": row.received})
    return JsonResponse({**_drawn(draft, field, path), "done": True})


def _drawn(draft: Draft, field: FileField, path: str, refused: list[str] | None = None) -> dict[str, Any]:
    """Draw one question alone, exactly as its page does, and say whether a file of it is still being checked."""
    kept = [link.stored.shown() for link in draft.files.filter(field_id=path).select_related("stored")]
    context = Context(
        today=draft.today,
        files={path: kept},
        refused={path: refused or []},
        path=path,
        say=draft.definition.say,
    )
    # Judged only where something is wrong: a page that is being filled in is not scolded for what is still missing.
    form = forms.Form({} if refused else None, auto_id="f-%s")
    form.fields[path] = field.form_field(context)
    return {
        "html": render_field(form[path]),
        "pending": any(item["scan"] == StoredFile.Scan.PENDING for item in kept),
    }


def words() -> dict[str, str]:
    """Return what static/js/upload.js says; {name} and {percent} are filled in by the script."""
    return {
        "sending": _("Sending “{name}”: {percent} per cent."),
        "progress": _("Progress of the sending"),
        "checking": _("“{name}” has arrived and is being checked."),
        "joined": _("“{name}” is joined."),
        "removed": _("The file is removed."),
        "refused": _("“{name}” was not kept."),
        "waiting": _("The connection is lost. Sending goes on by itself as soon as it is back."),
        "failed": _("“{name}” could not be sent. Choose it again, or try later."),
        "cancel": _("Cancel the sending"),
        "cancelled": _("Sending “{name}” is cancelled."),
        "hold": _("Your files are still being sent. The page goes on by itself afterwards."),
    }
