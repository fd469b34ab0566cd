-- What a Supabase project has and a plain PostgreSQL lacks, as far as a tenant's tables, policies and triggers may
-- lean on it. What is there stays as it is. Bodies are Supabase's in effect; the web hook's does nothing here.
create schema if not exists auth;
create schema if not exists storage;
create schema if not exists extensions;

do $$
begin
    if to_regprocedure('auth.jwt()') is null then
        create function auth.jwt() returns jsonb language sql stable as
            'select nullif(current_setting(''request.jwt.claims'', true), '''')::jsonb';
    end if;
    if to_regprocedure('auth.uid()') is null then
        create function auth.uid() returns uuid language sql stable as 'select (auth.jwt() ->> ''sub'')::uuid';
    end if;
    if to_regprocedure('auth.role()') is null then
        create function auth.role() returns text language sql stable as 'select auth.jwt() ->> ''role''';
    end if;
    if to_regprocedure('auth.email()') is null then
        create function auth.email() returns text language sql stable as 'select auth.jwt() ->> ''email''';
    end if;
    if to_regprocedure('storage.filename(text)') is null then
        create function storage.filename(name text) returns text language sql immutable as
            'select split_part(name, ''/'', -1)';
    end if;
    if to_regprocedure('storage.foldername(text)') is null then
        create function storage.foldername(name text) returns text[] language sql immutable as
            'select (string_to_array(name, ''/''))[1:cardinality(string_to_array(name, ''/'')) - 1]';
    end if;
    if to_regprocedure('storage.extension(text)') is null then
        create function storage.extension(name text) returns text language sql immutable as
            'select split_part(storage.filename(name), ''.'', -1)';
    end if;
    if to_regnamespace('supabase_functions') is null then
        create schema supabase_functions;
        create function supabase_functions.http_request() returns trigger language plpgsql as
            'begin return coalesce(new, old); end';
    end if;
    if not exists (select from pg_catalog.pg_publication where pubname = 'supabase_realtime') then
        create publication supabase_realtime;
    end if;
end $$;
