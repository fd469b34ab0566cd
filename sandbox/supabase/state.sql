-- What the stand-in remembers. The TaskifAI stand-in reads supabase_projects, too.
create table if not exists supabase_settings (
    only_row boolean primary key default true check (only_row),
    rate_limit integer not null default 120,
    rate_window interval not null default '1 minute',
    project_limit integer not null default 100,
    free_project_limit integer not null default 2
);
insert into supabase_settings default values on conflict do nothing;

-- A row stays after deletion: a ref is never used again. From gone_at on nobody sees it any more.
create table if not exists supabase_projects (
    ref text primary key,
    number bigint generated always as identity,
    name text not null,
    organization_slug text not null,
    region text not null,
    database_name text not null,
    database_user text not null,
    database_password text not null,
    status text not null,
    created_at timestamptz not null default now(),
    ready_at timestamptz,
    deleted_at timestamptz,
    gone_at timestamptz,
    publishable_key text not null,
    secret_key text not null,
    anon_key text not null,
    service_role_key text not null,
    legacy_keys_enabled boolean not null default true,
    vault_root_key text not null
);

alter table supabase_projects add column if not exists restored_at timestamptz;

-- Keys of the new kind; `given` ones came with the project.
create table if not exists supabase_api_keys (
    id uuid primary key default gen_random_uuid(),
    ref text not null references supabase_projects on delete cascade,
    type text not null check (type in ('publishable', 'secret')),
    name text not null,
    api_key text not null,
    secret_jwt_template jsonb,
    given boolean not null default false,
    inserted_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    unique (ref, type, name)
);

-- Tokens beside the one of the stack. Without permissions of its own a token may do everything.
create table if not exists supabase_tokens (
    token text primary key,
    identity text not null default 'sandbox',
    permissions text[],
    expires_at timestamptz
);

create table if not exists supabase_requests (
    identity text not null,
    scope text not null,
    window_ends timestamptz not null,
    used integer not null,
    primary key (identity, scope)
);

-- What is to be seen now, with ages in seconds since it was made, or restored; ready_after is null while the project is being made.
create or replace view supabase_visible_projects as
select ref, number, name, organization_slug, region, status, created_at, deleted_at,
       extract(epoch from now() - coalesce(restored_at, created_at))::float8 as age,
       extract(epoch from ready_at - coalesce(restored_at, created_at))::float8 as ready_after,
       current_setting('server_version') as server_version
from supabase_projects
where gone_at is null or gone_at > now();
