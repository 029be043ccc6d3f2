"""The papers that a person keeps here: added, renamed, downloaded, deleted by her alone."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts import consents
from accounts.models import Person, Purpose

from ..definition.fields import DateField
from ..definition.fields.base import clean_text
from ..definition.formats import size_in_words
from ..lifecycle import safe
from ..models import AnswerFile, SafePaper, StoredFile
from .own import own_space


class AddForm(forms.Form):
    """A file to keep; what it is is said on the next page, so that a mistake there loses no file."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        judge = safe.upload()
        missing = _("Choose the file of the paper.")
        self.fields["file"] = forms.FileField(
            label=_("File of the paper"),
            help_text=judge.limits(judge.max_bytes),
            # An empty one is told by the same words as in a request.
            allow_empty_file=True,
            widget=forms.FileInput(attrs={"accept": ",".join([*judge.content_types.values(), "image/*"])}),
            error_messages={"required": missing, "invalid": missing},
        )


class PaperForm(forms.Form):
    """What is said of a paper: its kind, its name, until when it is valid."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Kind of paper"),
        choices=SafePaper.Kind.choices,
        error_messages={
            "required": gettext_lazy("Choose the kind of paper."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    name = forms.CharField(
        label=gettext_lazy("Name that you give it"),
        help_text=gettext_lazy("For example: identity card of Léo."),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Give the paper a name."),
            "max_length": gettext_lazy("This name is too long: keep it under 150 characters."),
        },
    )

    def __init__(self, paper: SafePaper, data: Any = None) -> None:
        dated = DateField(
            type="date",
            id="expires_on",
            label=_("Valid until"),
            help=_("If a date is written on it: we stop proposing it after that day."),
            required=False,
        )
        until = dated.to_initial(paper.expires_on.isoformat() if paper.expires_on else None)
        known = {"kind": paper.kind, "name": paper.name, "expires_on": until}
        super().__init__(data, auto_id="f-%s", initial=known)
        self.fields["expires_on"] = dated.form_field()

    def clean_name(self) -> str:
        """Drop control and direction marks; a name of nothing else is none."""
        name = clean_text(self.cleaned_data["name"])
        if not name:
            raise forms.ValidationError(self.fields["name"].error_messages["required"])
        return name

    @property
    def said(self) -> dict[str, Any]:
        """What the form says of a paper."""
        return {name: self.cleaned_data[name] for name in ("kind", "name", "expires_on")}


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def papers(request: HttpRequest, person: Person) -> HttpResponse:
    """List the papers, and keep one more."""
    form = AddForm(request.POST, request.FILES) if request.method == "POST" else AddForm()
    if form.is_valid():
        try:
            kept = safe.keep(person, form.cleaned_data["file"])
        except safe.NotAgreed:
            return redirect("space:papers")
        except safe.RefusedFile as error:
            form.add_error("file", str(error))
        else:
            messages.success(request, _("“%(name)s” is in your papers: say what it is.") % {"name": kept.name})
            return redirect("space:paper", kept.public_id)
    agreed = consents.given(person).get(Purpose.SAFE)
    held = list(person.papers.select_related("stored"))
    context = {
        "agreed": agreed,
        "papers": held,
        "form": form,
        "weight": size_in_words(sum(paper.stored.size for paper in held)),
        "most": settings.SAFE_MAX_PAPERS,
        "heaviest": size_in_words(settings.SAFE_MAX_BYTES),
    }
    return render(request, "space/papers.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def open_safe(request: HttpRequest, person: Person) -> HttpResponse:
    """Record that the person wants papers kept."""
    if request.method == "POST":
        safe.open_safe(person)
        messages.success(request, _("You can now keep papers here."))
    return redirect("space:papers")


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def keep_sent(request: HttpRequest, person: Person, file_id: Any) -> HttpResponse:
    """Keep a copy of a file of one's own request."""
    if request.method != "POST":
        return redirect("space:papers")
    sent = AnswerFile.objects.filter(
        submission__person=person, stored__public_id=file_id, stored__destroyed_at=None
    ).select_related("stored")
    link = sent.exclude(stored__scan=StoredFile.Scan.INFECTED).first()
    if link is None:
        raise Http404
    try:
        paper = safe.keep_copy(person, link.stored)
    except safe.NotAgreed:
        return redirect("space:papers")
    except safe.RefusedFile as error:
        messages.warning(request, str(error))
        return redirect("space:papers")
    messages.success(request, _("“%(name)s” is in your papers: say what it is.") % {"name": paper.name})
    return redirect("space:paper", paper.public_id)


def _own(person: Person, paper_id: Any) -> SafePaper:
    """Return one of the person's papers; 404 for any other, whether it exists or not."""
    found = SafePaper.objects.select_related("stored").filter(person=person, public_id=paper_id).first()
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def paper(request: HttpRequest, person: Person, paper_id: Any) -> HttpResponse:
    """Show a paper, or give it another kind, name or date."""
    found = _own(person, paper_id)
    form = PaperForm(found, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        safe.change(found, **form.said)
        messages.success(request, _("The paper is changed."))
        return redirect("space:papers")
    return render(request, "space/paper.html", {"paper": found, "form": form}, status=422 if form.errors else 200)


@require_safe
@own_space
def file(request: HttpRequest, person: Person, paper_id: Any) -> HttpResponseBase:
    """Download a paper; one that was blocked is not given out."""
    stored = _own(person, paper_id).stored
    if stored.scan == StoredFile.Scan.INFECTED or stored.destroyed_at is not None:
        raise Http404
    return FileResponse(
        default_storage.open(stored.key), as_attachment=True, filename=stored.name, content_type=stored.content_type
    )


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def throw(request: HttpRequest, person: Person, paper_id: Any) -> HttpResponse:
    """Delete a paper for good; a GET leads to it."""
    found = _own(person, paper_id)
    if request.method != "POST":
        return redirect("space:paper", found.public_id)
    safe.throw(found)
    messages.success(request, _("“%(name)s” is deleted.") % {"name": found.name})
    return redirect("space:papers")
