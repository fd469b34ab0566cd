-- What a fresh Supabase project has and a plain PostgreSQL lacks, as far as the base schema leans on it: the
-- roles of its API, auth.uid(), and an owner who is no superuser and obeys row level security.
do $$
declare
    role text;
begin
    foreach role in array array['anon', 'authenticated', 'service_role', 'tenant_owner'] loop
        if not exists (select from pg_roles where rolname = role) then
            execute format('create role %I nologin', role);
        end if;
    end loop;
end
$$;

alter role service_role bypassrls;

create schema auth;
create function auth.uid() returns uuid
    language sql stable
    return (nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub')::uuid;

grant usage         on schema auth   to anon, authenticated, service_role, tenant_owner;
grant usage         on schema public to anon, authenticated, service_role;
grant usage, create on schema public to tenant_owner;
