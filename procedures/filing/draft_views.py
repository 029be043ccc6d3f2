"""A draft from its start to its recap: steps, save for later, leave a shared computer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of

from ..definition.fields import EmailField
from ..lifecycle import draft as drafts
from ..lifecycle import entry
from ..models import Draft, Procedure
from . import catalogue_views, conflicts, session, starting, wizard
from .loading import filed, load, signed_in_again


@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Begin a draft of the current version and go to its first step; a GET leads to the procedure's page."""
    if request.method != "POST":
        return redirect("filing:procedure", slug)
    procedure = (
        Procedure.objects.filter(slug=slug, current_version__isnull=False).select_related("current_version").first()
    )
    if procedure is None:
        raise Http404
    if not procedure.is_open or procedure.current_version is None:
        return redirect("filing:procedure", slug)
    actor = actor_of(request)
    try:
        edition = starting.edition(request, procedure)
    except starting.MustChoose:
        return redirect("filing:procedure", slug)
    whom = starting.ForWhom(actor, procedure, request.POST)
    if not whom.is_valid():
        return catalogue_views.page(request, procedure, whom)
    mandate = whom.mandate
    known = starting.known(request, None if mandate else actor.person, procedure)
    draft = drafts.start(procedure, actor.person, known, edition, mandate)
    if mandate is None:
        session.remember_draft(request, draft)
    first = procedure.current_version.definition.all_steps[0]
    return redirect("filing:step", draft.public_id, first.id)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def step(request: HttpRequest, draft_id: Any, step: str) -> HttpResponse:
    """Show or save one step."""
    if request.method != "POST":
        draft = load(request, draft_id)
        return filed(draft) if draft.submission_id else wizard.run(request, draft, step)
    with transaction.atomic():
        draft = load(request, draft_id, lock=True)
        return filed(draft) if draft.submission_id else wizard.run(request, draft, step)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def conflict(request: HttpRequest, draft_id: Any, step: str) -> HttpResponse:
    """Let the person choose between two versions of a step."""
    with transaction.atomic():
        draft = load(request, draft_id, lock=request.method == "POST")
        return filed(draft) if draft.submission_id else conflicts.page(request, draft, step)


class LinkForm(forms.Form):
    """Where to send the link that re-opens the draft."""

    email = EmailField(type="email", id="email", label="x").form_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].error_messages["required"] = _("Write the address where the link must go.")


@require_safe
@signed_in_again
def overview(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Say that the draft is kept, until when, and how to come back to it."""
    draft = load(request, draft_id)
    return filed(draft) if draft.submission_id else _overview(request, draft, LinkForm())


def _overview(request: HttpRequest, draft: Draft, form: LinkForm, status: int = 200) -> HttpResponse:
    traced = draft.trace()
    return render(
        request,
        "filing/draft.html",
        {
            "draft": draft,
            "procedure": draft.procedure,
            "form": form,
            "next": wizard.first_hole(draft, traced),
            "progress": wizard.progress(draft, traced, ""),
        },
        status=status,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def link(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Send a link to re-open the draft, or make the links sent before useless."""
    if request.method != "POST":
        return redirect("filing:draft", draft_id)
    with transaction.atomic():
        draft = load(request, draft_id, lock=True)
        if draft.submission_id:
            return filed(draft)
        if draft.is_for_another:
            # No link opens what is filled for someone else.
            raise Http404
        if request.POST.get("action") == "revoke":
            drafts.revoke_links(draft)
            messages.success(request, _("The links sent before no longer open this draft."))
            return redirect("filing:draft", draft.public_id)
        form = LinkForm(request.POST)
        if not form.is_valid():
            return _overview(request, draft, form, 422)
        drafts.send_link(draft, form.cleaned_data["email"])
    if request.POST.get("action") == "leave":
        return _cleared(request, kept=True)
    messages.success(request, _("The link is on its way. It opens this draft for 30 days."))
    return redirect("filing:draft", draft.public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, token: str) -> HttpResponse:
    """Re-open a draft from its link: the page asks first, since a mail program may follow links by itself."""
    draft = drafts.opened_by(token)
    if draft is None:
        return render(request, "filing/resume_expired.html", status=410)
    if request.method == "POST":
        session.remember_draft(request, draft)
        return redirect("filing:draft", draft.public_id)
    return render(request, "filing/resume.html", {"draft": draft, "procedure": draft.procedure, "token": token})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def leave(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Erase every trace on a shared computer; the draft stays reachable by its link or its owner's account."""
    draft = load(request, draft_id)
    if draft.is_entered:
        return redirect("filing:draft", draft.public_id)
    if request.method == "POST":
        return _cleared(request, kept=draft.person_id is not None)
    return render(request, "filing/leave.html", {"draft": draft, "procedure": draft.procedure, "form": LinkForm()})


def _cleared(request: HttpRequest, *, kept: bool) -> HttpResponse:
    request.session.flush()
    response = render(request, "filing/cleared.html", {"kept": kept})
    # Pages and cookies of this site leave the browser too.
    response["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_again
def discard(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Delete the draft and its files, at once."""
    if request.method != "POST":
        return redirect("filing:draft", draft_id)
    with transaction.atomic():
        draft = load(request, draft_id, lock=True)
        if draft.submission_id:
            return filed(draft)
        if draft.is_entered:
            entry.discard(draft, by=actor_of(request))
            messages.success(request, _("What you were entering and its files are deleted."))
            return redirect("desk:entries")
        drafts.discard(draft)
    session.forget_draft(request, str(draft_id))
    if request.POST.get("action") == "leave":
        return _cleared(request, kept=False)
    messages.success(request, _("Your draft and its files are deleted."))
    return redirect("home")
