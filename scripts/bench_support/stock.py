"""What the portal is measured against: a bare view, a page of the base template, and formtools' own session wizard.

They run under the portal's middleware and base template. The wizard asks the same questions as the bench's procedure
in step one, drawn by Django's own form templates, and is used as formtools' documentation shows it.
"""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from formtools.wizard.views import NamedUrlSessionWizardView

FIRST = "demandeur"


class WhoForm(forms.Form):
    """The five questions of the first step."""

    family_name = forms.CharField(label="Nom de naissance", max_length=80)
    given_name = forms.CharField(label="Prénom", max_length=80)
    email = forms.EmailField(label="Adresse électronique", help_text="Par exemple : nom@exemple.fr")
    born = forms.DateField(label="Date de naissance")
    kind = forms.ChoiceField(
        label="Type d’acte",
        choices=[("full", "Copie intégrale"), ("extract", "Extrait"), ("short", "Extrait sans filiation")],
    )


class EventForm(forms.Form):
    """A second step."""

    street = forms.CharField(label="Voie")
    postcode = forms.RegexField(r"^\d{5}$", label="Code postal")
    city = forms.CharField(label="Commune")


class ReasonForm(forms.Form):
    """A third step."""

    words = forms.CharField(label="Motif", widget=forms.Textarea)
    agreed = forms.BooleanField(label="Je certifie que ces informations sont exactes")


class StockWizard(NamedUrlSessionWizardView):  # type: ignore[misc]
    """Formtools as it comes."""

    form_list = [(FIRST, WhoForm), ("evenement", EventForm), ("motif", ReasonForm)]
    template_name = "bench/stock_wizard.html"

    def done(self, form_list: Any, **kwargs: Any) -> HttpResponse:
        """End; the bench never comes here."""
        return HttpResponse("ok")


wizard = StockWizard.as_view(url_name="bench_step", done_step_name="fini")


def bare(request: HttpRequest) -> HttpResponse:
    """Answer two letters: what middleware alone costs."""
    return HttpResponse("ok")


def plain(request: HttpRequest) -> HttpResponse:
    """Show a title in the base template."""
    return render(request, "bench/plain.html")
