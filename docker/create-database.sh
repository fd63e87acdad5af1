#!/bin/sh
# Creates the database of the service, owned by an ordinary role.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$(cat "$VERBATIM_PASSWORD_FILE")" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE verbatim LOGIN PASSWORD :'password';
CREATE DATABASE verbatim OWNER verbatim ENCODING 'UTF8' TEMPLATE template0;
SQL
