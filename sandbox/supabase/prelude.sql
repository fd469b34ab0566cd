-- What every new project holds before its owner arrives. Runs once, as superuser, in the template database.
-- The owner of a database made from it is a member of pg_database_owner: what is granted to that role is
-- the owner's. There are no default privileges: a table of the owner is granted to nobody, as in every
-- project since 2026.

do $$
declare
    role record;
begin
    for role in
        select * from (values
            ('anon', ''), ('authenticated', ''), ('service_role', 'bypassrls'),
            ('authenticator', 'login noinherit'),
            ('supabase_auth_admin', 'noinherit'), ('supabase_storage_admin', 'noinherit')
        ) as wanted (name, options)
        where not exists (select from pg_roles where rolname = wanted.name)
    loop
        execute format('create role %I %s', role.name, role.options);
    end loop;
end $$;

grant anon, authenticated, service_role to authenticator;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';

revoke create on schema public from public;
grant usage on schema public to anon, authenticated, service_role;

create schema extensions;
grant usage on schema extensions to anon, authenticated, service_role;
grant all on schema extensions to pg_database_owner;
create extension "uuid-ossp" with schema extensions;
create extension pgcrypto with schema extensions;
create extension pg_stat_statements with schema extensions;
grant all on all routines in schema extensions to pg_database_owner with grant option;

create schema realtime;
create schema graphql_public;

create schema vault;
grant usage on schema vault to pg_database_owner, service_role;
create table vault.secrets (
    id uuid primary key default gen_random_uuid(),
    name text unique,
    description text not null default '',
    secret text not null,
    key_id uuid,
    nonce bytea,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
grant select, delete on vault.secrets to pg_database_owner, service_role;

create publication supabase_realtime;
alter publication supabase_realtime owner to pg_database_owner;
