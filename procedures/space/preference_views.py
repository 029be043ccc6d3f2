"""What the town may write about, purpose by purpose: yes and no are as easy as each other, and no is where it starts."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import consents
from accounts.models import Consent, Person, Purpose
from portal.kit.templatetags.kit import day
from portal.kit.widgets import Radios

from .own import own_space

# The purposes chosen here; the safe is opened and closed on its own page.
CHOSEN = {
    Purpose.REMINDERS: (
        gettext_lazy("Remind me before a draft is removed or a paper expires"),
        gettext_lazy("One e-mail 3 days before a draft is removed, and one a month before a paper expires."),
    ),
    Purpose.NEWS: (
        gettext_lazy("Send me news of the town"),
        gettext_lazy("Works in the street, events, opening hours. Never advertising, never passed on to others."),
    ),
}
_ANSWERS = (("yes", gettext_lazy("Yes")), ("no", gettext_lazy("No")))


class PreferencesForm(forms.Form):
    """One question a purpose; what holds now is what is ticked."""

    def __init__(self, given: dict[str, Consent], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        for purpose, (label, help_text) in CHOSEN.items():
            known = given.get(purpose)
            since = _("You agreed on %(day)s.") % {"day": day(known.given_at)} if known else ""
            self.fields[purpose] = forms.ChoiceField(
                label=label,
                help_text=" ".join(filter(None, (str(help_text), since))),
                choices=_ANSWERS,
                initial="yes" if known else "no",
                widget=Radios(choices=_ANSWERS),
                error_messages={
                    "required": _("Choose yes or no: “%(label)s”.") % {"label": label},
                    "invalid_choice": _("Choose one of the answers of the list."),
                },
            )


@require_http_methods(["GET", "HEAD", "POST"])
@own_space
def preferences(request: HttpRequest, person: Person) -> HttpResponse:
    """Show what was agreed to, or record what is agreed to and withdrawn now."""
    given = consents.given(person)
    form = PreferencesForm(given, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        for purpose, answer in form.cleaned_data.items():
            (consents.give if answer == "yes" else consents.withdraw)(person, purpose)
        messages.success(request, _("Your choices are saved."))
        return redirect("space:preferences")
    context = {"form": form, "safe": given.get(Purpose.SAFE)}
    return render(request, "space/preferences.html", context, status=422 if form.errors else 200)
