"""What does reading JSON of strangers raise? More than the reader's own errors."""

import msgspec

UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""Not of the form, not UTF-8, nested deeper than anybody writes: msgspec raises the last two as they are."""
