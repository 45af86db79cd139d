#!/bin/bash
# Run once by the database's container, when its folder is empty.
set -euo pipefail
psql -U postgres -d postgres -v password="$ROUNDS_PASSWORD" -f /rounds/roles.sql
