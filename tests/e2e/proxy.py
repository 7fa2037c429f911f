#!/usr/bin/python3
"""A proxy in front of an engine's socket that writes down every request.

Usage: proxy.py LISTEN-SOCKET ENGINE-SOCKET LOG [HOLD]

One line per request, "METHOD PATH".  Requests are read as HTTP/1.1 wants them, bodies by length
or in chunks; answers are passed on as they come.  While the file HOLD is there, requests that its
regular expression matches are written down and not passed on.  Ends on SIGTERM.
"""
import os
import re
import signal
import socket
import sys
import threading
import time

LOG_LOCK = threading.Lock()


def pump(source, target):
    try:
        while data := source.recv(65536):
            target.sendall(data)
    except OSError:
        pass
    for end in (source, target):
        try:
            end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


def pass_chunks(client, engine):
    while True:
        line = client.readline()
        engine.sendall(line)
        size = int(line.split(b";")[0] or b"0", 16)
        engine.sendall(client.read(size + 2))
        if size == 0:
            return


def wait_while_held(request, hold):
    while hold:
        try:
            with open(hold, encoding="utf-8") as pattern:
                if not re.search(pattern.read().strip(), request):
                    return
        except FileNotFoundError:
            return
        time.sleep(0.02)


def pass_request(client, engine, log, hold):
    """One request; False when the client has closed."""
    first = client.readline()
    if not first:
        return False
    request = " ".join(first.decode().split()[:2])
    with LOG_LOCK:
        log.write(request + "\n")
        log.flush()
    wait_while_held(request, hold)
    head, length, chunked = [first], 0, False
    while (line := client.readline()) not in (b"\r\n", b""):
        head.append(line)
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if name.lower() == b"transfer-encoding":
            chunked = b"chunked" in value.lower()
    engine.sendall(b"".join(head) + b"\r\n")
    if chunked:
        pass_chunks(client, engine)
    elif length:
        engine.sendall(client.read(length))
    return True


def serve(connection, engine_path, log, hold):
    engine = socket.socket(socket.AF_UNIX)
    try:
        engine.connect(engine_path)
        threading.Thread(target=pump, args=(engine, connection), daemon=True).start()
        client = connection.makefile("rb")
        while pass_request(client, engine, log, hold):
            pass
    except OSError:
        pass
    engine.close()
    connection.close()


def main():
    listen_path, engine_path, log_path = sys.argv[1:4]
    hold = sys.argv[4] if len(sys.argv) > 4 else None
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(listen_path)
    listener.listen(64)
    with open(log_path, "a", encoding="utf-8") as log:
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=serve, args=(connection, engine_path, log, hold),
                             daemon=True).start()


main()
