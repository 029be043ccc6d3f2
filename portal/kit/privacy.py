"""Private pages are never kept by a browser or a proxy (shared computers)."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

PUBLIC_PREFIXES = ("/static/", "/theme.css")


class PrivatePagesMiddleware:
    """Mark every answer no-store, unless a view said that it may be cached."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Add Cache-Control where no view chose one."""
        response = self.get_response(request)
        if "Cache-Control" not in response and not request.path.startswith(PUBLIC_PREFIXES):
            response["Cache-Control"] = "no-store, private"
        return response
