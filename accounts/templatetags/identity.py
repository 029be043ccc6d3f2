"""What the sign-in page shows of the identity services."""

from django import template

from ..identity.oidc.services import Service, services

register = template.Library()


@register.simple_tag
def identity_services() -> list[Service]:
    """Return the services that are configured: a button that leads nowhere is not drawn."""
    return services()
