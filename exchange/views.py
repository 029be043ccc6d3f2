"""The pages of exports: what would leave, mine with their progress, the file handed over, and an end to it."""

import uuid
from collections.abc import Callable, Iterable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.proof import proved_again
from accounts.identity.work_session import sent
from accounts.permissions import Actor, actor_of
from procedures import permissions
from procedures.desk import found as desk
from procedures.desk import selection
from procedures.desk.access import desk_only, note_search, page
from procedures.desk.view import View
from procedures.models import Procedure

from . import verbs
from .forms import ExportForm
from .models import Export
from .permissions import may_take, own_exports

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
# Beyond, the number of requests is not counted before they are read.
COUNTED = 10_000
# How many exports one person may have in the making.
AT_ONCE = 5
_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "zip": "application/zip",
    "ods": "application/vnd.oasis.opendocument.spreadsheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def exporters_only(view: Page[P]) -> Page[P]:
    """Refuse whoever only audits, and lead to the choice of a sector whoever searches before she chose one."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if not permissions.may_export(actor):
            raise PermissionDenied
        if actor.must_choose_sector and View.read(request.GET).q:
            return redirect(f"{reverse('desk:sector')}?{urlencode({'next': request.get_full_path()})}")
        return view(request, *args, **kwargs)

    return guarded


@require_safe
@desk_only
@exporters_only
def exports(request: HttpRequest) -> HttpResponse:
    """List my exports of the sector I work in, with their progress, their weight and their end."""
    return _mine(request)


def _mine(request: HttpRequest, status: int = 200) -> HttpResponse:
    found = list(own_exports(actor_of(request)))
    titles = _titles(one.wanted.procedure for one in found)
    rows = [(one, selection.said(one.wanted, titles)) for one in found]
    return page(
        request, "desk/exports.html", {"rows": rows, "hours": settings.EXPORT_HOURS}, section="exports", status=status
    )


def _titles(slugs: Iterable[str]) -> dict[str, str]:
    return dict(Procedure.objects.filter(slug__in=set(slugs)).values_list("slug", "title"))


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
@exporters_only
@proved_again
def ask(request: HttpRequest) -> HttpResponse:
    """Say what a view would let leave; the POST owes it as a file to who proved again that it is she."""
    actor, view = actor_of(request), View.read(request.GET)
    form = ExportForm(sent(request), sensitive=permissions.may_export_sensitive(actor))
    if request.method == "POST" and form.is_valid():
        if _has_enough(actor):
            form.add_error(None, _("Several of your exports are still being made: wait for them, or cancel one."))
        else:
            return _asked(request, view, form)
    if view.q:
        note_search(actor, view.q)
    wrong = request.method == "POST"
    found = desk.selected(actor, view, permissions.exportable_submissions(actor))
    count = found.order_by()[: COUNTED + 1].count()
    context = {
        "form": form,
        "view": view,
        "title": selection.title(view),
        "said": selection.said(view, _titles([view.procedure]), desk.definition_of(desk.shown_procedure(view))),
        "count": count,
        "hours": settings.EXPORT_HOURS,
        "many": COUNTED if count > COUNTED else 0,
    }
    return page(request, "desk/export_ask.html", context, section="exports", status=422 if wrong else 200)


def _has_enough(actor: Actor) -> bool:
    waiting = Export.objects.filter(by=actor.user, state__in=(Export.State.QUEUED, Export.State.WORKING))
    return waiting.count() >= AT_ONCE


def _asked(request: HttpRequest, view: View, form: ExportForm) -> HttpResponse:
    _export, created = verbs.ask(actor_of(request), view, verbs.Wanted(**form.cleaned_data))
    if created:
        messages.success(request, _("Your export is asked for: a mail tells you when it is ready."))
    else:
        messages.info(
            request, _("You asked for this export today already. To have it made anew, delete it and ask again.")
        )
    return redirect("exchange:exports")


def _load(request: HttpRequest, export_id: uuid.UUID) -> Export:
    """Return an export of hers; to anybody else, and in another sector, it does not exist."""
    found = own_exports(actor_of(request)).filter(public_id=export_id).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
@exporters_only
@proved_again
def download(request: HttpRequest, export_id: uuid.UUID) -> HttpResponseBase:
    """Hand over the file, to who proved again that it is she and still has a right to all of it; a GET leads to mine."""
    export = _load(request, export_id)
    if request.method != "POST":
        return redirect("exchange:exports")
    if export.state != Export.State.DONE:
        raise Http404
    if not may_take(export):
        messages.error(request, _("Your rights have changed since: this file holds requests that are no longer yours."))
        return _mine(request, 403)
    try:
        content = verbs.take(actor_of(request), export)
    except OSError:
        messages.error(request, _("The file is no longer there: delete this export and ask again."))
        return _mine(request, 410)
    kind = _TYPES[export.name.rsplit(".", 1)[-1]]
    response = FileResponse(content, as_attachment=True, filename=export.name, content_type=kind)
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
@exporters_only
def remove(request: HttpRequest, export_id: uuid.UUID) -> HttpResponse:
    """Cancel an export that is being made, or delete one that is; a GET leads to mine."""
    export = _load(request, export_id)
    if request.method == "POST":
        verbs.remove(export)
        messages.success(request, _("The export is deleted."))
    return redirect("exchange:exports")
