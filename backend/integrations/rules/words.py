"""By which names do lenders call the fields? Chinese and English headers, folded (no case, spaces, signs, brackets).

A target is `noun.field`, or `noun/slot.field` for things of which a line may carry several. The words stand in
`words.json`, in the order in which targets are preferred when a header could mean two of them.
"""

from pathlib import Path

import msgspec

MADE_FROM = msgspec.json.decode(Path(__file__).with_name("words.json").read_bytes(), type=dict[str, tuple[str, ...]])
