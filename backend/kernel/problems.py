"""How is an expected refusal said? As a problem: a stable code, an HTTP status, data for the screen (RFC 9457)."""

import msgspec

type_prefix = "urn:rounds:problem:"


class Kind(msgspec.Struct, frozen=True):
    """A refusal that a feature declares once; its words live in the PWA, in every language, under the code."""

    code: str
    status: int
    says: str


class Problem(Exception):  # noqa: N818 - a problem is an answer, not an error of ours
    """A refusal on its way to the client; `data` holds what the screen needs to say what can be done."""

    def __init__(self, kind: Kind, **data: object) -> None:
        super().__init__(f"{kind.code}: {kind.says}")
        self.kind = kind
        self.data = data


class ProblemBody(msgspec.Struct, frozen=True):
    """What goes over the wire as application/problem+json."""

    type: str
    code: str
    title: str
    status: int
    data: dict[str, object]


def body_of(problem: Problem) -> ProblemBody:
    """Return the wire form of a problem."""
    kind = problem.kind
    return ProblemBody(
        type=type_prefix + kind.code, code=kind.code, title=kind.says, status=kind.status, data=problem.data
    )


NOT_SIGNED_IN = Kind("identity.not_signed_in", 401, "Sign in to go on.")
FORBIDDEN = Kind("identity.forbidden", 403, "Your role may not do this.")
NOT_FOUND = Kind("not_found", 404, "There is no such thing, or it is not yours to see.")
MALFORMED = Kind("malformed", 422, "The message is not of the form we read.")
TOO_LARGE = Kind("too_large", 413, "The message is larger than we take.")
TOO_MANY = Kind("too_many", 429, "Too many requests; wait a little.")
GONE = Kind("gone", 410, "This is no longer there; begin again.")
CONFLICT = Kind("conflict", 409, "Somebody else was here first.")
CROSS_SITE = Kind("identity.cross_site", 403, "This request did not come from the application.")
METHOD_NOT_ALLOWED = Kind("method_not_allowed", 405, "This cannot be done to that address.")
UNAVAILABLE = Kind("unavailable", 503, "The server is busy or its database is away; try again in a moment.")
BROKEN = Kind("broken", 500, "Something went wrong on our side; it has been noted.")

KINDS = (
    NOT_SIGNED_IN,
    FORBIDDEN,
    NOT_FOUND,
    MALFORMED,
    TOO_LARGE,
    TOO_MANY,
    GONE,
    CONFLICT,
    CROSS_SITE,
    METHOD_NOT_ALLOWED,
    UNAVAILABLE,
    BROKEN,
)
