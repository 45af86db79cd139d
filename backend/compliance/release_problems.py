"""Which refusals does the release of a contact give?"""

from backend.kernel.problems import Kind

NOT_RELEASABLE = Kind("release.blocked", 409, "The law blocks this contact; nobody can release it.")
NOT_NEEDED = Kind("release.not_needed", 409, "The gate allows this contact already.")
OWN_WISH = Kind("release.own", 403, "Whoever asked for a release cannot grant it.")
DECIDED = Kind("release.decided", 409, "Somebody has decided about this release.")
OVER = Kind("release.over", 409, "The hours of this release are over.")

KINDS = (NOT_RELEASABLE, NOT_NEEDED, OWN_WISH, DECIDED, OVER)
