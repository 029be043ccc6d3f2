"""Who people are: persons, logins, memberships, mandates, consents."""

from .membership import Membership, Role
from .person import Consent, ContactPoint, Mandate, Person
from .user import User

__all__ = ["Consent", "ContactPoint", "Mandate", "Membership", "Person", "Role", "User"]
