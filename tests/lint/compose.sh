#!/bin/bash
# Goal of this test: the compose files are such that docker-compose takes them.
set -euo pipefail
. "$(dirname "$0")/files.sh"
need docker-compose

export AVR_DATA=/srv/avr/data
project_files 'examples/*/docker-compose*.yml' | while read -r file; do
    docker-compose -f "$file" config --quiet
    echo "taken: $file"
done
