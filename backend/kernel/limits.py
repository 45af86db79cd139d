"""How much do we take at once? The limits that several features share; a feature's own limits stand in its schemas."""

from datetime import datetime
from typing import Annotated

import msgspec

Note = Annotated[str, msgspec.Meta(max_length=4000)]
"""Free text that a person typed; 4,000 characters is two printed pages."""

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""A moment with its offset; a naive one is refused where it enters."""

ShortText = Annotated[str, msgspec.Meta(max_length=400)]
Code = Annotated[str, msgspec.Meta(min_length=1, max_length=60)]
CurrencyCode = Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
AmountMinor = Annotated[int, msgspec.Meta(gt=0, le=10**15)]
Sha256Hex = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]

PAGE_SIZE_MAX = 200
