#!/bin/bash
# Goal of this test: pin writes the image that runs where the agent stands, and nothing else; with --database AVR's
# backend does, once, with a login, and keeps every other setting; whatever is in doubt is left alone.
set -euo pipefail
. "$(dirname "$0")/lib.sh"
command -v python3 >/dev/null || skip 'no python3 for the backend'

image=$REGISTRY/$TEST/avr-sts-deepgram
docker tag e2e/avr-sts-deepgram:1 "$image:1"
docker push -q "$image:1" >/dev/null
agent_new_sts 'Night desk' 'Hi v1' "$image:1"

step 'into the spec'
spec 'restart: no # for now' $'agents:\n  # the night shift\n  Night desk:\n    core: {} # AVR\'s own\n\n    sts:\n      labels: {team: night} # theirs'
expect_exit 0 rec apply
chmod 640 "$SPEC"
before=$(<"$SPEC")
expect_exit 0 rec pin 'Night desk' --dry-run
expect_text "spec.yaml:[0-9]+:[0-9]+: Night desk sts: \(none\) → $image:1"
expect_equal "$(<"$SPEC")" "$before" 'the spec after a dry run'
expect_exit 0 rec pin 'Night desk' -o json
expect_json '.written and (.pins | map(.role) == ["sts", "core"]) and all(.pins[]; .changed)'
while read -r line column new; do
    expect_equal "$(sed -n "${line}p" "$SPEC" | cut -c "$column-" | cut -c "-${#new}")" "$new" "line $line, column $column"
done < <(jq -r '.pins[] | "\(.line) \(.column) \(.new)"' <<<"$OUT")
expect_equal "$(diff <(printf '%s\n' "$before") "$SPEC" | grep '^[<>]')" "\
< $(grep 'core: {}' <<<"$before")
> $(grep 'core: {}' <<<"$before" | sed 's|{}|{image: e2e/avr-core:1}|')
>       image: $image:1" 'what was changed'
expect_equal "$(stat -c %a "$SPEC")" 640 'the mode of the spec'
expect_exit 0 rec validate
expect_in_sync
expect_exit 0 rec pin --all
expect_text "Night desk sts: $image:1 already"

step 'by digest: a tag that moves is no news any more'
expect_exit 1 rec pin 'Night desk' --digest # core was built here
expect_text 'Night desk core: no registry has .*so there is no digest'
expect_text 'Nothing was written'
core=$REGISTRY/$TEST/avr-core
docker tag e2e/avr-core:1 "$core:1"
docker push -q "$core:1" >/dev/null
expect_exit 1 rec pin 'Night desk' --digest # it is somewhere now, but not where it was asked for
sed -i "s|image: e2e/avr-core:1|image: $core:1|" "$SPEC"
expect_exit 0 rec restart 'Night desk'
expect_exit 0 rec pin 'Night desk' --digest
expect_text "Night desk sts: $image:1 → $image@sha256:"
image_build "$image:1" sts 2
image_build "$image:local" sts 3
expect_in_sync
docker image rm "$image:local" >/dev/null

step 'an agent of the database alone'
spec '' ''
before=$(<"$SPEC")
expect_exit 1 rec pin 'Night desk'
expect_text 'another image by now'
docker tag "$(image_of "$STS")" "$image:1"
expect_exit 1 rec pin 'Night desk'
expect_text 'from the database alone: pin it there with --database'
expect_equal "$(<"$SPEC")" "$before" 'the spec'
expect_exit 64 rec pin

# backend [mask]: sets URL; its requests are in $W/requests.
backend() {
    : >"$W/port"
    : >"$W/requests"
    "$E2E/providers.py" "$DB_DATABASE" not-a-real-token "$W/requests" "$@" >"$W/port" &
    BACKEND_PID=$!
    eventually 10 test -s "$W/port" || fail 'the backend does not listen'
    URL=http://127.0.0.1:$(<"$W/port")
}
config() { db "SELECT config FROM provider WHERE id = '$PROVIDER'"; }
requests() { sed 's/ .*//' "$W/requests" | paste -sd ' '; }

step 'into the database: a number stays a number, null stays null'
db "UPDATE provider SET config = json_set(config, '\$.image', '$image', '\$.env.SPEED', 1.5, '\$.env.NONE', NULL, '\$.more', json('[1]')) WHERE id = '$PROVIDER'"
before=$(config)
backend
expect_exit 1 rec pin 'Night desk' --database
expect_text 'name AVR.s backend with --backend URL or BACKEND_URL'
expect_exit 1 rec pin 'Night desk' --database --backend "$URL"
expect_text 'AVR_RECONCILER_BACKEND_TOKEN'
expect_equal "$(requests)" '' 'requests'
export AVR_RECONCILER_BACKEND_TOKEN=wrong-token
expect_exit 1 rec pin 'Night desk' --database --backend "$URL"
expect_text 'does not take the token'
expect_no_text 'wrong-token'
export AVR_RECONCILER_BACKEND_TOKEN=not-a-real-token
: >"$W/requests"
expect_exit 0 rec pin 'Night desk' --database --backend "$URL" --dry-run
expect_text "provider \"provider of Night desk\": Night desk sts: $image → $image:1"
expect_text 'Night desk core: core has no provider'
expect_equal "$(requests)" GET 'requests of a dry run'
expect_equal "$(config)" "$before" 'the provider after a dry run'
unset AVR_RECONCILER_BACKEND_TOKEN
printf 'not-a-real-token\n' >"$W/token"
: >"$W/requests"
expect_exit 0 rec pin 'Night desk' --database --backend "$URL" --token-file "$W/token"
expect_equal "$(requests)" 'GET PATCH' 'requests'
expect_no_text 'dg-not-a-real-key|not-a-real-token'
expect_equal "$(jq -S . <<<"$(config)")" "$(jq -S --arg image "$image:1" '.image = $image' <<<"$before")" 'the provider'
expect_exit 0 rec pin 'Night desk' --database --backend "$URL" --token-file "$W/token"
expect_equal "$(requests)" 'GET PATCH' 'requests of a second time'
end_process "$BACKEND_PID"

step 'a backend that hides secrets would have them overwritten'
provider_image "$PROVIDER" "$image:other"
before=$(config)
backend mask
expect_exit 1 rec pin 'Night desk' --database --backend "$URL" --token-file "$W/token"
expect_text 'otherwise than the database has it, so it is left alone'
expect_equal "$(requests)" GET 'requests'
expect_equal "$(config)" "$before" 'the provider'
