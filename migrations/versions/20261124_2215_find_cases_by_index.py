"""How are cases found by a part of a name or by a place? By index, in two functions that check what policies check.

The operators of PostGIS and pg_trgm are not leakproof, so below a policy no index of theirs is ever used: each row is
read and asked. These two functions run as app_job, which policies do not bind; they read tenant, reach, teams and person
from the settings that the policies read, and return ids only. The caller reads the rows themselves below the policies.
"""

from migrations.sql import run

revision = "20261124_2215"
down_revision = "20261124_2210"

# btree_gin and btree_gist let the tenant stand before what is sought. The owner of a database may create btree_gin: it
# is a trusted extension.
INDEXES = (
    "CREATE EXTENSION IF NOT EXISTS btree_gin",
    "CREATE INDEX obligors_words ON obligors USING gin (tenant_id, name_sort gin_trgm_ops)",
    "CREATE INDEX obligors_joined ON obligors (tenant_id, (replace(name_sort, ' ', '') COLLATE \"C\"))",
    'CREATE INDEX cases_number ON cases (tenant_id, (lower(number) COLLATE "C"))',
    "CREATE INDEX cases_short_number ON cases (tenant_id, (ltrim(substr(number, 3), '0') COLLATE \"C\"))",
    "DROP INDEX cases_door",
    "CREATE INDEX cases_door ON cases USING gist (tenant_id, door)",
)
SETTINGS = "tenant uuid = app_tenant(); me uuid = app_user(); reach text = app_reach(); teams uuid[] = app_teams();"
# The same as the policy cases_read, by values instead of by settings: a test holds both against each other.
SEEN = """c.tenant_id = tenant AND (reach = 'tenant'
    OR (reach = 'team' AND (c.team_id = ANY (teams) OR c.desk_team_id = ANY (teams)))
    OR (reach = 'own' AND c.assignee_id = me))"""
WANTED = """(c.closed_at IS NOT NULL) = wanted_closed
    AND (wanted_team IS NULL OR c.team_id = wanted_team)
    AND (wanted_desk_team IS NULL OR c.desk_team_id = wanted_desk_team)
    AND (wanted_assignee IS NULL OR c.assignee_id = wanted_assignee)
    AND (NOT wanted_unassigned OR c.assignee_id IS NULL)
    AND (wanted_state IS NULL OR c.state = wanted_state)
    AND (wanted_bucket IS NULL OR c.bucket = wanted_bucket)
    AND (after_score IS NULL OR (c.score <= after_score AND (c.score < after_score OR c.id > after_id)))"""
# The highest code point ends what begins with a text, in the order of bytes.
NAMED = """(o.name_sort LIKE name_part OR (replace(o.name_sort, ' ', '') COLLATE "C" >= name_joined
    AND replace(o.name_sort, ' ', '') COLLATE "C" < name_joined || chr(1114111)))"""
NUMBERED = """(lower(c.number) COLLATE "C" >= number_begin
        AND lower(c.number) COLLATE "C" < number_begin || chr(1114111)
    OR ltrim(substr(c.number, 3), '0') COLLATE "C" >= number_begin
        AND ltrim(substr(c.number, 3), '0') COLLATE "C" < number_begin || chr(1114111))"""
MATCHES = """(o.name_sort LIKE name_part OR starts_with(replace(o.name_sort, ' ', ''), name_joined)
    OR starts_with(lower(c.number), number_begin) OR starts_with(ltrim(substr(c.number, 3), '0'), number_begin))"""
FIRST_LOOK, LONG_LOOK, ROWS_MAX = 250, 4000, 1000
# Planned anew each time: only the values say how much of a table a lender and a part of a name are.
# Three ways to the same answer. One person's cases are few. When many match, the head of the list holds a page full of
# them, and a first look tells whether a long one will find it. Otherwise few match, and the indexes name them.
FIND_CASES = f"""
CREATE FUNCTION find_cases(name_part text, name_joined text, number_begin text, wanted_closed boolean, wanted_team uuid,
    wanted_desk_team uuid, wanted_assignee uuid, wanted_unassigned boolean, wanted_state text, wanted_bucket text,
    after_score double precision, after_id uuid, rows_max integer)
RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan AS $$
DECLARE {SETTINGS}
    found uuid[]; look integer; holder uuid = CASE WHEN reach = 'own' THEN me ELSE wanted_assignee END;
BEGIN
    IF rows_max NOT BETWEEN 1 AND {ROWS_MAX} THEN RAISE 'rows_max: % is not within 1 and {ROWS_MAX}', rows_max; END IF;
    IF holder IS NOT NULL AND NOT wanted_closed THEN
        RETURN ARRAY(SELECT c.id FROM cases c JOIN obligors o ON o.id = c.obligor_id
            WHERE c.assignee_id = holder AND c.closed_at IS NULL AND {SEEN} AND {WANTED} AND {MATCHES}
            ORDER BY c.score DESC, c.id LIMIT rows_max);
    END IF;
    FOREACH look IN ARRAY ARRAY[{FIRST_LOOK}, {LONG_LOOK}] LOOP
        EXIT WHEN wanted_closed;
        found = ARRAY(SELECT c.id FROM (SELECT * FROM cases c WHERE c.tenant_id = tenant AND c.closed_at IS NULL
                AND c.score <= coalesce(after_score, 'infinity') ORDER BY c.score DESC, c.id LIMIT look) c
            JOIN obligors o ON o.id = c.obligor_id
            WHERE {SEEN} AND {WANTED} AND {MATCHES} ORDER BY c.score DESC, c.id LIMIT rows_max);
        IF cardinality(found) = rows_max THEN RETURN found; END IF;
        EXIT WHEN cardinality(found) * ({LONG_LOOK} / {FIRST_LOOK}) < rows_max;
    END LOOP;
    RETURN ARRAY(SELECT c.id FROM (
            SELECT c.id, c.score FROM obligors o JOIN cases c ON c.obligor_id = o.id
            WHERE o.tenant_id = tenant AND {NAMED} AND {SEEN} AND {WANTED}
            UNION SELECT c.id, c.score FROM cases c WHERE {NUMBERED} AND {SEEN} AND {WANTED}) c
        ORDER BY c.score DESC, c.id LIMIT rows_max);
END $$"""
# Without sorting, and by nothing but the distance, doors come from the index in order and the walk ends with the page.
FIND_CASES_NEAR = f"""
CREATE FUNCTION find_cases_near(place geography, radius_m double precision, rows_max integer)
RETURNS uuid[] LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan SET enable_sort = off AS $$
DECLARE {SETTINGS}
BEGIN
    IF rows_max NOT BETWEEN 1 AND {ROWS_MAX} THEN RAISE 'rows_max: % is not within 1 and {ROWS_MAX}', rows_max; END IF;
    IF reach = 'own' THEN
        RETURN ARRAY(SELECT c.id FROM cases c WHERE c.assignee_id = me AND c.closed_at IS NULL AND {SEEN}
            AND ST_DWithin(c.door, place, radius_m, false) ORDER BY ST_Distance(c.door, place, false), c.id LIMIT rows_max);
    END IF;
    RETURN ARRAY(SELECT c.id FROM cases c WHERE c.closed_at IS NULL AND {SEEN}
        AND ST_DWithin(c.door, place, radius_m, false) ORDER BY c.door <-> place LIMIT rows_max);
END $$"""
SIGNATURES = (
    "find_cases(text, text, text, boolean, uuid, uuid, uuid, boolean, text, text, double precision, uuid, integer)",
    "find_cases_near(geography, double precision, integer)",
)


def upgrade() -> None:
    """Make the indexes, then the functions as app_job, which may create here for that moment only."""
    run(*INDEXES, "GRANT CREATE ON SCHEMA public TO app_job", "SET LOCAL ROLE app_job")
    run(FIND_CASES, FIND_CASES_NEAR)
    for signature in SIGNATURES:
        run(f"REVOKE ALL ON FUNCTION {signature} FROM public", f"GRANT EXECUTE ON FUNCTION {signature} TO app_rw")
    run("SET LOCAL ROLE app_owner", "REVOKE CREATE ON SCHEMA public FROM app_job")


def downgrade() -> None:
    """Take functions and indexes away; the extension stays, for others may have come to use it."""
    run(
        *(f"DROP FUNCTION {signature}" for signature in SIGNATURES),
        "DROP INDEX cases_door, cases_short_number, cases_number, obligors_joined, obligors_words",
        "CREATE INDEX cases_door ON cases USING gist (door)",
    )
