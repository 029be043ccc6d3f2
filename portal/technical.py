"""Django's own admin: for superusers alone, who sign in as everyone does, and each change is noted."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from journal.models import record_access

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


class TechnicalAdmin(AdminSite):
    site_header = site_title = _("Technical admin")

    def has_permission(self, request: HttpRequest) -> bool:
        """Let superusers in; their second factor is asked by the middleware, as it is of all who work for the town."""
        return super().has_permission(request) and isinstance(request.user, User) and request.user.is_superuser

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Lead to the portal's own sign-in: its limits hold there, and its trace is kept."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next", request.path), "account_login")

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Wrap a page of the admin: what is sent to it is written down among the accesses."""

        @wraps(view)
        def noted(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            answer = view(request, *args, **kwargs)
            if request.method == "POST" and isinstance(request.user, User):
                match = request.resolver_match
                record_access("configure", f"admin:{match.url_name if match else ''}"[:80], actor=request.user.key)
            return answer

        return cast(View, super().admin_view(noted, cacheable))
