#!/usr/bin/python3
"""Looks several times a second whether every agent that should run is served.

Usage: monitor.py ENGINE-SOCKET DATABASE BOOKS

An agent's slot counts from the first time that it was seen serving; an excuse (books.sh) makes it
not count until it is seen again.  What is found goes to BOOKS/violations, a summary to
BOOKS/monitor at SIGTERM.
"""
import http.client
import json
import os
import signal
import socket
import sqlite3
import sys
import time

LIMIT = 5.0  # seconds nobody may serve: two renames, on a machine that is busy
ROLES = {"sts": ("core", "sts"), "pipeline": ("core", "asr", "llm", "tts")}
STRANGERS = ("stranger", "avr-sts-of-another")


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=3)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(3)
        self.sock.connect(self.path)


def containers(path):
    """name -> container, or None when the engine does not answer."""
    engine = Engine(path)
    try:
        engine.request("GET", "/containers/json?all=1")
        return {box["Names"][0][1:]: box for box in json.load(engine.getresponse())}
    except (OSError, ValueError, http.client.HTTPException):
        return None
    finally:
        engine.close()


class Monitor:
    def __init__(self, engine, database, books):
        self.engine, self.database, self.books = engine, database, books
        self.excuses = open(books + "/excuses", encoding="utf-8")
        self.rest = ""  # of a line that is not whole yet
        self.wanted = {}  # slot -> agent
        self.served = {}  # slot -> None, or since when it is not
        self.excused = {}  # agent or * -> time from when on it counts again
        self.strangers = {}
        self.looks = self.blind = self.most_rss = self.most_files = self.first_rss = 0
        self.longest = 0.0
        self.done = False

    def violation(self, text):
        with open(self.books + "/violations", "a", encoding="utf-8") as out:
            out.write(f"{time.time():.3f} {text}\n")

    def read_excuses(self):
        self.rest += self.excuses.read()
        *lines, self.rest = self.rest.split("\n")
        for at, what, agent, *more in (line.split() for line in lines):
            if what == "begin":
                self.excused[agent] = float("inf")
            else:
                self.excused[agent] = float(at) + float(more[0])

    def is_excused(self, agent, now):
        return any(self.excused.get(who, 0) >= now for who in (agent, "*"))

    def read_wanted(self):
        try:
            db = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=0.1)
            rows = db.execute("SELECT id, mode, status FROM agent").fetchall()
            db.close()
        except sqlite3.Error:
            return
        if rows:  # an emptied table is not believed
            self.wanted = {f"avr-{role}-{i}": i for i, mode, status in rows
                           if status == "running" for role in ROLES[mode]}

    def forget(self, slots):
        for slot in slots:
            self.served.pop(slot, None)

    def look(self):
        self.looks += 1
        boxes = containers(self.engine)
        now = time.time()
        self.read_wanted()
        self.read_excuses()
        self.forget([s for s in self.served
                     if s not in self.wanted or self.is_excused(self.wanted[s], now)])
        if boxes is None:
            self.blind += 1
            return
        for slot, agent in self.wanted.items():
            if not self.is_excused(agent, now):
                self.judge(slot, boxes.get(slot), now)
        self.look_at_strangers(boxes)

    def judge(self, slot, box, now):
        if box and box["State"] == "running":
            since = self.served.get(slot)
            self.longest = max(self.longest, now - since if since else 0)
            self.served[slot] = None
        elif slot in self.served:
            since = self.served[slot] = self.served[slot] or now
            if now - since > LIMIT:
                self.violation(f"nobody serves {slot} for {now - since:.1f} s: "
                               f"{box['Status'] if box else 'no such container'}")
                self.forget([slot])

    def look_at_strangers(self, boxes):
        for name in STRANGERS:
            now = boxes[name]["Id"] if name in boxes else "gone"
            if self.strangers.setdefault(name, now) != now:
                self.violation(f"a stranger's {name} is another one")
                self.strangers[name] = now

    def look_at_service(self):
        try:
            with open(self.books + "/service", encoding="utf-8") as f:
                proc = "/proc/" + f.read().strip()
            with open(proc + "/status", encoding="utf-8") as f:
                rss = int(next(line for line in f if line.startswith("VmRSS")).split()[1])
            self.most_files = max(self.most_files, len(os.listdir(proc + "/fd")))
        except (OSError, StopIteration, ValueError):
            return
        self.first_rss = self.first_rss or rss
        self.most_rss = max(self.most_rss, rss)

    def summary(self):
        with open(self.books + "/monitor", "w", encoding="utf-8") as out:
            for name, value in (("looks of the monitor", self.looks),
                                ("  without an answer of the engine", self.blind),
                                ("longest gap seen at a name, ms", self.longest * 1000),
                                ("service, first memory, KiB", self.first_rss),
                                ("service, most memory, KiB", self.most_rss),
                                ("service, most open files", self.most_files)):
                out.write(f"  {name:<34} {value:6.0f}\n")

    def run(self):
        signal.signal(signal.SIGTERM, lambda *_: setattr(self, "done", True))
        while not self.done:
            self.look()
            self.look_at_service()
            time.sleep(0.25)
        self.summary()


Monitor(*sys.argv[1:]).run()
