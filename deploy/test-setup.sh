#!/bin/sh
# Provides the PostgreSQL server binaries that the tests start for themselves.
set -eu

[ -z "${DANHGIA_TEST_POSTGRES_URL:-}" ] || exit 0
! ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing Debian's postgresql for the tests"
    export DEBIAN_FRONTEND=noninteractive
    apt="apt-get -qq -o DPkg::Lock::Timeout=600"
    $apt update && $apt install --yes --no-install-recommends postgresql >/dev/null && exit 0
fi

echo "The PostgreSQL tests will fail: install Debian's package 'postgresql'," \
    "or set DANHGIA_TEST_POSTGRES_URL to a server on which databases may be created." >&2
