"""From a procedure to the decision on a request: the tables of the heart."""

from .answers import AnswerSet
from .block import FieldBlock
from .case import Applicant, CaseAccess, Decision, Facet, Message, Submission
from .document import Document
from .draft import Draft
from .edition import Edition
from .file import AnswerFile, DraftFile, FileScan, StoredFile
from .prefill import Partner, Prefill
from .procedure import Procedure, ProcedureVersion
from .safe import SafePaper
from .upload import PartialUpload
from .working_copy import WorkingCopy

__all__ = [
    "AnswerFile",
    "AnswerSet",
    "Applicant",
    "CaseAccess",
    "Decision",
    "Document",
    "Draft",
    "DraftFile",
    "Edition",
    "Facet",
    "FieldBlock",
    "FileScan",
    "Message",
    "PartialUpload",
    "Partner",
    "Prefill",
    "Procedure",
    "ProcedureVersion",
    "SafePaper",
    "StoredFile",
    "Submission",
    "WorkingCopy",
]
