"""Which refusals does outreach give?"""

from backend.kernel.problems import Kind

ENDPOINT_REFUSED = Kind("push.endpoint_refused", 422, "That is not the address of a push service on the internet.")
KEYS_UNFIT = Kind("push.keys_unfit", 422, "No message can be encrypted to these keys.")

KINDS = (ENDPOINT_REFUSED, KEYS_UNFIT)
