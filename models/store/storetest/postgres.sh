#!/bin/sh
# Starts a throw-away PostgreSQL cluster for tests, prints its address on one
# line of standard output, and keeps it until standard input ends. Then the
# cluster is stopped and its files are removed.
#
# Standard input is the lifeline on purpose: it ends when the process that
# started this script closes it, returns, panics or is killed, so no cluster
# outlives the tests it was made for.
#
# Exit status: 0 stopped as asked, 3 this machine has no PostgreSQL that can be
# started (the reason is on standard error), anything else: it failed to start.
#
# The server listens on a unix socket in a folder of its own and on no port:
# there is no port to race for, and nobody else on the machine can reach it,
# although it asks for no password. It does not sync to disk, since nothing in
# it has to survive.
set -eu

bin=
for dir in "$(dirname "$(command -v initdb || echo /none/initdb)")" \
	/usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin; do
	if [ -x "$dir/initdb" ] && [ -x "$dir/pg_ctl" ] && [ -x "$dir/postgres" ]; then
		bin=$dir
	fi
done
if [ -z "$bin" ]; then
	echo 'PostgreSQL is not installed: no initdb, pg_ctl and postgres in PATH or /usr/lib/postgresql' >&2
	exit 3
fi

# PostgreSQL refuses to run as root.
account=
if [ "$(id -u)" = 0 ]; then
	if ! command -v runuser >/dev/null; then
		echo 'PostgreSQL cannot be started: it refuses to run as root, and there is no runuser' >&2
		exit 3
	fi
	account=nobody
	if id -u postgres >/dev/null 2>&1; then
		account=postgres
	fi
fi
as_account() {
	if [ -n "$account" ]; then
		runuser -u "$account" -- "$@"
	else
		"$@"
	fi
}

# Not $TMPDIR: the path of a unix socket may have 103 bytes at most.
dir=$(mktemp -d /tmp/duban-pg.XXXXXX)
stop() {
	trap - EXIT
	as_account "$bin/pg_ctl" -D "$dir/data" -m immediate -w stop >/dev/null 2>&1 || true
	cd /
	rm -rf "$dir"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM
cd "$dir" # the account may not enter the folder the tests run in
if [ -n "$account" ]; then
	chown "$account" "$dir"
fi

# The C.UTF-8 of Debian gives the same order everywhere; macOS has only C.
locale=C
if locale -a 2>/dev/null | grep -qix 'c\.utf-\{0,1\}8'; then
	locale=C.UTF-8
fi
if ! as_account "$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale="$locale" --no-sync >"$dir/initdb.log" 2>&1; then
	cat "$dir/initdb.log" >&2
	exit 1
fi
options="-k $dir -c listen_addresses='' -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c max_connections=200"
if ! as_account "$bin/pg_ctl" -D "$dir/data" -l "$dir/server.log" -o "$options" -w start >"$dir/pg_ctl.log" 2>&1; then
	cat "$dir/pg_ctl.log" "$dir/server.log" >&2
	exit 1
fi

echo "postgres://postgres@/postgres?host=$dir"
# read, not cat: a shell answers a signal only when its child has ended.
while read -r _; do :; done
