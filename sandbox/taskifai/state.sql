-- The platform's own registry. A row stays after deletion, as a tombstone that sets its subdomain free.
create table if not exists taskifai_tenants (
    tenant_id uuid primary key default gen_random_uuid(),
    company_name text not null,
    subdomain text not null,
    database_url text not null,
    database_anon_key text not null,
    database_service_key text not null,
    admin_email text not null,
    admin_name text,
    is_active boolean not null default true,
    suspended_at timestamptz,
    created_at timestamptz not null default clock_timestamp(),
    updated_at timestamptz,
    deleted_at timestamptz
);
create unique index if not exists taskifai_tenants_subdomain
    on taskifai_tenants (subdomain) where deleted_at is null;

create or replace view taskifai_living_tenants as
select tenant_id, company_name, subdomain, database_url, database_service_key,
       is_active, suspended_at, created_at, updated_at
from taskifai_tenants
where deleted_at is null;
