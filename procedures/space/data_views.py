"""Everything the town holds on me: seen, downloaded, erased, and what the law keeps with the reason."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import profile as profiles
from accounts.closing import works_for_town
from accounts.models import Person
from accounts.permissions import actor_of
from journal.models import record_access
from portal.kit.limits import too_many
from portal.kit.widgets import Tick

from ..lifecycle import erase as erasing
from ..lifecycle import safe
from ..lifecycle.content import temporary
from ..models import Draft
from . import archive, holdings
from .own import login_of, own_space

_HOURLY = 10


@require_safe
@own_space
def data(request: HttpRequest, person: Person) -> HttpResponse:
    """Show each kind of data: how much, why, for how long, and where it is mended."""
    user = login_of(request)
    context = {"holdings": holdings.of(person, user), "is_staff": works_for_town(user)}
    return render(request, "space/data.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def download(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Hand over everything as a ZIP, to whoever just proved that it is she; a GET leads to the page."""
    if request.method != "POST":
        return redirect("space:data")
    if too_many(request, "export", limit=_HOURLY, seconds=3600):
        return render(request, "filing/too_many.html", status=429)
    user = login_of(request)
    record_access("export", person.key, actor=actor_of(request).key)
    content = temporary()
    archive.write(content, person, user)
    content.seek(0)
    return FileResponse(content, as_attachment=True, filename="mes-donnees.zip", content_type="application/zip")


# What may be emptied apart: its title, what goes, what is said afterwards.
_KINDS = {
    "brouillons": (
        gettext_lazy("Delete all my drafts"),
        gettext_lazy("Your drafts, their answers and their files are deleted at once."),
        gettext_lazy("Your drafts are deleted."),
    ),
    "papiers": (
        gettext_lazy("Delete all my papers"),
        gettext_lazy(
            "Your papers are deleted at once, and we keep none any more. Requests already sent keep their own."
        ),
        gettext_lazy("Your papers are deleted, and we keep none any more."),
    ),
    "profil": (
        gettext_lazy("Empty my profile"),
        gettext_lazy("Your names, birth and ways to reach you are deleted at once. Requests already sent keep theirs."),
        gettext_lazy("Your profile is empty."),
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def erase(request: HttpRequest, person: Person, kind: str) -> HttpResponse:
    """Empty one kind of data, after a page that says what goes."""
    if kind not in _KINDS:
        raise Http404
    title, what, done = _KINDS[kind]
    if request.method != "POST":
        return render(request, "space/erase.html", {"title": title, "what": what})
    match kind:
        case "brouillons":
            erasing.drafts(person)
        case "papiers":
            safe.close(person)
        case _:
            profiles.erase(person, by=actor_of(request).key)
    messages.success(request, done)
    return redirect("space:data")


class CloseForm(forms.Form):
    """The one thing to say before an account is closed."""

    sure = forms.BooleanField(
        label=gettext_lazy("I have read what is deleted and what stays"),
        widget=Tick(),
        error_messages={"required": gettext_lazy("Tick the box once you have read what is deleted and what stays.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def close_account(request: HttpRequest, person: Person) -> HttpResponse:
    """Close the account after a page that says, kind by kind, what goes and what stays; the last page says it again."""
    user = login_of(request)
    if works_for_town(user):
        return render(request, "space/close_refused.html", status=403 if request.method == "POST" else 200)
    form = CloseForm(request.POST if request.method == "POST" else None)
    kept = holdings.kept_by_law(person)
    if not form.is_valid():
        context = {
            "form": form,
            "kept": kept,
            "drafts": Draft.objects.filter(person=person, submission=None).count(),
            "papers": person.papers.count(),
        }
        return render(request, "space/close.html", context, status=422 if form.is_bound else 200)
    erased = erasing.account(user, person, by=actor_of(request).key)
    logout(request)
    response = render(request, "space/closed.html", {"erased": erased, "kept": kept})
    # Pages and cookies of this site leave the browser too.
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response
