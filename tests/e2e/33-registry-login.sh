#!/bin/bash
# Goal of this test: a registry that wants a login is asked with the one Docker's own configuration has, from
# the file and from a credential helper; a wrong one or none is said and changes nothing; no
# password is ever shown.
set -euo pipefail
. "$(dirname "$0")/lib.sh"

password='Tr4-la/la+9:x'
# Of user "desk"; the work factor is the least there is.
# shellcheck disable=SC2016 # the dollars are its own
line='desk:$2b$04$/1sL5GmYaCYaVx3cshoj2eckVlVE1hXDCf0SvVg2CmtdvoyaTDlCO'

closed_registry() { # sets CLOSED: an address
    local dir=$W/registry port
    port=$(free_port)
    mkdir -p "$dir"
    printf '%s\n' "$line" >"$dir/htpasswd"
    cat >"$dir/registry.yml" <<YML
version: 0.1
log: {level: warn}
storage: {filesystem: {rootdirectory: $dir/data}}
http: {addr: "127.0.0.1:$port"}
auth: {htpasswd: {realm: test, path: $dir/htpasswd}}
YML
    docker-registry serve "$dir/registry.yml" >"$dir/log" 2>&1 </dev/null &
    CLOSED=127.0.0.1:$port
    eventually 20 asks_for_login || fail "the registry does not ask for a login"
}
asks_for_login() {
    [[ $(curl -s -o /dev/null --max-time 2 -w '%{http_code}' "http://$CLOSED/v2/") == 401 ]]
}

# login_file PASSWORD: what `docker login` would leave for the program (not for docker itself).
login_file() {
    local auth
    auth=$(printf 'desk:%s' "$1" | base64 -w0)
    printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$CLOSED" "$auth" >"$LOGINS/config.json"
}
rec() { # the program, and what it said is kept
    local code=0
    DOCKER_CONFIG=$LOGINS program "$@" >"$W/rec.out" 2>"$W/rec.err" || code=$?
    cat "$W/rec.out" "$W/rec.err" >>"$W/said"
    cat "$W/rec.out"
    cat "$W/rec.err" >&2
    return "$code"
}
publish() { # VERSION: it becomes the tag's image in the registry, not here
    docker tag "$image" "$TEST/before" 2>/dev/null || true
    image_build "$image" sts "$1"
    docker push -q "$image" >/dev/null
    published=$(image_id "$image")
    [[ $1 == 1 ]] || docker tag "$TEST/before" "$image"
}

LOGINS=$W/logins
mkdir -p "$LOGINS"
closed_registry
docker login -u desk --password-stdin "$CLOSED" <<<"$password" >/dev/null 2>&1
image=$CLOSED/$TEST/avr-sts-deepgram:1
publish 1
agent_new_sts 'Night desk' 'Hi v1' "$image"
spec '' "agents: {$AGENT: {sts: {pull_policy: always}}}"
publish 2
old=$(box_id "$STS")

step 'no login'
expect_in_sync
expect_text "$CLOSED wants a login and .*config.json has none for it"

step 'a wrong password'
login_file wrong-$password
expect_in_sync
expect_text "$CLOSED refuses the login that .*config.json has for it"
expect_exit 0 rec apply
expect_equal "$(box_id "$STS")" "$old" 'the container that serves'

step 'a wrong password, and the image must be pulled'
provider_image "$PROVIDER" "$CLOSED/$TEST/avr-sts-deepgram:other"
expect_exit 4 rec apply
expect_text "$CLOSED refuses the login that .*config.json has for it"
expect_equal "$(box_id "$STS")" "$old" 'the container that serves'
expect_equal "$(leftovers)" '' 'temporary containers'
provider_image "$PROVIDER" "$image"

step 'a broken file'
printf '{"auths": {"%s": {"auth": "%s"}}}\n' "$CLOSED" "desk:$password" >"$LOGINS/config.json"
expect_in_sync
expect_text "config.json: auths.\"$CLOSED\".auth is not base64"

step 'the right password'
login_file "$password"
expect_drift sts image
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$published" 'the image of the container'
expect_in_sync

step 'a credential helper'
publish 3
mkdir -p "$W/bin"
cat >"$W/bin/docker-credential-e2e" <<SH
#!/bin/sh
server=\$(cat)
[ "\$1" = get ] && [ "\$server" = "$CLOSED" ] || exit 1
printf '{"ServerURL": "%s", "Username": "desk", "Secret": "%s"}\n' "\$server" '$password'
SH
chmod +x "$W/bin/docker-credential-e2e"
printf '{"credHelpers": {"%s": "e2e"}}\n' "$CLOSED" >"$LOGINS/config.json"
PATH=$W/bin:$PATH
expect_drift sts image
expect_exit 0 rec apply
expect_equal "$(image_of "$STS")" "$published" 'the image of the container'
expect_in_sync

step 'no password in what was said'
for secret in "$password" "$(printf 'desk:%s' "$password" | base64 -w0)" wrong-; do
    ! grep -qF -- "$secret" "$W/said" || fail 'a password was shown'
done
[[ -s $W/said ]] || fail 'nothing was kept to be looked at'
