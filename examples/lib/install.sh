# shellcheck shell=bash disable=SC2034
# (The lists are used by whoever sources this.)
#
# install.sh - installs Debian packages that are missing, and no others.  To be sourced after
# common.sh.

# One line for each thing that is needed: KIND NAME PACKAGE.  What counts is the thing, not the
# package: an engine that came from elsewhere is one.
NEED_TO_BUILD='
command cc gcc
command cmake cmake
command ninja ninja-build
command pkg-config pkg-config
file /usr/include/stdio.h libc6-dev
library libcurl libcurl4-openssl-dev
library yaml-0.1 libyaml-dev
library libcjson libcjson-dev
library sqlite3 libsqlite3-dev
library libmicrohttpd libmicrohttpd-dev
library libcrypto libssl-dev
file /usr/include/ev.h libev-dev
command musl-gcc musl-tools'

NEED_TO_RUN='
command curl curl
command jq jq
command sqlite3 sqlite3
command ps procps
command docker docker.io'

NEED_FOR_ENGINE='
command dockerd docker.io
command iptables iptables
command ip iproute2
command mount mount
file /etc/ssl/certs/ca-certificates.crt ca-certificates'

NEED_FOR_TESTS='
library cmocka libcmocka-dev
command clang clang
command clang-format clang-format
command clang-tidy clang-tidy
package libclang-rt-14-dev libclang-rt-14-dev
command valgrind valgrind
package libc6-dbg libc6-dbg
command shellcheck shellcheck
command ctags universal-ctags
command gcovr gcovr
command readelf binutils
command git git
command python3 python3
command docker-registry docker-registry
command mkfs.ext4 e2fsprogs
command strace strace
command systemd-analyze systemd
command docker-compose docker-compose
command promtool prometheus
python yaml python3-yaml
python jsonschema python3-jsonschema'

is_there() { # KIND NAME
    case $1 in
    command) command -v "$2" ;;
    library) command -v pkg-config && pkg-config --exists "$2" ;;
    file) [[ -e $2 ]] ;;
    python) command -v python3 && python3 -c "import $2" ;;
    package) [[ $(dpkg-query -W -f '${db:Status-Status}' "$2" 2>/dev/null) == installed ]] ;;
    esac >/dev/null 2>&1
}

# missing_packages LIST…: prints the packages, one a line.
missing_packages() {
    local kind name package
    while read -r kind name package; do
        [[ -z $kind ]] || is_there "$kind" "$name" || printf '%s\n' "$package"
    done <<<"$(printf '%s\n' "$@")" | sort -u
}

# install_missing LIST…: as root installs them, else says what to install; fails if some are
# missing afterwards.
install_missing() {
    local -a packages
    mapfile -t packages < <(missing_packages "$@")
    ((${#packages[@]})) || return 0
    if [[ $(id -u) != 0 ]]; then
        warn "Missing, and only root can install them:  apt-get install ${packages[*]}"
        return 1
    fi
    printf 'Installing: %s\n' "${packages[*]}"
    apt-get -q update
    DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends "${packages[@]}"
    mapfile -t packages < <(missing_packages "$@")
    ((${#packages[@]} == 0)) || { warn "Still missing: ${packages[*]}"; return 1; }
}
