#!/bin/bash
# Run once by the database's container, when its folder is empty. ROUNDS_ROLES names roles.sql when it lies elsewhere.
set -euo pipefail
psql -U postgres -d postgres -v password="$ROUNDS_PASSWORD" -f "${ROUNDS_ROLES:-/rounds/roles.sql}"
