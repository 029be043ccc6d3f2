"""Programs that are told what happens, in the studio: made, paused, looked at, told again."""

import uuid
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.models import Role
from accounts.permissions import actor_of, administered
from journal.models import Event, record_access
from portal.kit import public_call
from procedures.studio.access import page, status_of, town_admins_only

from .api import tokens
from .models import Webhook, WebhookDelivery
from .token_form import accounts
from .webhooks import telling

_SHOWN = 100
_JOURNAL = 50


class HookForm(forms.Form):
    """An address that is told."""

    name = forms.CharField(
        label=gettext_lazy("Program"),
        max_length=100,
        widget=forms.TextInput(attrs={"size": 40, "autocomplete": "off"}),
        error_messages={
            "required": gettext_lazy("Name the program that is told."),
            "max_length": gettext_lazy("This name is too long: keep it under 100 characters."),
        },
    )
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
    account = forms.ChoiceField(
        label=gettext_lazy("Under whose rights"),
        help_text=gettext_lazy("It is told of the requests that this account sees, and of no other."),
        error_messages={
            "required": gettext_lazy("Choose the account under whose rights it acts."),
            "invalid_choice": gettext_lazy("Choose one of the accounts of the list."),
        },
    )
    kinds = forms.CharField(
        label=gettext_lazy("Kinds of event"),
        help_text=gettext_lazy("One to a line, as the API names them: submitted, message… Left empty: all of them."),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, departments: set[int], **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "f-%s", **kwargs})
        self.accounts = accounts(departments)
        choices = [
            (key, f"{one.user.display_name} – {one.department.sector.name}") for key, one in self.accounts.items()
        ]
        self.fields["account"].choices = [("", _("Choose an account")), *choices]  # type: ignore[attr-defined]

    def clean_url(self) -> str:
        """Refuse what may not be called; a name that is not known yet may be later."""
        url: str = self.cleaned_data["url"].strip()
        try:
            public_call.check(url, plain=settings.DEMO_MODE)
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
    departments = administered(actor)
    form = HookForm(request.POST if request.method == "POST" else None, departments=departments)
    if request.method == "POST" and form.is_valid():
        said, held = form.cleaned_data, form.accounts[form.cleaned_data["account"]]
        last = Event.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        with transaction.atomic():
            made = Webhook.objects.create(
                name=said["name"].strip(),
                url=said["url"],
                user=held.user,
                sector=held.department.sector,
                kinds=said["kinds"],
                cursor=last,
            )
            record_access("hook.made", f"hook:{made.public_id}", actor=actor.key, role=Role.TOWN_ADMIN)
        messages.success(request, _("“%(name)s” is told of what happens from now on.") % {"name": made.name})
        return redirect("tokens:hook", made.public_id)
    held_by = Webhook.objects.filter(user__memberships__department__in=departments).distinct()
    rows = list(held_by.select_related("user__person", "sector")[:_SHOWN])
    context = {"form": form, "rows": rows}
    return page(request, "studio/hooks.html", context, section="tokens", status=status_of(request, form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def hook(request: HttpRequest, hook_id: uuid.UUID) -> HttpResponse:
    """Show what a program was told; the POST pauses it, resumes it, tells again or takes it off."""
    actor = actor_of(request)
    found = Webhook.objects.select_related("user__person", "sector").filter(public_id=hook_id).first()
    if found is None or not tokens.administers(actor, found.user):
        raise Http404
    if request.method == "POST":
        done, act = _act(found, request), request.POST.get("act", "")
        if done:
            record_access(f"hook.{act}", f"hook:{found.public_id}", actor=actor.key, role=Role.TOWN_ADMIN)
            messages.success(request, done)
        return redirect("tokens:hooks") if act == "remove" else redirect("tokens:hook", found.public_id)
    told = list(found.deliveries.order_by("-pk")[:_JOURNAL])
    return page(request, "studio/hook.html", {"hook": found, "told": told}, section="tokens")


def _act(found: Webhook, request: HttpRequest) -> str:
    match request.POST.get("act", ""):
        case "pause":
            Webhook.objects.filter(pk=found.pk, paused_at=None).update(paused_at=timezone.now())
            return _("It is told no more, until you resume.")
        case "resume":
            telling.resume(found)
            return _("It is told again, from where it was.")
        case "remove":
            found.delete()
            return _("“%(name)s” is told of nothing any more.") % {"name": found.name}
        case "again":
            try:
                wanted = uuid.UUID(request.POST.get("delivery", ""))
            except ValueError:
                return ""
            delivery = WebhookDelivery.objects.filter(webhook=found, public_id=wanted).first()
            if delivery is None:
                return ""
            telling.again(delivery)
            return _("It is told again.")
        case _:
            return ""
