"""How fast are photos made ready to look at, how fast does a stranger check an export, how true is the score?

CPU time of one core. The peer for pictures is libvips, in the same run and on the same photo, in turns; the ratio is
the median of rounds. The score is judged on made-up collectors (ml/synthetic/liars.py) of seeds that it never saw.
"""

import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ["VIPS_CONCURRENCY"] = "1"  # before libvips is loaded: one core for both

import numpy as np
import pyvips
from PIL import Image

from backend.evidence import verifier
from backend.evidence.imaging import examine
from backend.evidence.pictures import THUMBNAIL_PX, VIEW_PX, Picture, Question
from backend.evidence.scoring import BASE, WEIGHTS
from ml.judging import auc_of, brier_of, reliability_of
from tests.backend.evidence import shots
from tests.backend.evidence.bundles import Made
from tests.bench import signals
from tests.bench.measure import Row, at_least, at_most, table, told

ROUNDS = 7
AUC_MIN = 0.85
JUDGED_SEEDS, JUDGED_COLLECTORS = (2, 3, 4), 120
EDGES = (0.0, 0.02, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
ITEMS = 10_000
ITEM_BYTES = 32_768
STAMP = ["C-12 · 2026-11-24 09:05:00 UTC+08:00", "30.25000, 120.15000 ±12 m · 王小梅"]


def photo_of_12_mp() -> bytes:
    """Return a JPEG of 4000 x 3000 with edges and grain, as a phone makes them."""
    scene = shots.scene(4000, 3000, 3)
    grain = Image.effect_noise((4000, 3000), 24).convert("RGB")
    return shots.encoded(Image.blend(scene, grain, 0.2), quality=88)


def by_pillow(content: bytes) -> int:
    """Make both copies as the product does: decoded, upright, stamped, with the perceptual hash."""
    seen = examine(Question(content=content, stamp=STAMP))
    assert isinstance(seen, Picture)
    return len(seen.view) + len(seen.thumbnail)


def by_vips(content: bytes) -> int:
    """Make both copies as libvips does it best: shrunk while it decodes, without stamp or hash."""
    view = pyvips.Image.thumbnail_buffer(content, VIEW_PX, height=VIEW_PX, size="down").copy_memory()
    small = view.thumbnail_image(THUMBNAIL_PX, height=THUMBNAIL_PX, size="down")
    return sum(len(one.jpegsave_buffer(Q=80, keep="none", optimize_coding=True)) for one in (view, small))


def cpu_of(work: Callable[[bytes], int], content: bytes) -> float:
    """Return the CPU seconds of all threads that one call took."""
    began = time.process_time()
    assert work(content) > 0
    return time.process_time() - began


def pictures() -> list[Row]:
    """Measure both ways in turns."""
    content = photo_of_12_mp()
    by_pillow(content), by_vips(content)
    pairs = [(cpu_of(by_pillow, content), cpu_of(by_vips, content)) for _ in range(ROUNDS)]
    ours, theirs = (statistics.median(one) for one in zip(*pairs, strict=True))
    ratio = statistics.median(vips / pillow for pillow, vips in pairs)
    return [
        at_least("12-MP photo to two copies, photos a second against libvips", ratio, 0.6),
        told("the same, CPU a photo: ours, libvips", f"{ours:.3f} s, {theirs:.3f} s"),
    ]


def verification() -> list[Row]:
    """Measure the verifier on an export of 10,000 photos that were all signed and sealed."""
    with tempfile.TemporaryDirectory(dir=".") as folder:
        path = Path(folder) / "export.zip"
        made = Made(ITEMS, 1, size_bytes=ITEM_BYTES, batch=1000)
        path.write_bytes(made.packed())
        began = time.process_time()
        said = list(verifier.verdicts(str(path), (made.key.key_id,)))
        used = time.process_time() - began
        size_mb = path.stat().st_size / 10**6
    assert all(fault is None for _, fault, _ in said)
    return [
        at_most(f"verification of {ITEMS:,} photos", used, 60, "s"),
        told("the same, size of the file", f"{size_mb:.0f} MB"),
    ]


def score() -> list[Row]:
    """Judge the score on seeds that it was not fitted to, beside what people believed before anything was counted."""
    books = [signals.book_of(seed, JUDGED_COLLECTORS) for seed in JUDGED_SEEDS]
    signs, truth = (np.concatenate(part) for part in zip(*books, strict=True))
    said = signals.chances(signs, BASE, WEIGHTS)
    by_hand = signals.chances(signs, signals.BASE_BY_HAND, signals.BY_HAND)
    rank, error, share = auc_of(said, truth), brier_of(said, truth), float(truth.mean())
    bins = reliability_of(said, truth, EDGES)
    guess = share * (1 - share)
    apart = sum(one.count * abs(one.said - one.came) for one in bins) / len(truth)
    is_fit = (BASE, dict(WEIGHTS)) == signals.fitted(signals.FIT_SEED, signals.FIT_COLLECTORS)
    return [
        Row(
            f"score on {len(truth):,} made-up photos of seeds {JUDGED_SEEDS}: AUC",
            f"{rank:.3f}",
            ">= 0.85",
            rank >= AUC_MIN,
        ),
        Row(
            "the same, Brier; bound: the share of lies said for all", f"{error:.4f}", f"<= {guess:.4f}", error <= guess
        ),
        at_most("the same, mean distance of what was said and what came", apart, 0.02, ""),
        told(
            "the same, weights of before by hand: AUC, Brier",
            f"{auc_of(by_hand, truth):.3f}, {brier_of(by_hand, truth):.4f}",
        ),
        *(
            told(
                f"said {one.low:.0%} to {one.high:.0%}: photos, said, came",
                f"{one.count:,}, {one.said:.1%}, {one.came:.1%}",
            )
            for one in bins
        ),
        Row("weights in the code are those of the fit", "yes" if is_fit else "no", "yes", is_fit),
    ]


def main() -> int:
    """Print the table; returns 1 when a claim is short."""
    rows = [*pictures(), *verification(), *score()]
    print(table(rows))
    return 0 if all(row.is_kept for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
