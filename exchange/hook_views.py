"""Programs that are told what happens, in the studio: made, paused, looked at, told again."""

import uuid
from contextlib import suppress
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import Actor, actor_of
from portal.kit import public_call
from procedures.studio.access import page, status_of, town_admins_only

from .models import Webhook
from .permissions import lends, lent
from .token_form import ProgramForm
from .webhooks import keeping

_SHOWN = 100
_JOURNAL = 50


class HookForm(ProgramForm):
    """An address that is told."""

    url = forms.CharField(
        label=gettext_lazy("Address"),
        help_text=gettext_lazy("It begins with https:// and is on the public internet."),
        max_length=500,
        widget=forms.URLInput(attrs={"size": 60, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Write the address that is told."),
            "max_length": gettext_lazy("This address is too long: keep it under 500 characters."),
        },
    )
    kinds = forms.CharField(
        label=gettext_lazy("Kinds of event"),
        help_text=gettext_lazy("One to a line, as the API names them: submitted, message… Left empty: all of them."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["account"].help_text = _("It is told of the requests that this account sees, and of no other.")

    def clean_url(self) -> str:
        """Refuse what may not be called; a name that is not known yet may be later."""
        url: str = self.cleaned_data["url"].strip()
        try:
            public_call.check(url, plain=settings.WEBHOOKS_PLAIN)
        except public_call.Refused as error:
            raise forms.ValidationError(
                _("This address is not told: it must begin with https:// and be on the public internet.")
            ) from error
        except public_call.Failed:
            pass
        return url

    def clean_kinds(self) -> list[str]:
        """Read one kind to a line."""
        kinds: list[str] = self.cleaned_data["kinds"].split()
        if len(kinds) > 50 or any(len(one) > 40 for one in kinds):
            raise forms.ValidationError(_("This is no list of kinds: 50 at most, 40 letters each."))
        return kinds


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def hooks(request: HttpRequest) -> HttpResponse:
    """List the programs that are told; the POST adds one, told of what happens from now on."""
    actor = actor_of(request)
    form = HookForm(request.POST if request.method == "POST" else None, actor=actor)
    if request.method == "POST" and form.is_valid():
        said, held = form.cleaned_data, form.held
        made = keeping.add(said["name"], said["url"], held.user, held.department.sector, said["kinds"], by=actor)
        messages.success(request, _("“%(name)s” is told of what happens from now on.") % {"name": made.name})
        return redirect("tokens:hook", made.public_id)
    rows = list(Webhook.objects.filter(lent(actor)).select_related("user__person", "sector")[:_SHOWN])
    context = {"form": form, "rows": rows}
    return page(request, "studio/hooks.html", context, section="tokens", status=status_of(request, form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def hook(request: HttpRequest, hook_id: uuid.UUID) -> HttpResponse:
    """Show what a program was told; the POST pauses it, resumes it, tells again or takes it off."""
    actor = actor_of(request)
    found = Webhook.objects.select_related("user__person", "sector").filter(public_id=hook_id).first()
    if found is None or not lends(actor, found.user, found.sector_id):
        raise Http404
    if request.method == "POST":
        done = _act(found, request, actor)
        if done:
            messages.success(request, done)
        return redirect("tokens:hook", hook_id) if found.pk else redirect("tokens:hooks")
    told = list(found.deliveries.order_by("-pk")[:_JOURNAL])
    return page(request, "studio/hook.html", {"hook": found, "told": told}, section="tokens")


def _act(found: Webhook, request: HttpRequest, actor: Actor) -> str:
    """Do what a button asks; return what is said of it, nothing where nothing was done."""
    match request.POST.get("act", ""):
        case "pause":
            keeping.pause(found, by=actor)
            return _("It is told no more, until you resume.")
        case "resume":
            keeping.resume(found, by=actor)
            return _("It is told again, from where it was.")
        case "remove":
            keeping.remove(found, by=actor)
            return _("“%(name)s” is told of nothing any more.") % {"name": found.name}
        case "again":
            with suppress(ValueError):
                if keeping.again(found, uuid.UUID(request.POST.get("delivery", "")), by=actor):
                    return _("It is told again.")
    return ""
