"""`danhgia serve` in which what dies is started again at once: `python -m tests.faults.quick_serve PORT`."""

import sys

from danhgia import child, serve

if __name__ == "__main__":
    vars(child).update(FIRST_BACKOFF=0.2, LONGEST_BACKOFF=0.2)
    serve.main("127.0.0.1", int(sys.argv[1]))
