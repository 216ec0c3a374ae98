#!/bin/sh
# Provides what the tests start for themselves: PostgreSQL's server binaries, a browser, a virus scanner, an office
# suite, a reader of PDFs and a font, a proxy, a mail relay, and what reads the files of deploy/.
set -eu

wanted=
[ -n "${DANHGIA_TEST_POSTGRES_URL:-}" ] || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || wanted=postgresql
command -v chromium >/dev/null || wanted="$wanted chromium"
[ -x /usr/sbin/clamd ] || wanted="$wanted clamav-daemon"
command -v pdftotext >/dev/null || wanted="$wanted poppler-utils"
[ -e /usr/share/fonts/truetype/croscore/Tinos-Regular.ttf ] || wanted="$wanted fonts-croscore"
[ -x /usr/sbin/pgbouncer ] || wanted="$wanted pgbouncer"
command -v soffice >/dev/null || wanted="$wanted libreoffice-writer-nogui libreoffice-calc-nogui"
[ -x /usr/sbin/nginx ] || wanted="$wanted nginx-light"
[ -x /usr/sbin/smtpd ] || wanted="$wanted opensmtpd"
command -v promtool >/dev/null || wanted="$wanted prometheus"
command -v systemd-analyze >/dev/null || wanted="$wanted systemd"
command -v docker-compose >/dev/null || wanted="$wanted docker-compose"
[ -n "$wanted" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing for the tests, from Debian:" $wanted
    export DEBIAN_FRONTEND=noninteractive
    apt="apt-get -qq -o DPkg::Lock::Timeout=600"
    $apt update && $apt install --yes --no-install-recommends $wanted >/dev/null && exit 0
fi

echo "Some tests will fail: install Debian's" $wanted \
    "(for PostgreSQL, DANHGIA_TEST_POSTGRES_URL may also name a server on which databases may be created)." >&2
