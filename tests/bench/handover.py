#!/usr/bin/python3
"""Starts calls at a steady rate and tells how they went, as a line of a table.

Usage: handover.py WHAT RATE SECONDS CALLER...

CALLER... is the command that places one call, prints "…s heard: …" for what it is told, and exits with 0
if nobody else ended it.  A call has failed if it heard nothing; if it did and was ended by somebody
else, it was cut.  The gap is the longest time in which no call was answered; an answer is as slow as
the time from dialling to the greeting.  Reasons of what failed go to standard error.
"""
import asyncio
import collections
import re
import sys
import time


class Call:
    """One call: when it was dialled and answered (None: it was not), whether it was cut, and why."""

    def __init__(self):
        self.dialled = time.monotonic()
        self.answered, self.cut, self.why = None, False, ""

    async def place(self, command):
        caller = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE,
                                                      stderr=asyncio.subprocess.STDOUT)
        last = ""
        async for line in caller.stdout:
            last = line.decode()
            if self.answered is None and re.search(r"^[0-9.]+s heard: ", last):
                self.answered = time.monotonic()
        code = await caller.wait()
        self.cut = code != 0 and self.answered is not None
        self.why = "nothing heard until it hung up" if code == 0 else last.rsplit("ended by ", 1)[-1].strip()


async def place_all(rate, seconds, command):
    began, calls, tasks = time.monotonic(), [], []
    for n in range(round(rate * seconds)):
        await asyncio.sleep(max(0, began + n / rate - time.monotonic()))
        calls.append(Call())
        tasks.append(asyncio.create_task(calls[-1].place(command)))
    await asyncio.gather(*tasks)
    return calls


def main():
    what, rate, seconds, *command = sys.argv[1:]
    calls = asyncio.run(place_all(float(rate), float(seconds), command))
    failed = [c for c in calls if c.answered is None]
    answers = sorted(c.answered for c in calls if c.answered is not None)
    gap = max((b - a for a, b in zip(answers, answers[1:])), default=float("nan"))
    slowest = max((c.answered - c.dialled for c in calls if c.answered is not None), default=float("nan"))
    print(f"  {what:<24} {len(calls):8} {len(failed):10} {sum(c.cut for c in calls):5} "
          f"{gap * 1000:19.0f} {slowest * 1000:20.0f}", flush=True)
    for why, n in collections.Counter(c.why for c in failed).items():
        print(f"{n} of '{what}' failed: {why}", file=sys.stderr)


main()
