"""A child for the tests: it answers, falls or sleeps, as it is told on its input or by its argument."""

import sys
import time

from backend.kernel.children import die_with_parent

if __name__ == "__main__":
    die_with_parent()
    told = sys.argv[1].encode() if len(sys.argv) > 1 else sys.stdin.buffer.read()
    if told == b"sleep":
        time.sleep(300)
    if told == b"fall":
        sys.exit(3)
    sys.stdout.buffer.write(told)
