#!/usr/bin/env python3
"""AVR's backend as far as `pin --database` needs it: GET and PATCH /providers/:id, for a user with a token.

Usage: providers.py DATABASE TOKEN LOG [mask]; prints its port.  With mask secrets are answered as asterisks."""
import http.server, json, sqlite3, sys

database, token, log, mask = sys.argv[1], sys.argv[2], sys.argv[3], "mask" in sys.argv[4:]


class Backend(http.server.BaseHTTPRequestHandler):
    def answer(self, status, body):
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def handle_one(self, patch):
        with open(log, "a") as f:
            f.write(f"{self.command} {self.path}\n")
        if self.headers.get("Authorization") != f"Bearer {token}":
            return self.answer(401, {"message": "Unauthorized"})
        with sqlite3.connect(database, timeout=5) as db:
            if patch:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                db.execute("UPDATE provider SET config = ? WHERE id = ?",
                           (json.dumps(body["config"]), self.path.split("/")[-1]))
            row = db.execute("SELECT id, name, type, config FROM provider WHERE id = ?",
                             (self.path.split("/")[-1],)).fetchone()
        if not row:
            return self.answer(404, {"message": "Not Found"})
        config = json.loads(row[3])
        for key in config["env"]:
            if mask and "KEY" in key:
                config["env"][key] = "***"
        self.answer(200, {"id": row[0], "name": row[1], "type": row[2], "config": config})

    def do_GET(self):
        self.handle_one(False)

    def do_PATCH(self):
        self.handle_one(True)

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Backend)
print(server.server_port, flush=True)
server.serve_forever()
