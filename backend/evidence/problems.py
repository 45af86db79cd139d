"""Which refusals does evidence give? Most of them to a phone that uploads; `offset_bytes` says where to go on."""

from backend.kernel.problems import Kind

TUS_VERSION = Kind("evidence.tus_version", 412, "Uploads speak tus 1.0.0; the request must say so.")
BAD_HEADER = Kind("evidence.bad_header", 400, "A header of the upload is missing or cannot be read.")
WRONG_TYPE = Kind("evidence.wrong_type", 415, "A piece travels as application/offset+octet-stream.")
FILE_TOO_LARGE = Kind("evidence.file_too_large", 413, "The file is larger than we take.")
CHUNK_TOO_LARGE = Kind("evidence.chunk_too_large", 413, "Send smaller pieces.")
TOO_LONG = Kind("evidence.too_long", 413, "The piece reaches past the length that was announced.")
OFFSET_DIFFERS = Kind("evidence.offset_differs", 409, "We stand at another place in the file; go on from there.")
UPLOAD_BUSY = Kind("evidence.upload_busy", 423, "Another request is writing to this upload; try again in a moment.")
UPLOAD_EXPIRED = Kind("evidence.upload_expired", 410, "This upload was left too long; begin it again.")
CUT_SHORT = Kind("evidence.cut_short", 408, "The piece did not arrive whole; what came is kept.")
TOO_MANY_UPLOADS = Kind("evidence.too_many_uploads", 429, "Too many uploads are unfinished; finish one first.")
HASH_DIFFERS = Kind("evidence.hash_differs", 460, "The bytes are not those of the announced hash; send them anew.")
NOT_NAMED = Kind("evidence.not_named", 403, "A device out of service may bring only the files that its records name.")
DISK_FULL = Kind("evidence.disk_full", 507, "The server's disk is nearly full; keep the photo and try later.")
STORE_AWAY = Kind("evidence.store_away", 503, "The store of the files cannot be reached; try again in a moment.")
AWAITED = Kind("evidence.awaited", 404, "The record is here, the photo is still on the phone.")
ORIGINAL_AWAITED = Kind("evidence.original_awaited", 404, "The photo is here in small; the original follows later.")
NO_ORIGINAL = Kind("evidence.no_original", 404, "What the camera gave is not here, and does not come.")
DAMAGED = Kind("evidence.damaged", 500, "The stored bytes are no longer those of the record; it has been noted.")

CANNOT_OPEN = Kind("evidence.cannot_open", 422, "It was sealed for a key that is not here, or was changed.")
NOT_A_PHOTO = Kind("evidence.not_a_photo", 415, "These bytes are no photo; they are kept apart, the record stays.")
NOT_A_RECORDING = Kind(
    "evidence.not_a_recording", 415, "These bytes are no note of three minutes at most; they are kept apart."
)
NO_SUCH_PART = Kind("evidence.no_such_part", 416, "Nothing of the evidence lies in that range of bytes.")
NOT_READY = Kind("evidence.not_ready", 404, "The photo is here, its copies are being made; try again in a moment.")
UNREADABLE = Kind("evidence.unreadable", 404, "The photo is kept, but it cannot be shown: it is damaged or too large.")
NOT_YOURS = Kind("evidence.not_yours", 403, "Who took the photo answers to what is worth a look in it.")
TOO_MANY_ANSWERS = Kind("evidence.too_many_answers", 409, "Twenty answers stand there; talk to each other.")
DELETED = Kind("evidence.deleted", 410, "The photo was deleted on a legal basis; its record stays.")
TOO_MANY_REDACTIONS = Kind("evidence.too_many_redactions", 409, "Twenty redacted copies of this photo stand there.")
OWN_WORK = Kind("evidence.own_work", 403, "Nobody reviews visits of their own; somebody else has to look.")
TOO_MANY_VISITS = Kind("evidence.too_many_visits", 409, "Too many visits to draw from; take fewer days or one team.")

KINDS = (
    TUS_VERSION,
    BAD_HEADER,
    WRONG_TYPE,
    FILE_TOO_LARGE,
    CHUNK_TOO_LARGE,
    TOO_LONG,
    OFFSET_DIFFERS,
    UPLOAD_BUSY,
    UPLOAD_EXPIRED,
    CUT_SHORT,
    TOO_MANY_UPLOADS,
    HASH_DIFFERS,
    NOT_NAMED,
    DISK_FULL,
    STORE_AWAY,
    AWAITED,
    ORIGINAL_AWAITED,
    NO_ORIGINAL,
    DAMAGED,
    CANNOT_OPEN,
    NOT_A_PHOTO,
    NOT_A_RECORDING,
    NO_SUCH_PART,
    NOT_READY,
    UNREADABLE,
    NOT_YOURS,
    TOO_MANY_ANSWERS,
    DELETED,
    TOO_MANY_REDACTIONS,
    OWN_WORK,
    TOO_MANY_VISITS,
)
