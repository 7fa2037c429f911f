#!/usr/bin/python3
"""Asks a service for looks by SIGHUP, the next when the last one is done.

Usage: forced.py PID NOTIFY-SOCKET COUNT

The service tells at $NOTIFY_SOCKET, as sd_notify(3) has it, when it reloads and is ready again.
"""
import os
import signal
import socket
import sys

pid, path, count = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
if os.path.exists(path):
    os.unlink(path)
told = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
told.bind(path)
told.settimeout(60)
for _ in range(count):
    os.kill(pid, signal.SIGHUP)
    while b"READY=1" not in told.recv(65536):
        pass
