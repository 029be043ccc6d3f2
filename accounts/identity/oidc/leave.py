"""The page between a form of ours and a service: browsers refuse that a form leads elsewhere (CSP form-action)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from .services import Service


def leave(request: HttpRequest, known: Service, url: str, title: str) -> HttpResponse:
    """Say where the person is led, and lead her there at once (WCAG 2.2, technique H76)."""
    response = render(request, "account/identity/leave.html", {"service": known, "url": url, "title": title})
    response["Refresh"] = f"0;url={url}"
    return response
