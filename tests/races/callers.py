"""A process of its own that counts one caller's requests from many threads: `python -m tests.races.callers 32 key 20`.

It waits for a line on its input, then lets all threads go at once; it prints how many requests were within the limit.
"""

import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import django


def main() -> None:
    threads, counted_as, limit = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    django.setup()

    from django.db import connection
    from django.test import RequestFactory

    from crm.web.limits import _usage

    request, barrier = RequestFactory().get("/"), threading.Barrier(threads)

    def call(_number: int) -> bool:
        connection.ensure_connection()
        barrier.wait()
        try:
            usage = _usage(request, counted_as, limit, increment=True)
            return usage.used <= usage.limit
        finally:
            connection.close()

    print("ready", flush=True)
    sys.stdin.readline()
    with ThreadPoolExecutor(threads) as pool:
        print(sum(pool.map(call, range(threads))), flush=True)


if __name__ == "__main__":
    main()
