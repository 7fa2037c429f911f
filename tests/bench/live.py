#!/usr/bin/env python3
"""live.py - asks for settings at a rate, and prints how late the answers are.

    live.py FILE-OF-URLS RATE SECONDS WHAT
"""
import sys
import threading
import time
import urllib.request

WORKERS = 16


def quantile(values, q):
    return values[min(len(values) - 1, int(q * len(values)))]


def main(path, rate, seconds, what):
    with open(path, encoding="utf-8") as file:
        urls = file.read().split()
    if not urls:
        sys.exit("nobody asks")
    n = int(rate) * int(seconds)
    begin = time.monotonic() + 0.1
    late, wrong = [], []

    def worker(first):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for i in range(first, n, WORKERS):
            due = begin + i / int(rate)
            time.sleep(max(0, due - time.monotonic()))
            try:
                with opener.open(urls[i % len(urls)], timeout=10) as answer:
                    answer.read()
                late.append((time.monotonic() - due) * 1000)
            except OSError as error:
                wrong.append(str(error))

    threads = [threading.Thread(target=worker, args=(k,)) for k in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    late.sort()
    if late:
        print(f"  {what:<20} p50 {quantile(late, .5):6.2f} ms   p99 {quantile(late, .99):6.2f} ms   "
              f"max {late[-1]:6.2f} ms   ({len(late)} answers, {len(wrong)} failures)", flush=True)
    for error in sorted(set(wrong))[:3]:
        print(f"    {error}", flush=True)


main(*sys.argv[1:])
