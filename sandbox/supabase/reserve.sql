-- Writes down a project whose database comes next, if its organization has room for one more.
insert into supabase_projects (
    ref, name, organization_slug, region, database_name, database_user, database_password, status,
    publishable_key, secret_key, anon_key, service_role_key, vault_root_key
)
select $1, $2, $3, $4, $5, $6, $7, 'COMING_UP', $8, $9, $10, $11, $12
where (
    select count(*) from supabase_projects where organization_slug = $3 and (gone_at is null or gone_at > now())
) < $13
returning ref;
