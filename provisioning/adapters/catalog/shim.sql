-- What a Supabase project has and a plain PostgreSQL lacks, as far as a tenant's tables, policies and triggers lean on
-- it: run where there is no schema auth. Bodies are Supabase's in effect; the web hook's does nothing.
create schema auth;
create schema if not exists storage;
create schema if not exists extensions;
create schema if not exists supabase_functions;
grant usage on schema auth, storage, extensions, public to anon, authenticated, service_role;

create function auth.jwt() returns jsonb language sql stable as
    $$ select nullif(current_setting('request.jwt.claims', true), '')::jsonb $$;
create function auth.uid() returns uuid language sql stable as
    $$ select (auth.jwt() ->> 'sub')::uuid $$;
create function auth.role() returns text language sql stable as
    $$ select auth.jwt() ->> 'role' $$;
create function auth.email() returns text language sql stable as
    $$ select auth.jwt() ->> 'email' $$;

create function storage.filename(name text) returns text language sql immutable as
    $$ select split_part(name, '/', -1) $$;
create function storage.foldername(name text) returns text[] language sql immutable as
    $$ select (string_to_array(name, '/'))[1:cardinality(string_to_array(name, '/')) - 1] $$;
create function storage.extension(name text) returns text language sql immutable as
    $$ select split_part(storage.filename(name), '.', -1) $$;

create function supabase_functions.http_request() returns trigger language plpgsql as
    $$ begin return coalesce(new, old); end $$;

create publication supabase_realtime;
