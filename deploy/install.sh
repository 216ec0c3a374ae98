#!/bin/sh
# Installs the project of this folder for serving: install.sh TARGET [DATA OWNER]
# TARGET becomes an environment of its own, with nothing but what serving needs, at the versions and hashes of
# requirements.lock. DATA becomes a folder that OWNER (a name or a number) alone may enter. Needs Python 3.11+ with pip;
# as root it also installs the two packages of Debian that serving needs, and it leaves nothing anywhere else. The
# container is built by this script, and so is a release on a plain server.
set -eu
umask 022
python=${PYTHON:-python3}
target=${1:?install.sh TARGET [DATA OWNER]}
source=$(CDPATH='' cd "$(dirname "$0")/.." && pwd)

"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "danhgia needs Python 3.11 or later; name one, as in: PYTHON=python3.12 $0 $target" >&2
    exit 1
}
[ ! -e "$target" ] || {
    echo "$target is there already: a release is installed into a folder of its own" >&2
    exit 1
}

wanted=
ls /usr/lib/postgresql/*/bin/pg_dump >/dev/null 2>&1 || command -v pg_dump >/dev/null || wanted=postgresql-client
[ -e /usr/share/fonts/truetype/croscore/Tinos-Regular.ttf ] || wanted="$wanted fonts-croscore"
if [ -n "$wanted" ] && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing, from Debian:" $wanted
    export DEBIAN_FRONTEND=noninteractive
    apt="apt-get -qq -o DPkg::Lock::Timeout=600"
    $apt update && $apt install --yes --no-install-recommends $wanted >/dev/null
elif [ -n "$wanted" ]; then
    echo "Install Debian's" $wanted "too: copies of PostgreSQL and the letters of PDFs need them." >&2
fi

boot=$(mktemp -d)
trap 'rm -rf "$boot"' EXIT
export UV_CACHE_DIR="$boot/cache"
export UV_LINK_MODE=copy
uv() { "$boot/bin/uv" "$@"; }
"$python" -m pip install --quiet --disable-pip-version-check --no-cache-dir --root-user-action ignore \
    --target "$boot" uv
cp -R "$source" "$boot/source"
uv venv --quiet --python "$python" "$target"
uv pip install --quiet --compile-bytecode --python "$target/bin/python" --constraints "$source/requirements.lock" \
    --build-constraints "$source/requirements.lock" "$boot/source[s3]"
"$target/bin/danhgia" --help >/dev/null

if [ $# -gt 1 ]; then
    install -d -m 0700 "$2"
    chown "${3:?install.sh TARGET DATA OWNER}" "$2"
fi
