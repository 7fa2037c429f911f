#!/bin/bash
# Goal of this test: what import makes of a Compose file is valid, is applied, takes a call and verifies; the secret in
# the file is neither printed nor lost, and what is no agent is left to Compose.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
unset DB_DATABASE CORE_DEFAULT_IMAGE

mkdir "$W/compose"
cat >"$W/compose/docker-compose-desk.yml" <<END
services:
  avr-core:
    image: e2e/avr-core:1
    container_name: $TEST_TENANT-core
    restart: unless-stopped
    environment:
      - PORT=5001
      - HTTP_PORT=6001
      - STS_URL=ws://avr-sts-deepgram:6033
  avr-sts-deepgram:
    image: e2e/avr-sts-deepgram:\${STS_TAG:-1}
    container_name: $TEST_TENANT-sts
    environment:
      PORT: 6033
      DEEPGRAM_API_KEY: dg-not-a-real-key
      DEEPGRAM_GREETING: "Hi: from \"Compose\""
  avr-asterisk:
    image: agentvoiceresponse/avr-asterisk
networks:
  default:
    name: $NET
    external: true
END

here() { # the program, without the test's own spec
    (cd "$W/compose" && timeout -k 5 "$LIMIT" "$AVR_RECONCILER" "$@" </dev/null)
}
expect_exit 0 here import docker-compose-desk.yml
expect_no_text 'dg-not-a-real-key'
expect_text 'docker-compose-desk.yml:15: avr-sts-deepgram: the value of DEEPGRAM_API_KEY is a secret'
expect_text 'avr-asterisk: no part of an agent, left to compose'
printf '%s\n' "$OUT" >"$W/compose/agents.yaml"
expect_exit 3 here validate agents.yaml
expect_text 'DEEPGRAM_API_KEY'
export DEEPGRAM_API_KEY=dg-not-a-real-key
expect_exit 0 here validate agents.yaml
expect_text 'agents.yaml: ok, 1 agent'

step 'it is applied and takes a call'
sed -i '1i defaults: {update: {monitor: 1s}}' "$W/compose/agents.yaml"
expect_exit 0 here apply -f agents.yaml --state-dir "$STATE"
expect_env "$TEST_TENANT-sts" DEEPGRAM_API_KEY dg-not-a-real-key
expect_env "$TEST_TENANT-core" STS_URL "ws://$TEST_TENANT-sts:6033"
core=$(address_of "$TEST_TENANT-core")
timeout 20 "$MINI_AVR" caller --core "$core:5001" --http "$core:6001" --uuid "$(uuid)" --seconds 2 >"$W/call.out" 2>&1 ||
    fail 'the call failed'
grep -qF 'heard: Hi: from "Compose"' "$W/call.out" || fail 'the call heard something else'
expect_exit 0 here diff -f agents.yaml --state-dir "$STATE"
expect_exit 0 here verify -f agents.yaml --state-dir "$STATE"

step 'nothing to import'
printf 'services: {db: {image: mysql}}\n' >"$W/compose/other.yml"
expect_exit 1 here import other.yml
printf 'agents: {}\n' >"$W/compose/other.yml"
expect_exit 3 here import other.yml
