#!/usr/bin/python3
"""How soon a service has answered what happens: from the cause to the new container being ready.

Usage: latency.py ENGINE-SOCKET DATABASE SPEC SERVICE-PID REPETITIONS FLOOR AGENT:PROVIDER... -- APPLY...

APPLY... is the command that asks the service over its control socket.  Each agent's image is
bench/sts-<n>:1, n counted from 0; bench/v0:1 and bench/v1:1 are what it is tagged with in turn.
FLOOR is bench.floor: it replaces a container called "bare" in the same run, with the same requests
made bare.  Prints a table in milliseconds.
"""
import http.client
import json
import os
import signal
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time

LIMIT = 60


class Engine(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("engine", timeout=LIMIT)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(LIMIT)
        self.sock.connect(self.path)

    def ask(self, method, path, body=None):
        self.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        answer = self.getresponse()
        text = answer.read()
        return json.loads(text) if answer.status < 300 and text else None


def listens(box):
    address = next(iter(box["NetworkSettings"]["Networks"].values()))["IPAddress"]
    port = next(e[5:] for e in box["Config"]["Env"] if e.startswith("PORT="))
    try:
        socket.create_connection((address, int(port)), 0.2).close()
        return True
    except OSError:
        return False


class Bench:
    def __init__(self, engine, database, spec, pid, floor, agents, apply_command):
        self.path, self.engine, self.database, self.spec = engine, Engine(engine), database, spec
        self.pid, self.floor, self.apply_command = pid, floor, apply_command
        self.agents = [a.split(":") for a in agents]
        with open(spec, encoding="utf-8") as f:
            self.spec_head = f.read()
        self.serial = 0
        self.rounds = {}  # agent -> what the spec says of it

    # --- causes: each returns the moment of the cause

    def commit(self, n):
        db = sqlite3.connect(self.database, timeout=10)
        db.execute("UPDATE provider SET config = json_set(config, '$.env.DEEPGRAM_GREETING', ?) WHERE id = ?",
                   (f"Hi {self.serial}", self.agents[n][1]))
        at = time.monotonic()
        db.commit()
        db.close()
        return at

    def save_spec(self, n):
        self.rounds[self.agents[n][0]] = self.serial
        lines = [f"  {i}: {{sts: {{environment: {{ROUND: \"{r}\"}}}}}}" for i, r in self.rounds.items()]
        at = time.monotonic()
        with open(self.spec + ".new", "w", encoding="utf-8") as f:
            f.write(self.spec_head + "agents:\n" + "\n".join(lines) + "\n")
        os.rename(self.spec + ".new", self.spec)
        return at

    def kill(self, n):
        at = time.monotonic()
        self.engine.ask("POST", f"/containers/avr-sts-{self.agents[n][0]}/kill")
        return at

    def remove(self, n):
        at = time.monotonic()
        self.engine.ask("DELETE", f"/containers/avr-sts-{self.agents[n][0]}?force=1")
        return at

    def retag(self, n):
        version = self.engine.ask("GET", f"/images/bench/sts-{n}:1/json")["Id"]
        other = next(i for i in (0, 1) if self.engine.ask("GET", f"/images/bench/v{i}:1/json")["Id"] != version)
        at = time.monotonic()
        self.engine.ask("POST", f"/images/bench/v{other}:1/tag?repo=bench/sts-{n}&tag=1")
        return at

    def hup(self, n):
        at = self.commit(n)
        os.kill(self.pid, signal.SIGHUP)
        return at

    def command(self, n):
        at = self.commit(n)
        subprocess.Popen(self.apply_command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                         stderr=subprocess.DEVNULL)
        return at

    # --- what is measured

    def boxes(self, n):
        query = json.dumps({"label": ["agentName=avr-sts-" + self.agents[n][0]]})
        return self.engine.ask("GET", "/containers/json?all=1&filters=" + query.replace(" ", "").replace('"', "%22"))

    def wait_for_rest(self, n):
        end = time.monotonic() + LIMIT
        while time.monotonic() < end:
            boxes = self.boxes(n)
            if len(boxes) == 1 and boxes[0]["State"] == "running" and boxes[0]["Names"][0].startswith("/avr-sts-"):
                time.sleep(0.3)  # whoever removed the last one has looked again
                return
            time.sleep(0.05)
        sys.exit("an agent does not come to rest")

    def seen(self, n):
        box = self.engine.ask("GET", f"/containers/avr-sts-{self.agents[n][0]}/json")
        return box, box and (box["Id"], box["State"]["StartedAt"])

    def once(self, cause, n):
        self.serial += 1
        self.wait_for_rest(n)
        _, before = self.seen(n)
        at = cause(n)
        while time.monotonic() < at + LIMIT:
            box, now = self.seen(n)
            if box and now != before and box["State"]["Running"] and listens(box):
                return (time.monotonic() - at) * 1000
            time.sleep(0.002)
        sys.exit(f"nothing follows from a {cause.__name__}")

    def bare(self):
        """One replacement by bare requests: step -> milliseconds, renames together."""
        old = self.engine.ask("GET", "/containers/bare/json")
        body = {"Image": "bench/v0:1", "Env": old["Config"]["Env"], "Labels": {}, "HostConfig": {},
                "NetworkingConfig": {"EndpointsConfig": {k: {} for k in old["NetworkSettings"]["Networks"]}}}
        with tempfile.NamedTemporaryFile("w", suffix=".json") as f:
            json.dump(body, f)
            f.flush()
            said = subprocess.run([self.floor, "replace", self.path, "bare", old["Id"], f"bare{self.serial}", f.name],
                                  check=True, capture_output=True, text=True).stdout
        steps = {}
        for line in said.splitlines():
            step, ms = line.split("\t")
            steps[step] = steps.get(step, 0) + float(ms)
        return steps


def quantile(values, q):
    values = sorted(values)
    return values[min(len(values) - 1, int(q * len(values)))]


def main():
    split = sys.argv.index("--")
    engine, database, spec, pid, repetitions, floor, *agents = sys.argv[1:split]
    bench = Bench(engine, database, spec, int(pid), floor, agents, sys.argv[split + 1:])
    handover = ("create", "start", "rename")
    triggers = (("commit to the database", bench.commit, handover), ("spec saved", bench.save_spec, handover),
                ("image tagged anew", bench.retag, handover), ("container killed", bench.kill, ("start",)),
                ("container removed", bench.remove, ("create", "start", "rename")),
                ("commit, and SIGHUP", bench.hup, handover), ("commit, and a command", bench.command, handover))
    samples = {name: [] for name, _, _ in triggers}
    bare = []
    turn = 0
    for _ in range(int(repetitions)):
        for name, cause, _ in triggers:
            samples[name].append(bench.once(cause, turn % len(bench.agents)))
            turn += 1
        bare.append(bench.bare())
    print(f"{'From the cause to ready, ms':<26} {'p50':>7} {'p90':>7} {'max':>7} {'bare p50':>9} {'ratio':>6}   "
          f"bare requests ({repetitions} times each)")
    for name, _, steps in triggers:
        ms = samples[name]
        engine_ms = statistics.median(sum(b[s] for s in steps) for b in bare)
        print(f"  {name:<24} {quantile(ms, .5):7.0f} {quantile(ms, .9):7.0f} {max(ms):7.0f} {engine_ms:9.0f} "
              f"{quantile(ms, .5) / engine_ms:6.2f}   {', '.join(steps)}")


main()
