"""When a procedure can be filed: its days, what is said while it is closed, its runs, its address."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.identity.work_session import sent
from accounts.permissions import actor_of

from ..lifecycle import availability
from ..lifecycle.availability import Opening
from ..models import Edition, Procedure
from . import bench
from .access import editors_only
from .forms import TeamForm

_FORMATS = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%d/%m/%Y %H:%M", "%d/%m/%Y %Hh%M", "%d/%m/%Y"]


def _moment(label: Any, hint: Any = "") -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        help_text=hint,
        required=False,
        input_formats=_FORMATS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}),
        error_messages={"invalid": gettext_lazy("Write the day and the hour: 24/11/2026 10:30.")},
    )


def _typed(moment: datetime | None) -> str:
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}" if moment else ""


class _Dated(TeamForm):
    """Two moments, the first before the second."""

    def clean(self) -> dict[str, Any]:
        """Refuse an end that comes first."""
        given = super().clean() or self.cleaned_data
        opens, closes = given.get("opens_at"), given.get("closes_at")
        if opens and closes and closes <= opens:
            self.add_error("closes_at", _("It would close before it opens: give a later moment."))
        return given


class OpeningForm(_Dated):
    """The days of a procedure."""

    opens_at = _moment(gettext_lazy("Opens on"), gettext_lazy("Empty: it is open already."))
    closes_at = _moment(gettext_lazy("Closes on"), gettext_lazy("Empty: it stays open."))
    message = forms.CharField(
        label=gettext_lazy("What is said while it is closed"),
        help_text=gettext_lazy("Why, until when, and what to do meanwhile."),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    successor = forms.ModelChoiceField(
        Procedure.objects.none(),
        label=gettext_lazy("Procedure that takes its place"),
        required=False,
        empty_label=gettext_lazy("none"),
    )
    slug = forms.SlugField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy(
            "The end of its address: small letters, figures and dashes. The old one leads there for ever."
        ),
        max_length=80,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={
            "required": gettext_lazy("Give it an address."),
            "invalid": gettext_lazy("Small letters, figures and dashes only."),
        },
    )

    def __init__(self, data: Any = None, *, procedure: Procedure) -> None:
        super().__init__(data)
        others = Procedure.objects.listed().exclude(pk=procedure.pk).order_by("title")
        self.fields["successor"].queryset = others  # type: ignore[attr-defined]
        self.initial = {
            "opens_at": _typed(procedure.opens_at),
            "closes_at": _typed(procedure.closes_at),
            "message": procedure.closed_message,
            "successor": procedure.successor_id,
            "slug": procedure.slug,
        }


class EditionForm(_Dated):
    """One run of a procedure: a school year, a session."""

    name = forms.CharField(
        label=gettext_lazy("Name of the run"),
        help_text=gettext_lazy("“2026-2027”, “Summer 2027”: the person reads it."),
        max_length=80,
        widget=forms.TextInput(attrs={"size": 30}),
        error_messages={"required": gettext_lazy("Name the run.")},
    )
    opens_at = _moment(gettext_lazy("Opens on"))
    closes_at = _moment(gettext_lazy("Closes on"))
    quota = forms.IntegerField(
        label=gettext_lazy("Places"),
        help_text=gettext_lazy("Empty: everyone is taken."),
        required=False,
        min_value=1,
        max_value=1_000_000,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "size": 8}),
    )
    waiting_list = forms.BooleanField(
        label=gettext_lazy("Those who come after wait, instead of being told that it is full"), required=False
    )

    def __init__(self, data: Any = None, *, edition: Edition | None = None) -> None:
        super().__init__(data)
        if edition is not None:
            self.initial = {
                "name": edition.name,
                "opens_at": _typed(edition.opens_at),
                "closes_at": _typed(edition.closes_at),
                "quota": edition.quota,
                "waiting_list": edition.waiting_list,
            }


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def opening(request: HttpRequest, slug: str) -> HttpResponse:
    """Show when it can be filed, and change it; close it now, withdraw it, offer it again."""
    procedure, now, _definition = bench.opened(request, slug)
    actor, post, status = actor_of(request), sent(request), 200
    form = OpeningForm(post, procedure=procedure)
    act = post.get("do", "") if request.method == "POST" and post is not None else ""
    if act in {"close", "withdraw", "offer"}:
        if act == "close":
            availability.close_now(procedure, by=actor)
            messages.success(request, _("It is closed from now on."))
        else:
            availability.withdraw(procedure, by=actor, again=act == "offer")
            said = (
                _("It is offered again.")
                if act == "offer"
                else _("It is withdrawn: the public lists no longer show it.")
            )
            messages.success(request, said)
        return redirect("studio:opening", slug)
    if request.method == "POST":
        status = 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                availability.move(procedure, given["slug"], by=actor)
            except availability.Taken:
                form.add_error("slug", _("Another procedure has this address, or had it."))
            else:
                days = Opening(given["opens_at"], given["closes_at"], given["message"], given["successor"])
                availability.set_opening(procedure, days, by=actor)
                messages.success(request, _("Kept: %(what)s.") % {"what": _("opening")})
                return redirect("studio:opening", given["slug"])
    context = {"form": form, "editions": procedure.editions.order_by("opens_at", "pk"), "is_open": procedure.is_open}
    return bench.draw(request, procedure, now, "studio/opening.html", context, tab="opening", status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def add_edition(request: HttpRequest, slug: str) -> HttpResponse:
    """Add a run."""
    return _edition(request, slug, None)


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def edition(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """Change a run, or take it away."""
    return _edition(request, slug, pk)


def _edition(request: HttpRequest, slug: str, pk: int | None) -> HttpResponse:
    procedure, now, _definition = bench.opened(request, slug)
    found = get_object_or_404(Edition, procedure=procedure, pk=pk) if pk is not None else None
    if procedure.current_version_id is None:
        raise Http404
    post, status, actor = sent(request), 200, actor_of(request)
    form = EditionForm(post, edition=found)
    if request.method == "POST" and request.POST.get("do") == "drop" and found is not None:
        try:
            availability.drop_edition(found, by=actor)
        except availability.InUse:
            status = 422
            messages.error(request, _("Requests or drafts belong to it: close it instead."))
        else:
            messages.success(request, _("The run is taken away."))
            return redirect("studio:opening", slug)
    elif request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = availability.set_edition(procedure, found, form.cleaned_data, by=actor)
            except availability.Taken:
                form.add_error("name", _("Another run of this procedure has this name."))
            else:
                messages.success(request, _("Kept: %(what)s.") % {"what": made.name})
                return redirect("studio:opening", slug)
    context = {
        "form": form,
        "edition": found,
        "edition_page": True,
        "heading": found.name if found is not None else _("New run"),
    }
    return bench.draw(request, procedure, now, "studio/edition.html", context, tab="opening", status=status)
