#!/usr/bin/env python3
"""openapi.py - holds what a service answers against openapi.yaml.

    openapi.py FILE answer METHOD PATH STATUS TYPE <body    an answer to a request for PATH
    openapi.py FILE body METHOD PATH <body                  a request's body
    openapi.py FILE schema NAME <json                       one value of a schema
    openapi.py FILE events STREAM                           a file of Server-Sent Events
    openapi.py FILE paths METHOD                            the paths of the file

Prints what is wrong, and ends with 1 then.
"""
import json
import re
import sys

import jsonschema
import yaml

EVENTS = {"agent": "AgentStatus", "gone": "Gone", "activity": "Change", "progress": "Progress",
          "status": "Status", "line": "LogLine", "end": "LogEnd"}


def as_json_schema(node):
    """OpenAPI 3.0 says nullable where JSON Schema has a type "null"."""
    if isinstance(node, list):
        return [as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: as_json_schema(value) for key, value in node.items() if key != "nullable"}
    if node.get("nullable") is True:
        if "type" in made:
            made["type"] = [made["type"], "null"]
        if "anyOf" in made:
            made["anyOf"].append({"type": "null"})
        if "enum" in made and None not in made["enum"]:
            made["enum"].append(None)
    return made


class File:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.whole = yaml.safe_load(file)
        self.components = as_json_schema(self.whole["components"])

    def resolve(self, node):
        while "$ref" in node:
            target = self.whole
            for part in node["$ref"][2:].split("/"):
                target = target[part]
            node = target
        return node

    def check(self, value, schema, what):
        whole = {"components": self.components, "allOf": [as_json_schema(schema)]}
        wrong = sorted(jsonschema.Draft7Validator(whole).iter_errors(value), key=str)
        for error in wrong:
            at = "/".join(str(part) for part in error.absolute_path)
            print(f"{what}: at /{at}: {error.message}")
        return not wrong

    def operation(self, method, path):
        for template, operations in self.whole["paths"].items():
            if re.fullmatch(re.sub(r"\{[^}]*\}", "[^/]+", template), path):
                if method.lower() in operations:
                    return operations[method.lower()]
        sys.exit(f"{method} {path} is not in the file")

    def answer(self, method, path, status, kind, body):
        responses = self.operation(method, path.split("?")[0])["responses"]
        response = self.resolve(responses.get(status) or responses.get("default") or {})
        if status == "200" and "200" not in responses:
            sys.exit(f"{method} {path}: 200 is not in the file")
        content = response.get("content", {}).get(kind.split(";")[0].strip())
        if content is None:
            sys.exit(f"{method} {path}: {status} with {kind} is not in the file")
        if not kind.startswith("application/json"):
            return True
        return self.check(json.loads(body), content["schema"], f"{method} {path} {status}")

    def body(self, method, path, body):
        request = self.resolve(self.operation(method, path)["requestBody"])
        schema = request["content"]["application/json"]["schema"]
        return self.check(json.loads(body), schema, f"{method} {path}")

    def events(self, path):
        good, event = True, None
        with open(path, encoding="utf-8") as file:
            for line in file:
                key, _, value = line.rstrip("\n").partition(":")
                if key == "event":
                    event = value.strip()
                elif key == "data" and event == "reset":
                    good = good and json.loads(value) == {}
                elif key == "data":
                    schema = {"$ref": "#/components/schemas/" + EVENTS[event]}
                    good = self.check(json.loads(value), schema, event) and good
        return good


def main(path, verb, *words):
    file = File(path)
    if verb == "paths":
        for template, operations in file.whole["paths"].items():
            if words[0].lower() in operations:
                print(template)
        return True
    if verb == "events":
        return file.events(words[0])
    text = sys.stdin.read()
    if verb == "schema":
        return file.check(json.loads(text), {"$ref": "#/components/schemas/" + words[0]}, words[0])
    return getattr(file, verb)(*words, text)


if __name__ == "__main__":
    sys.exit(0 if main(*sys.argv[1:]) else 1)
