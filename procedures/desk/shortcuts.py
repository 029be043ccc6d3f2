"""The keyboard of the desk: its keys, and the switch that turns those of a single letter off (WCAG 2.1.4)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of

from .access import desk_only, page


def keys() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the keys by where they serve: heading → (keys, what they do). static/js/desk.js acts on them."""
    return [
        (
            _("Everywhere"),
            [
                ("/", _("Search")),
                ("g a", _("Today")),
                ("g d", _("The requests")),
                ("Ctrl + Enter", _("Send the form in which you write")),
                ("?", _("This page")),
            ],
        ),
        (
            _("In a list"),
            [("j, k", _("Next, previous request")), ("Enter", _("Open it")), ("x", _("Tick it"))],
        ),
        (
            _("On a request"),
            [
                ("j, k", _("Next, previous request of the list")),
                ("a", _("Open the page that grants")),
                ("r", _("Open the page that refuses")),
                ("c", _("Open the page that asks for a correction")),
                ("p", _("Open the page that asks for pieces")),
                ("e", _("Say who follows it")),
                ("m", _("Write a message")),
                ("n", _("Write a note")),
            ],
        ),
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@desk_only
def shortcuts(request: HttpRequest) -> HttpResponse:
    """Show the keys; the POST turns those of a single letter on or off."""
    user = actor_of(request).user
    if request.method == "POST" and user is not None:
        user.shortcuts = request.POST.get("on") == "1"
        user.save(update_fields=["shortcuts"])
        messages.success(request, _("The keys are on.") if user.shortcuts else _("The keys are off."))
        return redirect("desk:shortcuts")
    return page(request, "desk/shortcuts.html", {"keys": keys()}, section="shortcuts")
