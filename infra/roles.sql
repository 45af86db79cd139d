-- What must a database server know before Rounds can use it? The login, the four roles, the database, its extensions.
-- Run once as a superuser (the private cluster does it by itself):
--   psql -v password='...' -f infra/roles.sql postgres
-- The login never acts under its own name: a connection takes one of the roles at its start. Row-level security binds
-- app_rw and app_ro; app_owner owns the tables (migrations); app_job crosses tenants (jobs, and two checked functions).
\set ON_ERROR_STOP on
CREATE ROLE app_owner NOLOGIN;
CREATE ROLE app_rw NOLOGIN;
CREATE ROLE app_ro NOLOGIN;
CREATE ROLE app_job NOLOGIN BYPASSRLS;
CREATE ROLE rounds LOGIN NOINHERIT PASSWORD :'password';
GRANT app_owner, app_rw, app_ro, app_job TO rounds;
CREATE DATABASE rounds OWNER app_owner TEMPLATE template0 ENCODING 'UTF8';
\connect rounds
CREATE EXTENSION postgis;
CREATE EXTENSION pg_trgm;
CREATE EXTENSION btree_gist;
