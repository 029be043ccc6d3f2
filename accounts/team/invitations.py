"""Invitations: made, sent by mail with a link of their own, sent again, cancelled, used once, forgotten in time."""

import secrets
from collections.abc import Sequence

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from town import models as town

from ..identity.lookalikes import refuse_lookalikes
from ..models import Invitation, Membership, User
from ..models.invitation import digest_of, expiry
from ..permissions import Actor
from .rules import Refusal, check_authority, described, must_administer, subject_of, write_down


def invite(
    email: str,
    department: town.Department,
    role: str,
    *,
    by: Actor | None,
    title: str,
    authority: str = "",
    procedures: Sequence[str] = (),
    invited_by: User | None = None,
) -> Invitation:
    """Promise a role to whoever holds an address, and send her the link. Raises PermissionDenied, or Refusal.

    Inviting twice alike sends one mail: a second click meets the invitation that the first one made. Other words (a
    title that was wrong) replace it.
    """
    must_administer(by, department)
    check_authority(role, authority)
    email = email.strip()
    try:
        refuse_lookalikes(email)
    except ValidationError as error:
        raise Refusal(error.messages[0], "email") from error
    email = email.lower()
    if by is not None and by.user is not None and _is_of(by.user, email):
        raise Refusal(_("You cannot change your own roles: ask another administrator."), "email")
    if Membership.objects.not_over().filter(user__email=email, department=department, role=role).exists():
        raise Refusal(_("She already has this role in this department."), "email")
    promised: dict[str, object] = {"title": title, "authority": authority, "procedures": list(procedures)}
    try:
        with transaction.atomic():
            same = Invitation.objects.select_for_update(of=("self",)).pending()
            found = same.filter(email=email, department=department, role=role).first()
            if found is not None and found.is_open and all(getattr(found, name) == promised[name] for name in promised):
                raise Refusal(_("She is already invited: send the invitation again from the team page."), "email")
            made = found or Invitation(email=email, department=department, role=role)
            for name, value in promised.items():
                setattr(made, name, value)
            made.invited_by = by.user if by else invited_by
            _send(made)
            write_down(subject_of(department), "invitation.sent", by, _described(made))
    except IntegrityError as error:
        raise Refusal(_("She is already invited: send the invitation again from the team page."), "email") from error
    return made


@transaction.atomic
def resend(invitation: Invitation, *, by: Actor | None) -> Invitation:
    """Send a new link, valid from today; the one before opens nothing any more. Raises PermissionDenied, or Refusal."""
    current = _locked(invitation, by)
    _send(current)
    write_down(subject_of(current.department), "invitation.resent", by, _described(current))
    return current


@transaction.atomic
def cancel(invitation: Invitation, *, by: Actor | None) -> Invitation:
    """Take an invitation back: its link opens nothing any more. Raises PermissionDenied, or Refusal."""
    current = _locked(invitation, by)
    current.cancelled_at = timezone.now()
    current.save(update_fields=["cancelled_at"])
    write_down(subject_of(current.department), "invitation.cancelled", by, _described(current))
    return current


def find(token: str) -> Invitation | None:
    """Return the invitation of a link, whatever has become of it; None for a link that nobody was sent."""
    if not token:
        return None
    return Invitation.objects.select_related("department__entity").filter(token_digest=digest_of(token)).first()


def use(invitation: Invitation, user: User) -> Membership:
    """Turn an invitation into its membership, once. Needs a transaction, and the invitation held.

    Raises Refusal when it has served, was cancelled or has expired meanwhile.
    """
    if not invitation.is_open:
        raise Refusal(_("This invitation can no longer be used."))
    # An administrator may give her the same role at this very moment: one of the two waits.
    User.objects.select_for_update().get(pk=user.pk)
    today = timezone.localdate()
    promised = {
        "title": invitation.title,
        "authority": invitation.authority,
        "procedures": invitation.procedures,
        "starts_on": today,
    }
    membership, created = Membership.objects.get_or_create(
        user=user, department=invitation.department, role=invitation.role, defaults=promised
    )
    if not created and membership.ends_on and membership.ends_on < today:
        for name, value in promised.items():
            setattr(membership, name, value)
        membership.ends_on = None
        membership.save()
    invitation.used_at = timezone.now()
    invitation.save(update_fields=["used_at"])
    # Who invited answered for it then; that it was used is the person's own doing.
    data = {"invitation": invitation.pk, **described(membership)}
    write_down(user.key, "invitation.used", Actor(user=user), data, role="")
    return membership


@transaction.atomic
def accept(invitation: Invitation, user: User) -> Membership:
    """Use an invitation as ``user``, whose address it names. Raises Refusal for anyone else, or when it cannot serve."""
    current = Invitation.objects.select_for_update(of=("self",)).select_related("department").get(pk=invitation.pk)
    if not belongs_to(current, user):
        raise Refusal(_("This invitation is for another address."))
    return use(current, user)


def belongs_to(invitation: Invitation, user: User) -> bool:
    """Say whether an invitation names an address of this login: the one it signs in by, or one it has proven."""
    return _is_of(user, invitation.email)


def purge() -> int:
    """Forget the invitations that served, were cancelled or expired 90 days ago; return how many."""
    return Invitation.objects.outlived().delete()[0]


def _is_of(user: User, email: str) -> bool:
    return user.email == email or EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists()


def _send(invitation: Invitation) -> None:
    """Give the invitation a new link and its full time, keep its digest alone, and owe the mail in one transaction."""
    token = secrets.token_urlsafe(32)
    invitation.token_digest, invitation.expires_at = digest_of(token), expiry()
    invitation.save()
    link = settings.PUBLIC_URL + reverse("invitation", args=[token])
    with translation.override("fr"):
        context = {"invitation": invitation, "link": link, "town": town.current()}
        body = render_to_string("mail/invitation.txt", context)
        subject = _("%(town)s invites you to its agents’ desk") % {"town": town.current().name}
    EmailMessage(subject=subject, body=body, to=[invitation.email]).send()


def _described(invitation: Invitation) -> dict[str, object]:
    return {"invitation": invitation.pk, **described(invitation)}


def _locked(invitation: Invitation, by: Actor | None) -> Invitation:
    current = Invitation.objects.select_for_update(of=("self",)).select_related("department").get(pk=invitation.pk)
    must_administer(by, current.department)
    if current.used_at is not None or current.cancelled_at is not None:
        raise Refusal(_("This invitation can no longer be used."))
    return current
