"""E-mail: plain text, handed to the transport that the settings name."""

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from ..models import Delivery


def send(delivery: Delivery) -> None:
    """Hand the mail to the transport; whatever it raises is the caller's to note."""
    message = EmailMessage(
        subject=delivery.subject,
        body=delivery.body,
        to=[delivery.address],
        # The same delivery sent twice by a worker that died in between is told by its id.
        headers={"Message-ID": f"<{delivery.public_id}@portail>", "Auto-Submitted": "auto-generated"},
        connection=get_connection(settings.MAIL_TRANSPORT),
    )
    message.send()
