#!/usr/bin/python3
"""AVR's backend at work: sends the engine the requests that one of its buttons was recorded with.

Usage: backend.py ENGINE-SOCKET BUTTON <SUBSTITUTIONS

The requests come from data/avr-backend; ids, names, ports, images and settings are replaced by
those of the test's agent.  Where the backend decides by an answer, so does this: the first hit of
its name filter is its container, one that runs is not started, one that does not run is not
stopped, any refusal ends the button.  Then the exit code is 1, and the dashboard shows an error.

Buttons: run, stop, restart ("Update image & restart"), box-stop, box-start (the Dockers page).
SUBSTITUTIONS is JSON: agent, tenant, network, box (an id, where a button is a container's), images
{name: reference} and env {role: [KEY=VALUE]}; pause, in seconds, is waited after each container, as
a container that ignores SIGTERM or a long pull makes the backend wait.
"""
import http.client
import json
import pathlib
import socket
import sys
import time
import urllib.parse

DATA = pathlib.Path(__file__).parent / "data" / "avr-backend"


def recorded(name):
    with open(DATA / f"{name}.jsonl", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def is_list(request):
    return request["path"].startswith("/containers/json?")


def name_of(request):
    """What its name filter asks for."""
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(request["path"]).query)
    return json.loads(query["filters"][0])["name"][0]


def role_of(name):
    return name.split("-")[1]


class Refused(Exception):
    pass


class Connection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost")
        self.socket_path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self.socket_path)


class Backend:
    def __init__(self, socket_path, substitutions):
        self.socket_path = socket_path
        self.to = substitutions

    def send(self, method, path, body=None):
        """The answer; 304 is an error as well, as it is to the backend's client."""
        connection = Connection(self.socket_path)
        text = json.dumps(body) if body is not None else None
        connection.request(method, path, text, {"Content-Type": "application/json"})
        response = connection.getresponse()
        answer = response.read().decode()
        print(method, path.split("?")[0], response.status, flush=True)
        if response.status >= 300 or '"errorDetail"' in answer:
            raise Refused(f"{method} {path}: {response.status} {answer.strip()}")
        return answer

    def name(self, role):
        return f"avr-{role}-{self.to['agent']}"

    def pull(self, image):
        repository, _, tag = self.to["images"][image].rpartition(":")
        query = urllib.parse.urlencode({"fromImage": repository, "tag": tag})
        self.send("POST", f"/images/create?{query}", {"fromImage": repository, "tag": tag})

    def find(self, role):
        """The first container whose name contains this one; None: there is none."""
        query = urllib.parse.urlencode({"all": "true",
                                        "filters": json.dumps({"name": [self.name(role)]})})
        hits = json.loads(self.send("GET", f"/containers/json?{query}"))
        return hits[0]["Id"] if hits else None

    def runs(self, box):
        return json.loads(self.send("GET", f"/containers/{box}/json"))["State"]["Running"]

    def create(self, role, request):
        """Its options are in the query as well as in the body."""
        body = dict(request["body"])
        name = body["name"] = self.name(role)
        body["Image"] = self.to["images"][image_name(body["Image"])]
        body["Env"] = self.to["env"][role]
        body["Labels"] = {**body["Labels"], "agentName": name, "tenant": self.to["tenant"]}
        body["NetworkingConfig"] = {"EndpointsConfig": {self.to["network"]: {}}}
        query = []
        for key, value in body.items():
            for item in value if isinstance(value, list) else [value]:
                query.append((key, json.dumps(item) if isinstance(item, dict) else item))
        answer = self.send("POST", f"/containers/create?{urllib.parse.urlencode(query)}", body)
        return json.loads(answer)["Id"]

    def pause(self):
        time.sleep(self.to.get("pause", 0))

    # ---- the buttons

    def run(self):
        creates = {role_of(r["body"]["name"]): r for r in recorded("run-new")
                   if r["path"].startswith("/containers/create")}
        for request in recorded("run-new"):
            if not is_list(request):
                continue
            role = role_of(name_of(request))
            self.pull(image_name(creates[role]["body"]["Image"]))
            box = self.find(role)
            if not box:
                box = self.create(role, creates[role])
                self.send("POST", f"/containers/{box}/start")
            elif not self.runs(box):
                self.send("POST", f"/containers/{box}/start")
            self.pause()

    def stop(self):
        for request in recorded("stop"):
            if not is_list(request):
                continue
            box = self.find(role_of(name_of(request)))
            if box and self.runs(box):
                self.send("POST", f"/containers/{box}/stop")
                self.send("DELETE", f"/containers/{box}")
            self.pause()

    def of_box(self, recording):
        box, running = self.to["box"], None
        for request in recorded(recording):
            action = urllib.parse.urlsplit(request["path"]).path.rsplit("/", 1)[1]
            if action == "json":
                running = self.runs(box)
            elif request["path"].startswith("/images/"):
                self.pull(self.to["box_image"])
            elif action in ("stop", "wait") and not running or action == "start" and (
                    running and recording == "dockers-page-start"):
                continue
            else:
                query = "?condition=not-running" if action == "wait" else ""
                self.send("POST", f"/containers/{box}/{action}{query}")
                self.pause()


def image_name(reference):
    return reference.rsplit("/", 1)[1].split(":")[0]


def main():
    socket_path, button = sys.argv[1:]
    backend = Backend(socket_path, json.load(sys.stdin))
    pages = {"restart": "update-image-and-restart", "box-stop": "dockers-page-stop",
             "box-start": "dockers-page-start"}
    try:
        if button in pages:
            backend.of_box(pages[button])
        else:
            {"run": backend.run, "stop": backend.stop}[button]()
    except Refused as why:
        sys.exit(f"refused: {why}")


main()
