"""What is known before a draft begins: an earlier request, answers prepared by a partner or by a signed link."""

import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.permissions import Actor
from portal.kit.limits import too_many

from .. import permissions
from ..lifecycle import edition as editions
from ..lifecycle import prefill
from ..models import Edition, Procedure, Submission


@dataclass(frozen=True)
class Prepared:
    """Answers that wait for the start button: the input that carries them, and what to tell the person."""

    name: str
    value: str
    words: str


def earlier(actor: Actor, procedure: Procedure) -> list[Submission]:
    """Return the person's last request of this procedure, from which she may start again."""
    if actor.user is None:
        return []
    return list(
        permissions.followed_submissions(actor)
        .filter(procedure=procedure)
        .only("reference", "received_at")
        .order_by("-received_at")[:1]
    )


def prepared(request: HttpRequest, procedure: Procedure) -> Prepared | None:
    """Return the answers that the address of the page brings, if they hold anything."""
    key, text = request.GET.get("prepare", "")[:40], request.GET.get("d", "")[: prefill.LARGEST]
    if key and (found := prefill.waiting(procedure, key)):
        count = len(found.answers)
        said = ngettext(
            "%(name)s has prepared %(count)d answer for you. You check it before you send.",
            "%(name)s has prepared %(count)d answers for you. You check them before you send.",
            count,
        )
        return Prepared("prepare", key, said % {"name": found.partner.name, "count": count})
    if text and procedure.current_version and prefill.signed(procedure, procedure.current_version.definition, text):
        return Prepared("d", text, _("This link has prepared some answers for you. You check them before you send."))
    return None


class MustChoose(Exception):
    """The procedure has editions, and the person has named none that is open."""


def edition(request: HttpRequest, procedure: Procedure) -> Edition | None:
    """Return the open edition that the button names, or the only one; None for a procedure without. Raises MustChoose."""
    found, has_editions = editions.offers(procedure)
    wanted = request.POST.get("edition", "")
    chosen = next((one for one in found if str(one.pk) == wanted), found[0] if len(found) == 1 else None)
    if chosen is None and has_editions:
        raise MustChoose
    return chosen


def known(request: HttpRequest, actor: Actor, procedure: Procedure) -> prefill.Proposed:
    """Return what the start button brings: each source is checked again, and a wrong one brings nothing."""
    assert procedure.current_version is not None, "the caller checked that it is open"  # noqa: S101
    definition = procedure.current_version.definition
    reference, key, text = (request.POST.get(name, "") for name in ("from", "prepare", "d"))
    if reference and actor.user is not None:
        before = permissions.followed_submissions(actor).filter(procedure=procedure, reference=reference).first()
        return prefill.of_request(before, definition) if before else {}
    if key and (found := prefill.waiting(procedure, key[:40])):
        return prefill.use(found)
    return prefill.signed(procedure, definition, text[: prefill.LARGEST]) if text else {}


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def prepare(request: HttpRequest, slug: str) -> HttpResponse:
    """Let a partner's machine prepare answers: ``{"answers": {field id: JSON value}}`` with its token as a bearer.

    Answer 201 with the address to give to the person and what was refused; 401, 404, 413 or 422 otherwise.
    """
    if request.method != "POST":
        return redirect("filing:procedure", slug)
    if too_many(request, "prefill", limit=120, seconds=60):
        return JsonResponse({"error": _("too many requests: try again in a minute")}, status=429)
    procedure = get_object_or_404(Procedure.objects.open().select_related("current_version"), slug=slug)
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    try:
        partner = prefill.partner_of(token if scheme.lower() == "bearer" else "", procedure)
    except prefill.UnknownPartner:
        return JsonResponse({"error": _("unknown token")}, status=401)
    if len(request.body) > prefill.LARGEST:
        return JsonResponse({"error": _("too large")}, status=413)
    answers = _read(request.body)
    if answers is None:
        return JsonResponse({"error": _("send {“answers”: {…}} in JSON")}, status=422)
    found, refused = prefill.prepare(procedure, partner, answers)
    address = reverse("filing:procedure", args=[slug]) + f"?prepare={found.public_id}"
    return JsonResponse(
        {"address": request.build_absolute_uri(address), "kept": sorted(found.answers), "refused": refused}, status=201
    )


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        sent = json.loads(body)
    except (ValueError, RecursionError):
        return None
    answers = sent.get("answers") if isinstance(sent, dict) else None
    return answers if isinstance(answers, dict) else None
