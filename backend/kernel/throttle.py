"""How fast may something happen in this process? A token bucket, which costs one subtraction a call."""

import msgspec


class Bucket(msgspec.Struct):
    """`rate_per_s` tokens flow in, at most `burst` are kept; `tokens` were there at `at_s` of a monotonic clock."""

    rate_per_s: float
    burst: float
    tokens: float
    at_s: float


def full_bucket(rate_per_s: float, burst: float) -> Bucket:
    """Return a full bucket; both numbers must be above 0."""
    if rate_per_s <= 0 or burst < 1:
        raise ValueError("a bucket needs a rate above 0 and room for one token")
    return Bucket(rate_per_s=rate_per_s, burst=burst, tokens=burst, at_s=0.0)


def wait_for_token_s(bucket: Bucket, now_s: float) -> float:
    """Take a token and return 0.0, or take none and return the seconds until there is one."""
    flowed = max(0.0, now_s - bucket.at_s) * bucket.rate_per_s
    bucket.tokens = min(bucket.burst, bucket.tokens + flowed)
    bucket.at_s = max(bucket.at_s, now_s)
    if bucket.tokens >= 1:
        bucket.tokens -= 1
        return 0.0
    return (1 - bucket.tokens) / bucket.rate_per_s
