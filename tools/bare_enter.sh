#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Run by bare.py inside fresh mount, pid, uts and ipc namespaces: makes a folder the root of this
# process and its children, then runs a command there. A plain chroot would not do: the kernel
# refuses user namespaces inside one, and the workers of the function runner need them.
# usage: bare_enter.sh FOLDER WARM-CACHE-OR-EMPTY COMMAND...
set -euo pipefail
root=$1 warm=$2
shift 2
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount --rbind /sys "$root/sys"
mount --rbind /dev "$root/dev"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
if [ -n "$warm" ]; then
  mkdir -p "$root/var/cache/ccache"
  mount --bind "$warm" "$root/var/cache/ccache"
fi
hostname bare
cd "$root"
mkdir -p .outside
pivot_root . .outside
umount -l /.outside
rmdir /.outside
cd /srv/neo-service-layer 2>/dev/null || cd /
exec "$@"
