#!/bin/sh
# Makes our database and the Prefect server's, each with a role of its own that is nobody special (ours may make
# the scratch database of a drill): compose.yaml lets PostgreSQL run this when it is first started.
set -eu
for name in danhgia prefect; do
    psql --quiet --set=ON_ERROR_STOP=1 --set=name="$name" --set=word="$POSTGRES_PASSWORD" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'word';
CREATE DATABASE :"name" OWNER :"name";
SQL
done
psql --quiet --set=ON_ERROR_STOP=1 --command="ALTER ROLE danhgia CREATEDB"
psql --quiet --set=ON_ERROR_STOP=1 --dbname=prefect --command="CREATE EXTENSION pg_trgm"
