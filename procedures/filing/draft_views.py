"""A draft from its start to its sending: steps, recap, save for later, leave a shared computer."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.permissions import actor_of

from .. import permissions
from ..definition.document import ProcedureDefinition
from ..definition.fields import EmailField
from ..lifecycle import draft as drafts
from ..lifecycle.submit import IncompleteDraft, ProcedureClosed, submit
from ..models import Draft, Procedure
from . import session, wizard


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
    draft = drafts.start(procedure, actor_of(request).person)
    session.remember_draft(request, draft)
    first = procedure.current_version.definition.all_steps[0]
    return redirect("filing:step", draft.public_id, first.id)


def _load(request: HttpRequest, draft_id: Any, *, lock: bool = False) -> Draft:
    """Return the draft if this person or browser may open it; 404 otherwise, whether it exists or not."""
    try:
        draft = drafts.locked(draft_id) if lock else Draft.objects.pinned().get(public_id=draft_id)
    except Draft.DoesNotExist as error:
        raise Http404 from error
    if not permissions.may_edit_draft(actor_of(request), draft, session.drafts(request)):
        raise Http404
    return draft


def _filed(draft: Draft) -> HttpResponse:
    assert draft.submission is not None  # noqa: S101 the caller checked
    return redirect("filing:confirmation", draft.submission.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, draft_id: Any, step: str) -> HttpResponse:
    """Show or save one step."""
    if request.method != "POST":
        draft = _load(request, draft_id)
        return _filed(draft) if draft.submission_id else wizard.run(request, draft, step)
    with transaction.atomic():
        draft = _load(request, draft_id, lock=True)
        return _filed(draft) if draft.submission_id else wizard.run(request, draft, step)


def rows(definition: ProcedureDefinition, answers: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what was answered, or is about to be sent: each step with names and their answers in words."""
    shown: dict[str, dict[str, Any]] = {}
    for part, _section, field in definition.sent(answers):
        shown.setdefault(part.id, {"step": part, "answers": []})["answers"] += field.entries(answers[field.id])
    return list(shown.values())


class Certify(forms.Form):
    """The one declaration of the recap."""

    ok = forms.BooleanField(
        label=gettext_lazy("I certify that this information is correct"),
        help_text=gettext_lazy("An honest mistake can be corrected: we will write to you, without penalty."),
        error_messages={"required": gettext_lazy("Tick this box before you send your request.")},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def recap(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Show exactly what will be sent; the POST sends it, once."""
    draft = _load(request, draft_id)
    if draft.submission_id:
        return _filed(draft)
    definition = draft.definition
    traced = definition.trace(draft.answers)
    hole = wizard.first_hole(draft, traced)
    # The sending looks at the files by itself.
    links = drafts.files_of(draft, traced) if request.method != "POST" else []
    hole = hole or drafts.blocked_step(traced, links)
    if hole is not None:
        return redirect("filing:step", draft.public_id, hole)
    form, status = Certify(request.POST or None), 200
    if request.method == "POST" and request.POST.get("action") == "later":
        return redirect("filing:draft", draft.public_id)
    if request.method == "POST":
        if form.is_valid():
            return _send(request, draft)
        status = 422
    return render(
        request,
        "filing/recap.html",
        {
            "draft": draft,
            "procedure": draft.procedure,
            "definition": definition,
            "department": draft.procedure.department,
            "rows": rows(definition, drafts.as_they_stand(traced.kept, links or drafts.files_of(draft, traced))),
            "form": form,
            "number": len(traced.steps) + 1,
            "total": len(traced.steps) + 1,
            "progress": wizard.progress(draft, traced, ""),
            "last": traced.steps[-1].step,
            "closed": not draft.procedure.is_open,
        },
        status=status,
    )


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    try:
        submission = submit(draft, by=actor_of(request))
    except IncompleteDraft as error:
        return redirect("filing:step", draft.public_id, error.step_id)
    except ProcedureClosed:
        return render(
            request,
            "filing/closed.html",
            {"draft": draft, "procedure": draft.procedure, "department": draft.procedure.department},
            status=409,
        )
    session.prove_case(request, submission.reference)
    return redirect("filing:confirmation", submission.reference)


class LinkForm(forms.Form):
    """Where to send the link that re-opens the draft."""

    email = EmailField(type="email", id="email", label="x").form_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        self.fields["email"].label = _("Your e-mail address")
        self.fields["email"].error_messages["required"] = _("Write the address where the link must go.")


@require_safe
def overview(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Say that the draft is kept, until when, and how to come back to it."""
    draft = _load(request, draft_id)
    return _filed(draft) if draft.submission_id else _overview(request, draft, LinkForm())


def _overview(request: HttpRequest, draft: Draft, form: LinkForm, status: int = 200) -> HttpResponse:
    traced = draft.definition.trace(draft.answers)
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
def link(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Send a link to re-open the draft, or make the links sent before useless."""
    if request.method != "POST":
        return redirect("filing:draft", draft_id)
    with transaction.atomic():
        draft = _load(request, draft_id, lock=True)
        if draft.submission_id:
            return _filed(draft)
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
def leave(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Erase every trace on a shared computer; the draft stays reachable by its link or its owner's account."""
    draft = _load(request, draft_id)
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
def discard(request: HttpRequest, draft_id: Any) -> HttpResponse:
    """Delete the draft and its files, at once."""
    if request.method != "POST":
        return redirect("filing:draft", draft_id)
    with transaction.atomic():
        draft = _load(request, draft_id, lock=True)
        if draft.submission_id:
            return _filed(draft)
        drafts.discard(draft)
    session.forget_draft(request, str(draft_id))
    if request.POST.get("action") == "leave":
        return _cleared(request, kept=False)
    messages.success(request, _("Your draft and its files are deleted."))
    return redirect("home")
