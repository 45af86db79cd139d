"""Which refusals does the limitation clock give?"""

from backend.kernel.problems import Kind

EVIDENCE_UNKNOWN = Kind("limitation.evidence_unknown", 409, "There is no such evidence or event of this case.")
FACT_UNFIT = Kind("limitation.fact_unfit", 409, "That fact does not fit: see what is said of it.")
ID_TAKEN = Kind("limitation.id_taken", 409, "Another fact has this id.")

KINDS = (EVIDENCE_UNKNOWN, FACT_UNFIT, ID_TAKEN)
