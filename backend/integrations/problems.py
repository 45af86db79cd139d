"""Which refusals may an answer about imports carry? Each once, with its HTTP status."""

from backend.kernel.problems import Kind

NO_MAPPING = Kind("import.no_mapping", 409, "There is no such mapping.")
FLAWED_MAPPING = Kind("import.flawed_mapping", 409, "The mapping does not fit the file.")
UNREADABLE_FILE = Kind("import.unreadable_file", 409, "The file cannot be read.")
ALREADY_RUNNING = Kind("import.already_running", 409, "This import is running just now, or waits for its turn.")
ALREADY_FINISHED = Kind("import.already_finished", 409, "This import is finished; send the file again to repeat it.")
FILE_GONE = Kind("import.file_gone", 410, "The file of this import is no longer kept; send it again.")

QUEUE_FULL = Kind("import.queue_full", 503, "Enough imports are waiting; start this one when some are done.")

KINDS = (NO_MAPPING, FLAWED_MAPPING, UNREADABLE_FILE, ALREADY_RUNNING, ALREADY_FINISHED, FILE_GONE, QUEUE_FULL)
