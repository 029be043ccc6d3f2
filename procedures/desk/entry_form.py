"""Where a request that an agent enters came from: the channel, the day and the hour, the paper, and why it waited."""

import uuid
from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.team.forms import day_field
from portal.kit.widgets import Files, Radios

from ..definition.hours import read_hour
from ..lifecycle import entry as verbs
from ..models import Draft, Edition, Procedure
from .forms import DeskForm, Words


class OriginForm(DeskForm):
    """How and when the town got a request."""

    key = forms.UUIDField(widget=forms.HiddenInput, required=False)
    channel = forms.ChoiceField(
        label=_("How the request came"),
        choices=verbs.CHANNELS,
        widget=Radios,
        error_messages={
            "required": _("Say how the request came."),
            "invalid_choice": _("Choose one of the answers of the list."),
        },
    )
    day = day_field(_("Day on which the town received it"))
    hour = forms.CharField(
        label=_("Hour, if it is known"),
        help_text=_(
            "Empty means now for who is here or on the telephone today. Otherwise the receipt gives the day alone, as a "
            "letter does."
        ),
        required=False,
        max_length=20,
        widget=forms.TextInput(attrs={"type": "time"}),
    )
    reason = Words(
        rows=2,
        label=_("Why it is entered only now"),
        help_text=_(
            "Asked when more than a day has passed. The person reads it on her receipt: the legal time runs from the "
            "day of reception."
        ),
        required=False,
    )
    edition = forms.ModelChoiceField(
        Edition.objects.none(),
        label=_("Edition"),
        error_messages={
            "required": _("Choose the edition that is asked for."),
            "invalid_choice": _("Choose one of the answers of the list."),
        },
    )
    papers = forms.Field(label=_("Scanned paper"), required=False, widget=Files)

    def __init__(self, data: Any = None, *, procedure: Procedure, draft: Draft | None = None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"channel": "counter", "day": timezone.localdate()}
        if draft is not None and draft.received_at is not None:
            then = timezone.localtime(draft.received_at)
            initial = {
                "channel": draft.channel,
                "day": then.date(),
                "hour": f"{then:%H:%M}" if draft.hour_known else "",
                "reason": draft.late_reason,
                "edition": draft.edition,
            }
        super().__init__(data, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        question = verbs.paper().form_field()
        asked = _("Needed, before the request is recorded, for what comes by post or by e-mail.")
        self.fields["papers"].help_text = f"{asked} {question.help_text}"
        self.fields["papers"].label = _("Scanned paper: the letter, the message, or what was filled in at the counter")
        self.fields["papers"].widget.attrs = question.widget.attrs
        if draft is not None:
            del self.fields["key"]
        editions = procedure.editions.all()
        if editions:
            self.fields["edition"].queryset = editions  # type: ignore[attr-defined]
        else:
            del self.fields["edition"]

    def clean_key(self) -> uuid.UUID:
        """Return the name that tells a double click from two requests."""
        return self.cleaned_data["key"] or uuid.uuid4()

    def clean_hour(self) -> time | None:
        """Read the hour as people write it; None where it is not known."""
        text = self.cleaned_data["hour"].strip()
        hour = read_hour(text) if text else None
        if text and hour is None:
            raise forms.ValidationError(_("Write an hour, for example 9 h, 9 h 30 or 14:15."))
        return hour

    @property
    def received(self) -> verbs.Received:
        """What the form says."""
        said = self.cleaned_data
        channel, day, hour, reason = said["channel"], said["day"], said["hour"], said["reason"]
        now = timezone.localtime()
        if hour is None and channel not in verbs.ON_PAPER and day == now.date():
            # To the minute, as a typed hour: saving the page again changes nothing.
            hour = now.time().replace(second=0, microsecond=0)
        at = timezone.make_aware(datetime.combine(day, hour or time()))
        return verbs.Received(channel, at, hour_known=hour is not None, reason=reason)

    def refuse(self, wrong: verbs.WrongOrigin) -> None:
        """Say beside its question why it cannot be; what is asked is no longer said optional."""
        self.fields[wrong.field].required = True
        self.add_error(wrong.field, str(wrong))
