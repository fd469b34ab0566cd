-- Changes what is given for tenant $1; null leaves a column as it is. suspended_at follows is_active.
update taskifai_tenants
set company_name = coalesce($2, company_name),
    database_url = coalesce($3, database_url),
    database_anon_key = coalesce($4, database_anon_key),
    database_service_key = coalesce($5, database_service_key),
    is_active = coalesce($6, is_active),
    suspended_at = case when coalesce($6, is_active) then null else coalesce(suspended_at, now()) end,
    updated_at = now()
where tenant_id = $1 and deleted_at is null;
