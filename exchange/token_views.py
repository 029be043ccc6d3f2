"""The keys of other programs, in the studio: made, shown once, revoked."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.permissions import actor_of
from procedures.studio.access import page, status_of, town_admins_only

from .api import tokens
from .models import ApiToken
from .permissions import lends, lent
from .token_form import TokenForm

_SHOWN = 200


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def shown(request: HttpRequest) -> HttpResponse:
    """List the keys of the accounts that she administers; the POST makes one and shows its secret, once."""
    actor = actor_of(request)
    form = TokenForm(request.POST if request.method == "POST" else None, actor=actor)
    secret = ""
    if request.method == "POST" and form.is_valid():
        try:
            _made, secret = tokens.make(form.wanted, by=actor)
        except tokens.Refusal as refusal:
            field = "account" if refusal.field == "user" else refusal.field
            form.add_error(field if field in form.fields else None, str(refusal))
        else:
            form = TokenForm(actor=actor)
    today = timezone.localdate()
    held = ApiToken.objects.filter(lent(actor))
    rows = [(one, one.is_open(today)) for one in held.select_related("user__person", "sector")[:_SHOWN]]
    context = {"form": form, "rows": rows, "secret": secret}
    return page(request, "studio/tokens.html", context, section="tokens", status=status_of(request, form))


@require_http_methods(["GET", "HEAD", "POST"])
@town_admins_only
def revoke(request: HttpRequest, token_id: uuid.UUID) -> HttpResponse:
    """Let a key open nothing any more; a GET leads to the list."""
    actor = actor_of(request)
    token = ApiToken.objects.select_related("user").filter(public_id=token_id).first()
    if token is None or not lends(actor, token.user, token.sector_id):
        raise Http404
    if request.method == "POST":
        tokens.revoke(token, by=actor)
        messages.success(request, _("The key of “%(name)s” opens nothing any more.") % {"name": token.name})
    return redirect("tokens:shown")
