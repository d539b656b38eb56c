#!/usr/bin/env bash
# Sends a server through FORCE_REBUILD and follows it until it is ready.
#
#   ./test_force_rebuild.sh HANDLE [--reset] [--yes] [--json] [--url URL]
#
# --reset keeps the disk; --yes does not ask. ZAVHOZ_URL, ZAVHOZ_TOKEN and ZAVHOZ_DATA_DIR as for
# `npx zavhoz`. Exit codes: 0 ready, 1 failed (with the reason), 2 wrong use, 130 interrupted.
set -euo pipefail

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
usage="Usage: ./test_force_rebuild.sh HANDLE [--reset] [--yes] [--json] [--url URL]"

case "${1:-}" in
  -h | --help)
    echo "$usage"
    exit 0
    ;;
  '' | -*)
    echo "error: name a server first, like vps-1001." >&2
    echo "       $usage" >&2
    exit 2
    ;;
esac
if ! command -v node >/dev/null 2>&1; then
  echo "error: Node.js is not installed (20.19 or newer is needed)." >&2
  exit 2
fi
# Without a data directory of its own it means the one of this clone, wherever it is called from.
export ZAVHOZ_DATA_DIR="${ZAVHOZ_DATA_DIR:-$here/data}"
exec node "$here/cli/zavhoz.mjs" rebuild --follow "$@"
