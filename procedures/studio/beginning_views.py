"""Beginning a procedure: from a blank page, the library, a copy, a file, or the words of a paper form."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.work_session import sent
from accounts.permissions import actor_of
from town.models import Department

from .. import permissions
from ..definition.upgrade import DefinitionError
from ..lifecycle.beginning import begin as begin_procedure
from . import type_words
from .access import editors_only, page
from .beginning_forms import WAYS, BeginForm, FileForm, is_reported


def _words() -> dict[str, tuple[str, str]]:
    return {
        "vierge": (_("From a blank page"), _("One question to begin with, the usual workflow and remedies.")),
        "bibliotheque": (
            _("From the library"),
            _("Ready procedures, with their law and their letters, to make yours."),
        ),
        "copie": (_("From a procedure that you write"), _("Its questions, workflow and letters, under another name.")),
        "fichier": (_("From a file"), _("Of another town, or of demarches-simplifiees.")),
        "papier": (_("From a paper form"), _("Paste its words: a draft to correct is made of them.")),
    }


@require_safe
@editors_only
def ways(request: HttpRequest) -> HttpResponse:
    """Show the ways to begin."""
    if not permissions.begun_in(actor_of(request)):
        raise PermissionDenied
    return page(request, "studio/new.html", {"ways": _words().items()}, section="procedures")


@require_http_methods(["GET", "HEAD", "POST"])
@editors_only
def begin(request: HttpRequest, way: str) -> HttpResponse:
    """Ask what is needed to begin one way; what is read of a file or a paper is shown first, then written."""
    actor = actor_of(request)
    reached = permissions.begun_in(actor)
    if not reached:
        raise PermissionDenied
    if way not in WAYS:
        raise Http404
    departments = Department.objects.filter(pk__in=reached).order_by("name")
    given: dict[str, Any] = {"departments": departments, "mine": _mine(request)}
    post = sent(request)
    form, status = WAYS[way](post, request.FILES or None, **given) if post is not None else WAYS[way](**given), 200
    read = False
    if request.method == "POST":
        if not form.is_valid():
            status = 422
        elif is_reported(way) and request.POST.get("do") != "create":
            read, form = True, _with_words(form, way, request, given)
        else:
            title, department = form.cleaned_data["title"], form.cleaned_data["department"]
            try:
                made = begin_procedure(form.content, title=title[:300], department=department, by=actor)
            except DefinitionError as error:
                status = 422
                for fault in error.faults:
                    form.add_error(None, fault)
            else:
                messages.success(
                    request, _("The draft of “%(title)s” is begun: it is yours to write.") % {"title": made.title}
                )
                return redirect("studio:edit", made.slug)
    context = {
        "form": form,
        "heading": _words()[way][0],
        "what": _words()[way][1],
        "read": read,
        "account": [_said(one) for one in form.account] if read else [],
        "with_file": way == "fichier",
        "reported": is_reported(way),
    }
    return page(request, "studio/begin.html", context, section="procedures", status=status)


def _mine(request: HttpRequest) -> Any:
    """Return the procedures that one may copy: those that she writes, where her role is limited to some."""
    actor = actor_of(request)
    rows = permissions.edited(actor)
    known = [one.pk for one in rows.only("pk", "public_id", "department_id") if permissions.may_edit(actor, one)]
    return rows.filter(pk__in=known).select_related("current_version").order_by("title")


def _with_words(form: BeginForm, way: str, request: HttpRequest, given: dict[str, Any]) -> BeginForm:
    """Put the words of a file in the page: a browser would not send the file a second time."""
    if not isinstance(form, FileForm) or not form.words:
        return form
    post = request.POST.copy()
    post["pasted"], post["title"] = form.words, form.cleaned_data["title"]
    again = FileForm(post, **given)
    again.is_valid()
    return again


def _said(one: Any) -> tuple[str, str]:
    """Say what became of a line: of a paper with the type of its question, of a file in the words of its reader."""
    if isinstance(one, str):
        return "", one
    if one.label:
        return one.line, _("question “%(name)s”: %(type)s") % {"name": one.label, "type": type_words.name_of(one.words)}
    return one.line, one.words
