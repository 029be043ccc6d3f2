"""What allauth asks of us: addresses in lower case, a person behind each new login, no enumeration."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

from ..models import Person, User


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def save_user(self, request: HttpRequest, user: User, form: Any, commit: bool = True) -> User:
        """Give the new login its person."""
        saved: User = super().save_user(request, user, form, commit=commit)
        if commit:
            Person.objects.get_or_create(user=saved)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send plain text only: our mails have no HTML part."""
        message = self.render_mail(template_prefix, email, context)
        message.send()
