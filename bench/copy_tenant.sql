-- A copy of the tenant $1 named $2, in the stand-ins: its project $3, whose database is made already, and the platform's row.
with project as (
    insert into supabase_projects (ref, name, organization_slug, region, database_name, database_user, database_password,
        status, created_at, ready_at, publishable_key, secret_key, anon_key, service_role_key, vault_root_key)
    select $3, $2, organization_slug, region, 'p_' || $3, database_user, database_password, status, created_at, ready_at,
           publishable_key, secret_key, anon_key, service_role_key, vault_root_key
    from supabase_projects
    where ref = (select substring(database_url from 'https://([a-z]{20})') from taskifai_living_tenants where subdomain = $1)
)
insert into taskifai_tenants (company_name, subdomain, database_url, database_anon_key, database_service_key, admin_email, admin_name)
select company_name, $2, 'https://' || $3 || '.supabase.co', database_anon_key, database_service_key, admin_email, admin_name
from taskifai_tenants where subdomain = $1
returning tenant_id
