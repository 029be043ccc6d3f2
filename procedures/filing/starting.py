"""What is known before a draft begins: for whom it is, an earlier request, answers prepared by a partner or by a signed link."""

import json
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.models import Mandate, Person
from accounts.permissions import Actor
from portal.kit.limits import too_many
from portal.kit.widgets import Radios

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
    if actor.person is None:
        return []
    own = Submission.objects.filter(person=actor.person, procedure=procedure)
    return list(own.only("reference", "received_at").order_by("-received_at")[:1])


# Over this number, a list to open is shorter than one button each.
_FEW = 6


class ForWhom(forms.Form):
    """For whom a request is made; asked of those only who may act for someone else."""

    whom = forms.ChoiceField(
        label=gettext_lazy("For whom is this request?"),
        error_messages={
            "required": gettext_lazy("Say for whom you make this request."),
            "invalid_choice": gettext_lazy("You may no longer act for this person: choose again."),
        },
    )

    def __init__(self, actor: Actor, procedure: Procedure, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s")
        self.held = {str(one.public_id): one for one in permissions.mandates_for(actor, procedure)}
        field = cast(forms.ChoiceField, self.fields["whom"])
        field.required = bool(self.held)
        others = [(key, _acting_for(mandate)) for key, mandate in self.held.items()]
        if len(others) < _FEW:
            field.widget = Radios()
        field.choices = [(ME, _("For me")), *others]

    @property
    def mandate(self) -> Mandate | None:
        """The mandate chosen; None for oneself."""
        return self.held.get(self.cleaned_data["whom"])


ME = "me"


def _acting_for(mandate: Mandate) -> str:
    """Name the person, and what tells two mandates of hers apart."""
    place = mandate.structure.name if mandate.structure else mandate.organisation
    return f"{mandate.principal.display_name} ({place})" if place else mandate.principal.display_name


def prepared(request: HttpRequest, procedure: Procedure) -> Prepared | None:
    """Return the answers that the address of the page brings, if they hold anything."""
    sent = request.POST if request.method == "POST" else request.GET
    key, text = sent.get("prepare", "")[:40], sent.get("d", "")[: prefill.LARGEST]
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


def known(request: HttpRequest, person: Person | None, procedure: Procedure) -> prefill.Proposed:
    """Return what the start button brings: each source is checked again, and a wrong one brings nothing."""
    assert procedure.current_version is not None, "the caller checked that it is open"  # noqa: S101
    definition = procedure.current_version.definition
    reference, key, text = (request.POST.get(name, "") for name in ("from", "prepare", "d"))
    if reference and person is not None:
        before = Submission.objects.filter(person=person, procedure=procedure, reference=reference).first()
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
