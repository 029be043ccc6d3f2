"""The lists for the archives in the studio: what is due, a list made of it, its files, and the answer that carries it out."""

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.identity.proof import proved_again
from accounts.permissions import actor_of, administered
from accounts.team.forms import day_field
from portal.kit.paging import keyset
from procedures.lifecycle import archives, hold, retention
from procedures.lifecycle.content import temporary
from procedures.lifecycle.grounds import MissingWords
from procedures.models import ArchiveItem, ArchiveList, ArchivePackage
from procedures.studio.access import page, town_admins_only
from town.models import Department

from . import packages
from .bordereau import heading, write_ods


class MakeForm(forms.Form):
    """Of which department, and for what."""

    department = forms.ModelChoiceField(
        Department.objects.none(),
        label=gettext_lazy("Department"),
        empty_label=gettext_lazy("Choose"),
        error_messages={
            "required": gettext_lazy("Choose the department."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("What the list is for"),
        choices=[
            ("elimination", gettext_lazy("Elimination: destroyed once the archives have given their visa")),
            ("transfer", gettext_lazy("Transfer: handed over to the archives, then destroyed here")),
        ],
        error_messages={
            "required": gettext_lazy("Say what the list is for."),
            "invalid_choice": gettext_lazy("Choose one of the answers of the list."),
        },
    )

    def __init__(self, data: Any = None, *, departments: set[int]) -> None:
        super().__init__(data, auto_id="f-%s")
        found = Department.objects.filter(pk__in=departments).order_by("name")
        self.fields["department"].queryset = found  # type: ignore[attr-defined]


class AnswerForm(forms.Form):
    """What the archives answered."""

    name = forms.CharField(
        label=gettext_lazy("Who answered for the archives"),
        max_length=200,
        widget=forms.TextInput(attrs={"size": 50}),
        error_messages={"required": gettext_lazy("Name who answered for the archives.")},
    )
    reference = forms.CharField(
        label=gettext_lazy("Reference of the answer"),
        max_length=100,
        error_messages={"required": gettext_lazy("Give the reference of the answer: it is the proof.")},
    )
    day = day_field(gettext_lazy("Day of the answer"))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="f-%s", initial={"day": timezone.localdate()})

    @property
    def answer(self) -> archives.Answer:
        """What the form says."""
        said = self.cleaned_data
        return archives.Answer(said["name"], said["reference"], said["day"])


class KeepForm(forms.Form):
    """Which requests of an elimination the archives want."""

    numbers = forms.CharField(
        label=gettext_lazy("Numbers of the requests that the archives keep"),
        help_text=gettext_lazy("One a line, or with a space between them. They wait for a transfer instead."),
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("Write at least one number of this list.")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="k-%s")

    @property
    def wanted(self) -> list[str]:
        """The numbers, each once."""
        return list(dict.fromkeys(self.cleaned_data["numbers"].replace(",", " ").replace(";", " ").split()))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def shown(request: HttpRequest) -> HttpResponse:
    """List the lists of the departments that she administers; the POST makes one of what is due."""
    actor = actor_of(request)
    mine = administered(actor)
    form, status = MakeForm(request.POST if request.method == "POST" else None, departments=mine), 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                made = archives.make(form.cleaned_data["department"], form.cleaned_data["kind"], by=actor)
            except archives.NothingDue:
                form.add_error(None, _("No request of this department has reached its term for such a list."))
            else:
                messages.success(
                    request, _("The list is made. Nothing is destroyed before the archives have answered.")
                )
                return redirect("archives:list", made.public_id)
    found = ArchiveList.objects.filter(department__in=mine).select_related("department").annotate(size=Count("items"))
    lists = keyset(
        found, field="made_at", after=request.GET.get("apres", ""), before=request.GET.get("avant", ""), size=25
    )
    return page(request, "studio/archives.html", {"page": lists, "form": form}, section="archives", status=status)


@require_safe
@town_admins_only
def state(request: HttpRequest) -> HttpResponse:
    """Count what is over, by age and by procedure: a dry run. It reads every such request."""
    counts = retention.survey(administered(actor_of(request)))
    return page(request, "studio/archives_state.html", {"counts": counts}, section="archives")


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def one(request: HttpRequest, list_id: uuid.UUID) -> HttpResponse:
    """Show a list and how far it is; the POST records the answer of the archives, what they keep, or gives the list up."""
    made, answer, keep = _list(request, list_id), AnswerForm(), KeepForm()
    if request.method == "POST":
        if "keep" in request.POST:
            keep = KeepForm(request.POST)
        elif "cancel" not in request.POST and "again" not in request.POST:
            answer = AnswerForm(request.POST)
        if _done(request, made, answer, keep):
            return redirect("archives:list", made.public_id)
    states = ArchiveItem.State
    counts = made.items.aggregate(**{str(state): Count("pk", filter=Q(state=state)) for state in states})
    failing = made.items.filter(state=states.WAITING, attempts__gt=0).count() if made.state == "answered" else 0
    items = made.items.select_related("submission__procedure").annotate(is_held=hold.holds("submission"))
    context = {
        "made": made,
        "heading": heading(made),
        "items": items.order_by("pk")[:200],
        "counts": counts,
        "failing": failing,
        "form": answer,
        "keep": keep,
        "package": ArchivePackage.objects.filter(list=made).first(),
    }
    status = 422 if answer.errors or keep.errors else 200
    return page(request, "studio/archive_list.html", context, section="archives", status=status)


def _done(request: HttpRequest, made: ArchiveList, answer: AnswerForm, keep: KeepForm) -> bool:
    """Do what was asked for; say whether the page is left, with a message, or shown again with what is wrong."""
    actor = actor_of(request)
    form: forms.Form = keep if keep.is_bound else answer
    if form.is_bound and not form.is_valid():
        return False
    try:
        if "again" in request.POST:
            archives.pack_again(made, by=actor)
            said = _("The package is being made again.")
        elif "cancel" in request.POST:
            archives.cancel(made, by=actor)
            said = _("The list is given up.")
        elif keep.is_bound:
            archives.keep(made, keep.wanted, by=actor)
            said = _("They are taken off this list, and wait for a transfer.")
        else:
            archives.record_answer(made, answer.answer, by=actor)
            said = _("It is noted: the list is being carried out.")
    except MissingWords as missing:
        form.add_error(missing.field, str(missing))
    except archives.NotOnList as unknown:
        words = _("Nothing was done: these numbers do not wait on this list: %(numbers)s. Check them.")
        form.add_error("numbers", words % {"numbers": ", ".join(unknown.numbers)})
    except archives.NotHandedOver:
        form.add_error(
            None, _("Nothing was handed over yet: download the package first, and send it. The reply comes after.")
        )
    except archives.AlreadyAnswered:
        messages.warning(request, _("This list was answered or given up meanwhile. Nothing was done."))
        return True
    else:
        messages.success(request, said)
        return True
    return False


@require_safe
@town_admins_only
def bordereau(request: HttpRequest, list_id: uuid.UUID) -> HttpResponseBase:
    """Download the list as a spreadsheet."""
    made, content = _list(request, list_id), temporary()
    write_ods(content, made)
    content.seek(0)
    return FileResponse(
        content,
        as_attachment=True,
        filename=f"{made.number}.ods",
        content_type="application/vnd.oasis.opendocument.spreadsheet",
    )


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
@proved_again
def package(request: HttpRequest, list_id: uuid.UUID) -> HttpResponseBase:
    """Hand over what goes to the archives to who proved again that it is she; a GET leads to the list."""
    made = _list(request, list_id)
    if request.method != "POST":
        return redirect("archives:list", made.public_id)
    taken = packages.take(made, by=actor_of(request))
    if taken is None:
        messages.warning(
            request, _("There is nothing to download: the package is not made, or was handed over before.")
        )
        return redirect("archives:list", made.public_id)
    response = FileResponse(
        taken,
        as_attachment=True,
        filename=f"{made.number}.zip",
        content_type="application/zip",
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _list(request: HttpRequest, list_id: uuid.UUID) -> ArchiveList:
    found = ArchiveList.objects.select_related("department__entity").filter(
        public_id=list_id, department__in=administered(actor_of(request))
    )
    made = found.first()
    if made is None:
        raise Http404
    return made
