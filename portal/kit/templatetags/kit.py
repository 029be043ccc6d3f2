"""The components of the interface as template tags; available in every template without loading."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.kit import icons
from portal.kit.fields import faults_of, render_field
from portal.kit.moments import day_in_words, hour, known_day, long_day
from portal.kit.prose import prose

register = template.Library()
register.filter("prose", prose)
register.filter("hour", hour)


@register.simple_tag(name="icon")
def icon_tag(name: str) -> SafeString:
    """Draw an icon by name."""
    return icons.icon(name)


@register.simple_tag
def field(bound: BoundField) -> SafeString:
    """Draw one question."""
    return render_field(bound)


@register.simple_tag
def fields(form: forms.BaseForm) -> SafeString:
    """Draw every question of a form."""
    return mark_safe("".join(render_field(form[name]) for name in form.fields))  # noqa: S308 each part is safe


@register.simple_tag
def error_summary(form: forms.BaseForm) -> SafeString:
    """Draw the focused summary of what is to correct, one link per question (RGAA 11.10)."""
    if not form.is_bound or not form.errors:
        return SafeString("")
    links = [(f"#{place}", message) for place, message in faults_of(form)]
    rows = format_html_join("", '<li><a href="{}">{}</a></li>', links)
    general = format_html_join("", "<li>{}</li>", ((message,) for message in form.non_field_errors()))
    count = len(links) + len(form.non_field_errors())
    title = ngettext("One answer needs correcting", "%(count)d answers need correcting", count) % {"count": count}
    return format_html(
        '<section class="errors" tabindex="-1" autofocus aria-labelledby="err-t"><h2 id="err-t">{}</h2><ul>{}{}</ul></section>',
        title,
        general,
        rows,
    )


@register.simple_tag
def steps(progress: Sequence[Mapping[str, Any]], number: int, total: int, here: str) -> SafeString:
    """Draw the progress: which step, of how many, which are done; the recap comes last."""
    done = format_html(' <b class="sr">{}</b>', _("(step done)"))
    rows = [
        format_html(
            "<li{}><span>{}{}</span></li>",
            SafeString(' aria-current="step"' if part["current"] else ' class="done"' if part["done"] else ""),
            part["title"],
            done if part["done"] and not part["current"] else "",
        )
        for part in progress
    ]
    return format_html(
        '<nav class="steps" aria-label="{}"><p class="small"><strong>{}</strong> · {}</p>'
        "<ol>{}<li{}><span>{}</span></li></ol></nav>",
        _("Progress"),
        _("Step %(number)s of %(total)s") % {"number": number, "total": total},
        here,
        SafeString("".join(rows)),
        SafeString(' aria-current="step"' if number == total else ""),
        _("Check and send"),
    )


@register.filter
def lines(text: str) -> SafeString:
    """Write a text of several lines, each escaped, parted by line breaks."""
    return mark_safe("<br>".join(conditional_escape(line) for line in str(text or "").split("\n")))  # noqa: S308


@register.filter
def day(value: date | datetime | str | None) -> str:
    """Say a day in words: 24 novembre 2026; of one known in part, what is known."""
    if isinstance(value, str) and value:
        return known_day(value)
    found = _date(value)
    return "" if found is None else day_in_words(found)


@register.filter
def moment(value: datetime | None) -> str:
    """Say a moment in the town's time zone: mardi 24 novembre 2026 à 10 h 47."""
    if value is None:
        return ""
    local = timezone.localtime(value)
    return _("%(day)s at %(hour)s") % {"day": long_day(local.date()), "hour": hour(local.time())}


@register.filter
def days_left(value: date | None) -> int:
    """Return the days from today to ``value``; negative once it is past."""
    return (value - timezone.localdate()).days if value else 0


@register.filter
def phone(value: str) -> str:
    """Say a French number by pairs, whether stored with or without its country code."""
    digits = re.sub(r"\D", "", value or "")
    if len(digits) == 11 and digits.startswith("33"):
        digits = "0" + digits[2:]
    return "\u00a0".join(re.findall("..", digits)) if len(digits) == 10 else value


@register.filter
def tel(value: str) -> str:
    """Return the number for a tel: link, with its country code."""
    digits = re.sub(r"[^\d+]", "", value or "")
    return "+33" + digits[1:] if digits.startswith("0") and len(digits) == 10 else digits


def _date(value: Any) -> date | None:
    if not value:
        return None
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    return timezone.localtime(value).date() if isinstance(value, datetime) else value


@register.filter
def item(mapping: Any, key: Any) -> Any:
    """Return one value of a mapping."""
    return (mapping or {}).get(key)


@register.simple_tag(takes_context=True)
def query(context: Any, **changes: Any) -> str:
    """Return the page's query string with some values changed; empty values leave it."""
    params = context["request"].GET.copy()
    for name, value in changes.items():
        params.pop(name, None)
        if value not in (None, ""):
            params[name] = value
    return "?" + params.urlencode() if params else "?"


@register.filter
def weekday(number: int) -> str:
    """Name a day of the week; 0 is Monday."""
    return str(WEEKDAYS[number]).capitalize()


@register.filter
def weight(size: int) -> str:
    """Say the size of a file: 84 ko, 1,2 Mo."""
    if size >= 100_000:
        return f"{size / 1_000_000:.1f}\u00a0Mo".replace(".", ",")
    return f"{max(1, round(size / 1000))}\u00a0ko"


@register.filter
def delay(value: Any) -> str:
    """Say a legal delay: 2 months."""
    if value is None:
        return ""
    count = value.count
    words = {
        "days": ngettext("%(count)d day", "%(count)d days", count),
        "weeks": ngettext("%(count)d week", "%(count)d weeks", count),
        "months": ngettext("%(count)d month", "%(count)d months", count),
    }
    return str(words[value.unit] % {"count": count})


@register.filter
def fill(text: str, department: Any) -> str:
    """Put the department's address and telephone where a definition names them."""
    address = ", ".join([department.place.name, *department.place.address_lines])
    return text.replace("{address}", address).replace("{phone}", phone(department.phone))


@register.filter
def address_lines(value: Any) -> list[str]:
    """Return the lines of an address kept as five parts."""
    if not value:
        return []
    city = f"{value.get('postcode', '')} {value.get('city', '')}".strip()
    country = value.get("country", "")
    return [
        line for line in (value.get("street"), value.get("extra"), city, "" if country == "France" else country) if line
    ]


@register.filter
def unlocalized(value: float) -> str:
    """Write a number as machines read it: a drawing knows no decimal comma."""
    return f"{value:g}"
