#!/bin/sh
# collect.sh PROGRAM FOLDER - lays out below FOLDER what PROGRAM needs to run where nothing else is:
# itself as /usr/bin/avr-reconciler, its libraries, the authorities for https, an empty /tmp.
set -eu
program=$1 folder=$2

install -D -m 0755 "$program" "$folder/usr/bin/avr-reconciler"
ldd "$program" | grep -o '/[^ ]*' | sort -u | while read -r library; do
    # The name it is asked for by; what a link points to is copied in its place.
    install -D -m 0755 "$library" "$folder$library"
done
install -D -m 0644 /etc/ssl/certs/ca-certificates.crt "$folder/etc/ssl/certs/ca-certificates.crt"
install -d -m 1777 "$folder/tmp"
