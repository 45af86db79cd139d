"""Do permits keep the caps in a small month of phones that are cut off? The large one is a claim of `make bench`."""

from backend.compliance.permit_schemas import HolderKind, Standing
from tests.bench.permit_days import Run, Size, month_of

SMALL = Size(phones=8, clients=320, days=8, calls_a_day=80)
MONTH = month_of(SMALL)


def test_with_permits_no_contact_breaks_a_cap_and_without_some_do() -> None:
    """CO-3: the same wishes, so the difference is what permits are for."""
    held = Run(SMALL, MONTH, has_permits=True).whole()
    blind = Run(SMALL, MONTH, has_permits=False).whole()
    assert held.standing[Standing.BREACH] == 0
    assert held.standing[Standing.LAWFUL] + held.standing[Standing.EXCEPTION] == held.made > 500
    assert blind.standing[Standing.BREACH] > 0
    assert held.lawful_wished[HolderKind.PHONE] > held.lawful_refused[HolderKind.PHONE] > 0


def test_the_same_seed_gives_the_same_month() -> None:
    assert month_of(SMALL) == MONTH
    assert month_of(Size(seed=5, phones=8, clients=320, days=8, calls_a_day=80)) != MONTH
    first, second = (Run(SMALL, MONTH, has_permits=True).whole() for _ in range(2))
    assert first == second
