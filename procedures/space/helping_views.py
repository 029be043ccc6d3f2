"""The people whom one helps: children, relatives, those who come to a place that helps; and how each has agreed."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import HelpStructure, Mandate, Person, StructureHelper
from accounts.permissions import actor_of
from portal.kit.limits import too_many

from ..lifecycle import mandate as mandates
from ..lifecycle import mandate_mail as mails
from ..lifecycle.files import RefusedFile
from .mandate_forms import MandateForm, ask_form, child_form
from .mandates import lists
from .own import own_space

# How many people one may ask in a day: codes go to addresses that someone else has typed.
_A_DAY = 30
_AGAIN = 5


@require_safe
@own_space
def helping(request: HttpRequest, person: Person) -> HttpResponse:
    """List the people whom she helps, those who have not answered yet, and the mandates that are over."""
    held = person.mandates_held.select_related("principal", "structure", "helper")
    shown = lists(held, {mandate.pk for mandate in actor_of(request).mandates})
    return render(request, "space/helping.html", {"lists": shown})


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def child(request: HttpRequest, person: Person) -> HttpResponse:
    """Add a child of hers, on her word."""
    form = child_form(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            mandate = mandates.add_child(person, form.named, by=actor_of(request))
        except mandates.Refusal as refusal:
            form.refuse(refusal)
        else:
            words = _("You can now make requests for %(name)s.")
            messages.success(request, words % {"name": mandate.principal.display_name})
            return redirect("space:helping")
    return _asked(request, "space/child.html", form)


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def ask(request: HttpRequest, person: Person) -> HttpResponse:
    """Ask for a mandate: who, by what right, for what, and how that person agrees."""
    helps = StructureHelper.objects.of(person).select_related("structure").order_by("structure__name")
    structures = [one.structure for one in helps]
    form = ask_form(structures, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        if too_many(request, "mandate", limit=_A_DAY, seconds=24 * 3600):
            return render(request, "space/too_many_mandates.html", status=429)
        mandate = _ask(person, form, structures, request)
        return redirect(
            "space:mandate_code" if mandate.evidence == "code" else "space:mandate_paper", mandate.public_id
        )
    return _asked(request, "space/ask_mandate.html", form)


def _ask(person: Person, form: MandateForm, structures: list[HelpStructure], request: HttpRequest) -> Mandate:
    said = str(form.json["basis"])
    structure = next((one for one in structures if said == f"place_{one.pk}"), None)
    basis = Mandate.Basis.STRUCTURE if structure else Mandate.Basis(said)
    # A judge's decision is a paper: no code stands for it.
    evidence = Mandate.Evidence(str(form.json.get("evidence") or "paper"))
    return mandates.ask(person, form.named, form.terms(basis, structure), evidence, by=actor_of(request))


def _asked(request: HttpRequest, template: str, form: MandateForm) -> HttpResponse:
    status = 422 if request.method == "POST" else 200
    return render(request, template, {"form": form, "questions": form.draw(form.questions)}, status=status)


def _waiting(person: Person, mandate_id: Any, evidence: str) -> Mandate:
    """Return a mandate that she asked for and that waits; 404 for any other, known or not."""
    found = person.mandates_held.waiting().filter(public_id=mandate_id, evidence=evidence)
    mandate = found.select_related("principal", "structure", "helper").first()
    if mandate is None:
        raise Http404
    return mandate


class CodeForm(forms.Form):
    """The code that the person gave."""

    code = forms.CharField(
        label=gettext_lazy("Code that the person gives you"),
        help_text=gettext_lazy("Six digits, in the e-mail that she received."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code", "size": 10}),
        error_messages={
            "required": gettext_lazy("Write the six digits of the code."),
            "max_length": gettext_lazy("The code has six digits."),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def code(request: HttpRequest, person: Person, mandate_id: Any) -> HttpResponse:
    """Take the code that the person gives, or send her another."""
    mandate = _waiting(person, mandate_id, Mandate.Evidence.CODE)
    again = request.method == "POST" and "again" in request.POST
    form = CodeForm(request.POST if request.method == "POST" and not again else None, auto_id="f-%s")
    if again:
        return _send_again(request, mandate)
    if form.is_valid():
        try:
            accepted = mandates.prove(mandate, form.cleaned_data["code"], by=actor_of(request))
        except mandates.Refusal as refusal:
            form.add_error("code", refusal.words)
        else:
            messages.success(request, _now(accepted))
            return redirect("space:helping")
    context = {"form": form, "mandate": mandate, "address": mails.address_of(mandate.principal)}
    return render(request, "space/mandate_code.html", context, status=422 if form.errors else 200)


def _send_again(request: HttpRequest, mandate: Mandate) -> HttpResponse:
    if too_many(request, "mandate_code", limit=_AGAIN, seconds=3600):
        return render(request, "space/too_many_mandates.html", status=429)
    mandates.send_again(mandate)
    messages.success(request, _("A new code was sent; the one before serves no more."))
    return redirect("space:mandate_code", mandate.public_id)


def _now(mandate: Mandate) -> str:
    return _("You can now act for %(name)s.") % {"name": mandate.principal.display_name}


class PaperForm(forms.Form):
    """The signed paper."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        judge = mandates.paper()
        missing = _("Choose the photo or the scan of the paper.")
        self.fields["paper"] = forms.FileField(
            label=_("Photo or scan of the signed paper"),
            help_text=judge.limits(judge.max_bytes),
            allow_empty_file=True,
            widget=forms.FileInput(attrs={"accept": ",".join([*judge.content_types.values(), "image/*"])}),
            error_messages={"required": missing, "invalid": missing},
        )


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def paper(request: HttpRequest, person: Person, mandate_id: Any) -> HttpResponse:
    """Show the words to sign, to be printed, and take the signed paper."""
    mandate = _waiting(person, mandate_id, Mandate.Evidence.PAPER)
    form = PaperForm(request.POST, request.FILES) if request.method == "POST" else PaperForm()
    if form.is_valid():
        try:
            kept = mandates.join_paper(mandate, form.cleaned_data["paper"], by=actor_of(request))
        except (mandates.Refusal, RefusedFile) as error:
            form.add_error("paper", str(error))
        else:
            waits = _("We have the paper: an agent reads it, and we write to you.")
            messages.success(request, _now(kept) if kept.accepted_at else waits)
            return redirect("space:helping")
    context = {"form": form, "mandate": mandate, "titles": mails.titles(mandate), "joined": hasattr(mandate, "paper")}
    return render(request, "space/mandate_paper.html", context, status=422 if form.errors else 200)
