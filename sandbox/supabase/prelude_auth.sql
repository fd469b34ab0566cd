-- The schema of the auth service: its tables as far as a client meets them, and who is asking.
create schema auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, pg_database_owner;

create table auth.users (
    instance_id uuid,
    id uuid primary key,
    aud varchar(255),
    role varchar(255),
    email varchar(255),
    encrypted_password varchar(255),
    email_confirmed_at timestamptz,
    invited_at timestamptz,
    confirmation_token varchar(255),
    confirmation_sent_at timestamptz,
    recovery_token varchar(255),
    recovery_sent_at timestamptz,
    email_change_token_new varchar(255),
    email_change varchar(255),
    email_change_sent_at timestamptz,
    last_sign_in_at timestamptz,
    raw_app_meta_data jsonb,
    raw_user_meta_data jsonb,
    is_super_admin boolean,
    created_at timestamptz,
    updated_at timestamptz,
    phone text unique,
    phone_confirmed_at timestamptz,
    phone_change text default '',
    phone_change_token varchar(255) default '',
    phone_change_sent_at timestamptz,
    confirmed_at timestamptz generated always as (least(email_confirmed_at, phone_confirmed_at)) stored,
    email_change_token_current varchar(255) default '',
    email_change_confirm_status smallint default 0 check (email_change_confirm_status between 0 and 2),
    banned_until timestamptz,
    reauthentication_token varchar(255) default '',
    reauthentication_sent_at timestamptz,
    is_sso_user boolean not null default false,
    deleted_at timestamptz,
    is_anonymous boolean not null default false
);
create unique index users_email_partial_key on auth.users (email) where not is_sso_user;

create table auth.identities (
    provider_id text not null,
    user_id uuid not null references auth.users on delete cascade,
    identity_data jsonb not null,
    provider text not null,
    last_sign_in_at timestamptz,
    created_at timestamptz,
    updated_at timestamptz,
    email text generated always as (lower(identity_data ->> 'email')) stored,
    id uuid primary key default gen_random_uuid(),
    unique (provider_id, provider)
);
alter table auth.users enable row level security;
alter table auth.identities enable row level security;

-- What the request carries, in the older and in the newer way to say it.
create function auth.jwt() returns jsonb language sql stable as $$
    select coalesce(
        nullif(current_setting('request.jwt.claim', true), ''),
        nullif(current_setting('request.jwt.claims', true), '')
    )::jsonb
$$;

do $$
declare
    claim record;
begin
    for claim in
        select * from (values ('uid', 'sub', 'uuid'), ('role', 'role', 'text'), ('email', 'email', 'text'))
            as claims (function, key, type)
    loop
        execute format(
            $function$
                create function auth.%I() returns %s language sql stable as $body$
                    select coalesce(
                        nullif(current_setting('request.jwt.claim.%s', true), ''),
                        nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> '%s'
                    )::%s
                $body$
            $function$,
            claim.function, claim.type, claim.key, claim.key, claim.type
        );
        execute format('alter function auth.%I() owner to supabase_auth_admin', claim.function);
    end loop;
end $$;
alter function auth.jwt() owner to supabase_auth_admin;
alter table auth.users owner to supabase_auth_admin;
alter table auth.identities owner to supabase_auth_admin;
grant all on all tables in schema auth to pg_database_owner;
grant select on auth.users, auth.identities to service_role;
