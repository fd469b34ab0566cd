-- Makes the tombstone of subdomain $1 a tenant in the making; what it was is kept in its metadata. The platform's
-- id stays, so that the platform's own tombstone is known again.
update tenants
set metadata = metadata - 'imported' || jsonb_build_object(
        'tombstone', to_jsonb(tenants) - 'metadata' || jsonb_build_object('imported', metadata ? 'imported')
    ),
    company_name = $2,
    admin_email = $3,
    admin_name = $4,
    region = $5,
    state = 'provisioning',
    is_active = false,
    project_ref = null,
    project_name = null,
    project_requested_at = null,
    dns_record_made = false,
    schema_version = null,
    database_bytes = null,
    verdict = null,
    suspended_at = null,
    suspended_by = null,
    suspended_reason = null,
    deleted_at = null,
    updated_at = now()
where subdomain = $1 and state = 'deleted' and not metadata ? 'released'
returning tenant_id;
