#!/usr/bin/env bash
# Installs what is missing to build and run (`install.sh build`), and what the tests need besides
# (`install.sh test`): on Debian 12, as root or with sudo. Quick when everything is there.
set -eu
cd "$(dirname "$0")/../.."

building="gcc libc6-dev make pkg-config libssl-dev libpq-dev softhsm2 openssl ca-certificates"
testing="apache2-bin chromium chromium-driver curl faketime gnutls-bin libbcprov-java libnss3-tools openjdk-17-jdk-headless
    python3-venv procps sqlite3 strace util-linux"

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

apt() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=500 "$@"
}

missing_of() {
    local package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || echo "$package"
    done
}

add_packages() {
    local missing
    missing=$(missing_of "$@")
    [ -n "$missing" ] || return 0
    echo "installing:" $missing
    # The lists of a fresh machine are empty, and old ones name files that are gone: look again then.
    # shellcheck disable=SC2086
    apt install -y --no-install-recommends $missing || {
        apt update
        apt install -y --no-install-recommends $missing
    }
}

# The server's package would start a database of its own on port 5432; only its programs are wanted.
add_postgresql() {
    local quiet=/etc/postgresql-common/createcluster.d/no-main-cluster-for-igc.conf
    if ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then return 0; fi
    add_packages postgresql-common
    as_root mkdir -p "$(dirname "$quiet")"
    echo "create_main_cluster = false" | as_root tee "$quiet" >/dev/null
    add_packages postgresql
    as_root rm -f "$quiet"
}

# A relying party that is not ours. The package would start a server on port 80; only the program is wanted.
add_nginx() {
    local policy=/usr/sbin/policy-rc.d
    if [ -x /usr/sbin/nginx ]; then return 0; fi
    if [ -e "$policy" ]; then
        add_packages nginx
        return 0
    fi
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    add_packages nginx || {
        as_root rm -f "$policy"
        return 1
    }
    as_root rm -f "$policy"
}

# pkilint and a JSON Schema checker, in a folder of their own.
add_judges() {
    local home=${CARGO_TARGET_DIR:-target}/judges wanted=tests/setup/judges.txt
    if cmp -s "$wanted" "$home/installed.txt"; then return 0; fi
    echo "installing the judges of $wanted into $home"
    rm -rf "$home"
    /usr/bin/python3 -m venv "$home"
    "$home/bin/pip" --quiet --disable-pip-version-check install --no-deps -r "$wanted"
    "$home/bin/pip" --quiet --disable-pip-version-check check
    cp "$wanted" "$home/installed.txt"
}

# A store that speaks S3 and checks who asks: the object store of the tests, in a folder of its own.
add_object_store() {
    local home=${CARGO_TARGET_DIR:-target}/object-store version=0.14.1
    if [ "$(cat "$home/installed.txt" 2>/dev/null)" = "$version" ]; then return 0; fi
    echo "building s3s-fs $version into $home"
    cargo install --quiet --locked s3s-fs --version "$version" --features binary --root "$home" \
        --target-dir "$home/build"
    rm -rf "$home/build"
    echo "$version" >"$home/installed.txt"
}

# What looks at the pages for what keeps people out of them, in a browser of the tests and nowhere else (MPL-2.0). The digest is
# that of the package as it was read.
add_axe() {
    local home=${CARGO_TARGET_DIR:-target}/axe version=4.14.1
    local digest=e6b0ce02b84d892e2e33e403485e7f3d6c29e2be6df65daf44d89ba564139745
    if [ "$(cat "$home/installed.txt" 2>/dev/null)" = "$digest" ]; then return 0; fi
    command -v npm >/dev/null || add_packages npm
    echo "fetching axe-core $version into $home"
    rm -rf "$home"
    mkdir -p "$home"
    (
        cd "$home"
        npm pack --silent "axe-core@$version" >/dev/null
        echo "$digest  axe-core-$version.tgz" | sha256sum --check --quiet
        tar -xzf "axe-core-$version.tgz" --strip-components=1 package/axe.min.js package/LICENSE
        echo "$digest" >installed.txt
    )
}

if ! command -v cargo >/dev/null; then
    echo "cargo is missing: install Rust first (rustup, stable toolchain)" >&2
    exit 7
fi
case "${1-}" in
build)
    add_packages $building
    ;;
test)
    add_packages $building $testing
    add_postgresql
    add_nginx
    add_judges
    add_object_store
    add_axe
    ;;
*)
    echo "usage: $0 build|test" >&2
    exit 2
    ;;
esac
