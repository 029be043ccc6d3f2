"""The methods that the portal's pages answer to: any other is refused before a view sees it."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed

KNOWN = ("GET", "HEAD", "OPTIONS", "POST")


class KnownMethodsMiddleware:
    """Answers 405 to PUT, PATCH, DELETE and the like: Django's form views would take a PUT for a POST."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Let the request through, or refuse its method."""
        return self.get_response(request) if request.method in KNOWN else HttpResponseNotAllowed(KNOWN)
