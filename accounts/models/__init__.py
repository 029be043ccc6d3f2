"""Who people are: persons, logins, certified identities, memberships, invitations, mandates, consents."""

from .identity import CertifiedIdentity
from .invitation import Invitation
from .membership import Membership, Role
from .person import Consent, ContactPoint, Mandate, Person, Purpose
from .user import User

__all__ = [
    "CertifiedIdentity",
    "Consent",
    "ContactPoint",
    "Invitation",
    "Mandate",
    "Membership",
    "Person",
    "Purpose",
    "Role",
    "User",
]
