"""The pages around the list: its columns, the views that are kept under a name."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of
from portal.kit.widgets import Radios
from town.models import Department

from .. import permissions
from ..lifecycle import saved_view as verbs
from ..lifecycle.grounds import MissingWords
from ..models import SavedView
from . import columns, found, selection
from .access import desk_only, page
from .forms import DeskForm
from .view import MOST_COLUMNS, View


@require_safe
@desk_only
def choose_columns(request: HttpRequest) -> HttpResponse:
    """Offer the columns of a list; the form leads back to it."""
    view = View.read(request.GET)
    definition = found.definition_of(found.shown_procedure(view))
    shown = [one.key for one in columns.chosen(view, definition)]
    context = {
        "view": view,
        "hidden": [pair for pair in request.GET.items() if pair[0] not in {"col", "apres", "avant"}],
        "of_request": [(one, one.key in shown) for one in columns.of_request()],
        "of_answers": [(one, one.key in shown) for one in columns.of_answers(definition)],
        "most": MOST_COLUMNS,
    }
    return page(request, "desk/columns.html", context, section="list")


class KeepForm(DeskForm):
    """The name of a view, and for whom it is kept."""

    name = forms.CharField(
        label=gettext_lazy("Name of this view"),
        help_text=gettext_lazy("For example: Market stalls of the summer."),
        max_length=SavedView.MOST,
        widget=forms.TextInput(attrs={"size": 40}),
        error_messages={
            "required": gettext_lazy("Name this view: you find it beside the list."),
            "max_length": gettext_lazy("This name is too long: keep it under 60 letters."),
        },
    )
    whom = forms.ChoiceField(
        label=gettext_lazy("For whom"),
        widget=Radios,
        initial="me",
        error_messages={
            "required": gettext_lazy("Say for whom it is kept."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )

    def __init__(self, *args: Any, departments: list[Department], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.departments = {one.slug: one for one in departments}
        shared = [(slug, _("Everyone in: %(name)s") % {"name": one.name}) for slug, one in self.departments.items()]
        self.fields["whom"].choices = [("me", _("Only me")), *shared]  # type: ignore[attr-defined]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def keep(request: HttpRequest) -> HttpResponse:
    """Ask under which name a view is kept; the POST keeps it."""
    actor, view = actor_of(request), View.read(request.GET)
    departments = list(permissions.sharing_departments(actor))
    form, status = KeepForm(departments=departments), 200
    if request.method == "POST":
        form, status = KeepForm(request.POST, departments=departments), 422
        if form.is_valid():
            given = form.cleaned_data
            try:
                verbs.keep(given["name"], view.query, by=actor, department=form.departments.get(given["whom"]))
            except MissingWords as missing:
                form.add_error(missing.field, str(missing))
            else:
                messages.success(request, _("The view is kept: you find it beside the list."))
                return redirect(view.address)
    procedure = found.shown_procedure(view)
    titles = {procedure.slug: procedure.title} if procedure else {}
    context = {"view": view, "form": form, "said": selection.said(view, titles, found.definition_of(procedure))}
    return page(request, "desk/view_keep.html", context, section="list", status=status)


@require_safe
@desk_only
def views(request: HttpRequest) -> HttpResponse:
    """Show the views that are kept, with what drops them."""
    actor = actor_of(request)
    kept = permissions.saved_views(actor).select_related("department", "owner__person")
    rows = [(one, permissions.may_drop_view(actor, one)) for one in kept]
    return page(request, "desk/views.html", {"rows": rows}, section="list")


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def drop(request: HttpRequest, view_id: uuid.UUID) -> HttpResponse:
    """Drop a kept view; a GET leads to their list."""
    if request.method != "POST":
        return redirect("desk:views")
    actor = actor_of(request)
    one = permissions.saved_views(actor).filter(public_id=view_id).first()
    if one is None:
        raise Http404
    verbs.drop(one, by=actor)
    messages.success(request, _("The view “%(name)s” is dropped.") % {"name": one.name})
    return redirect("desk:views")
