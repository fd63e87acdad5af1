#!/bin/sh
# Makes the secrets of compose.yaml in docker/secrets. Files that exist are kept: to choose a password, write it there first.
set -eu
umask 077
mkdir -p "$(dirname "$0")/secrets"
cd "$(dirname "$0")/secrets"

for name in admin-key postgres-password verbatim-password; do
    [ -s "$name" ] || od -An -N24 -tx1 /dev/urandom | tr -d ' \n' >"$name"
done

# In an address, every byte of a password can be written as %XX.
password=$(printf '%s' "$(cat verbatim-password)" | od -An -v -tx1 | tr -d '\n' | sed 's/ /%/g')
rm -f database-url
printf 'postgres://verbatim:%s@postgres:5432/verbatim\n' "$password" >database-url

# The folder is closed to others. The containers read the files as users of their own.
chmod 444 admin-key postgres-password verbatim-password database-url
