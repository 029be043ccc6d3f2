"""From a procedure to the decision on a request: the tables of the heart."""

from .annotation import Annotation
from .answers import AnswerSet
from .archive import ArchiveItem, ArchiveList, ArchivePackage, Destruction, LegalHold
from .batch import Batch, BatchItem
from .block import FieldBlock
from .case import Applicant, CaseAccess, Facet, Message, Submission
from .correction import AskedCorrection, CorrectionRequest
from .decision import Decision, Visa
from .document import Document, SealCertificate
from .draft import Draft
from .edition import Edition
from .file import AnswerFile, DraftFile, FileScan, StoredFile
from .handling import CaseLink, Label, LabelMark, Mention, Note, Watch
from .legal_notice import LegalNotice
from .mandate_paper import MandatePaper
from .more_time import MoreTime
from .notification import Notification
from .opinion import Opinion
from .pieces_request import AskedPiece, PieceFile, PiecesRequest
from .pieces_sending import PiecesSending
from .prefill import Partner, Prefill
from .procedure import Procedure, ProcedureVersion
from .rating import QualitySnapshot, Rating, StepCount
from .reading import ReadingWatch, UnusualReading
from .rule_run import RuleRun
from .safe import SafePaper
from .saved_view import SavedView
from .silence_request import SilenceRequest
from .time_stamp import TimeStamp
from .transmission import SentOn
from .upload import PartialUpload
from .working_copy import WorkingCopy, WorkingState

__all__ = [
    "Annotation",
    "AnswerFile",
    "AnswerSet",
    "Applicant",
    "ArchiveItem",
    "ArchiveList",
    "ArchivePackage",
    "AskedCorrection",
    "AskedPiece",
    "Batch",
    "BatchItem",
    "CaseAccess",
    "CaseLink",
    "CorrectionRequest",
    "Decision",
    "Destruction",
    "Document",
    "Draft",
    "DraftFile",
    "Edition",
    "Facet",
    "FieldBlock",
    "FileScan",
    "Label",
    "LabelMark",
    "LegalHold",
    "LegalNotice",
    "MandatePaper",
    "Mention",
    "Message",
    "MoreTime",
    "Note",
    "Notification",
    "Opinion",
    "PartialUpload",
    "Partner",
    "PieceFile",
    "PiecesRequest",
    "PiecesSending",
    "Prefill",
    "Procedure",
    "ProcedureVersion",
    "QualitySnapshot",
    "Rating",
    "ReadingWatch",
    "RuleRun",
    "SafePaper",
    "SavedView",
    "SealCertificate",
    "SentOn",
    "SilenceRequest",
    "StepCount",
    "StoredFile",
    "Submission",
    "TimeStamp",
    "UnusualReading",
    "Visa",
    "Watch",
    "WorkingCopy",
    "WorkingState",
]
