"""Who people are: persons, logins, certified identities, memberships, invitations, absences, mandates, consents."""

from .absence import Absence
from .identity import CertifiedIdentity
from .invitation import Invitation
from .mandate import HelpStructure, Mandate, MandateQuerySet, StructureHelper
from .membership import DESK_ROLES, LENT_ROLES, Membership, Role
from .person import Consent, ContactPoint, Person, Purpose
from .user import User

__all__ = [
    "DESK_ROLES",
    "LENT_ROLES",
    "Absence",
    "CertifiedIdentity",
    "Consent",
    "ContactPoint",
    "HelpStructure",
    "Invitation",
    "Mandate",
    "MandateQuerySet",
    "Membership",
    "Person",
    "Purpose",
    "Role",
    "StructureHelper",
    "User",
]
