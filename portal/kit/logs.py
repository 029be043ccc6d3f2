"""Logs without social security numbers: whatever a message or a traceback quotes."""

import logging

from .nir import masked

_FORMATTER = logging.Formatter()


class MaskNir(logging.Filter):
    """Masks the valid social security numbers of each record, on the handler that writes it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite the record's text; never drop it, and never fail on a message that is ill made."""
        try:
            text = record.getMessage()
        except (TypeError, ValueError):
            return True  # the handler reports such a message itself
        clean = masked(text)
        if clean != text:
            record.msg, record.args = clean, ()
        if record.exc_info and not record.exc_text:
            record.exc_text = _FORMATTER.formatException(record.exc_info)
        if record.exc_text:
            record.exc_text = masked(record.exc_text)
        return True
