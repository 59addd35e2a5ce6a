#!/bin/sh
# container.sh ROOT USER DATA DATABASE PATHS -- COMMAND: what a container engine does with `--read-only --cap-drop ALL
# --security-opt no-new-privileges`, where there is no engine: in a mount namespace of its own, a root of nothing but
# PATHS (colons between), all of it read only but for /var/lib/huitou (DATA) and an empty /tmp.
set -eu
root=$1 user=$2 data=$3 database=$4 paths=$5
shift 6
mount --make-rprivate /
mount -t tmpfs -o mode=755 tmpfs "$root"
shown() { # a path inside, read only
  mkdir -p "$root$1" && mount --bind "$1" "$root$1" && mount -o remount,bind,ro "$root$1"
}
mkdir -p "$root/tmp"
mount -t tmpfs -o mode=1777,size=256m tmpfs "$root/tmp" # first: what is shown may lie below it
IFS=:
for each in $paths; do
  if [ -L "$each" ]; then cp -P "$each" "$root$each"; else shown "$each"; fi
done
mkdir -p "$root/proc" "$root/dev" "$root/srv/huitou" "$root/var/lib/huitou"
mount -t proc proc "$root/proc"
for each in null urandom; do touch "$root/dev/$each" && mount --bind "/dev/$each" "$root/dev/$each"; done
touch "$root/srv/huitou/company.duckdb"
mount --bind "$database" "$root/srv/huitou/company.duckdb"
mount -o remount,bind,ro "$root/srv/huitou/company.duckdb"
mount --bind "$data" "$root/var/lib/huitou"
mount -o remount,ro "$root"
cd /
exec chroot "$root" setpriv --reuid="${user%:*}" --regid="${user#*:}" --clear-groups --bounding-set=-all \
  --inh-caps=-all --no-new-privs "$@"
