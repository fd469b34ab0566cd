-- Registers a tenant; no row comes back when its subdomain is taken.
insert into taskifai_tenants (
    company_name, subdomain, database_url, database_anon_key, database_service_key, admin_email, admin_name
)
values ($1, $2, $3, $4, $5, $6, $7)
on conflict (subdomain) where deleted_at is null do nothing
returning tenant_id;
