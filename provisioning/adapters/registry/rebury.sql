-- Puts back the tombstone of subdomain $1 as it was before it was exhumed. It holds no credential.
update tenants
set (
        tenant_id, company_name, admin_email, admin_name, region, state, is_active, project_ref, project_name,
        project_requested_at, platform_tenant_id, dns_record_made, schema_version, database_bytes, verdict,
        suspended_at, suspended_by, suspended_reason, deleted_at
    ) = (
        select
            tenant_id, company_name, admin_email, admin_name, region, state, is_active, project_ref, project_name,
            project_requested_at, platform_tenant_id, dns_record_made, schema_version, database_bytes, verdict,
            suspended_at, suspended_by, suspended_reason, deleted_at
        from jsonb_populate_record(null::tenants, tenants.metadata -> 'tombstone')
    ),
    database_url = null,
    database_key = null,
    database_anon_key = null,
    project_password = null,
    temporary_password = null,
    database_host = null,
    database_port = null,
    database_user = null,
    database_name = null,
    metadata = metadata - 'tombstone'
        || case when (metadata -> 'tombstone' -> 'imported')::boolean then '{"imported": true}' else '{}' end::jsonb,
    updated_at = now()
where subdomain = $1 and not metadata ? 'released' and metadata ? 'tombstone'
returning tenant_id;
