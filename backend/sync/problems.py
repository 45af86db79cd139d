"""Which refusals does the sync itself give?"""

from backend.kernel.problems import Kind

MALFORMED = Kind("sync.malformed", 422, "The item is not of the form that its kind and schema ask for.")
UNKNOWN_KIND = Kind("sync.unknown_kind", 422, "The server does not know this kind of item, or not this schema of it.")
NOT_TIME_ORDERED = Kind("sync.bad_id", 422, "Ids of items are UUIDv7.")
UNREADABLE = Kind("sync.unreadable", 422, "The item was sealed for a key that this server has not, or was changed.")
ID_REUSED = Kind("sync.id_reused", 409, "Another item has this id already; both are kept apart.")
IN_THE_FUTURE = Kind(
    "sync.in_the_future", 422, "The item carries a moment that has not come yet; check the phone's clock."
)
TOO_OLD = Kind("sync.too_old", 409, "The item is older than 90 days; a lead decides on it.")
NOT_STORABLE = Kind("sync.not_storable", 422, "The database refused the item.")
NOT_YOUR_DEVICE = Kind("sync.not_your_device", 403, "This device is not registered to you, or it was revoked.")
SIGN_IN_FIRST = Kind("sync.sign_in_first", 409, "This device is in service: sign in, then everything is sent.")
LEFT_BEHIND = Kind("sync.left_behind", 409, "It came from a device out of service; a lead decides on it.")
CURSOR_TOO_OLD = Kind(
    "sync.cursor_too_old", 410, "The phone was away too long; load everything again, the outbox stays."
)
BAD_CURSOR = Kind("sync.bad_cursor", 422, "That is not a cursor of this server.")
CANNOT_APPLY = Kind("quarantine.cannot_apply", 409, "The item cannot be put into the record, by anybody.")
ITEM_DECIDED = Kind("quarantine.decided", 409, "This item was decided before.")

KINDS = (
    MALFORMED,
    UNKNOWN_KIND,
    NOT_TIME_ORDERED,
    UNREADABLE,
    ID_REUSED,
    IN_THE_FUTURE,
    TOO_OLD,
    NOT_STORABLE,
    NOT_YOUR_DEVICE,
    SIGN_IN_FIRST,
    LEFT_BEHIND,
    CURSOR_TOO_OLD,
    BAD_CURSOR,
    CANNOT_APPLY,
    ITEM_DECIDED,
)
