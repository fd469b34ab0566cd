-- As much of a tenant's schema as the application needs. Every statement may run again.
create table if not exists users (
    user_id uuid primary key default gen_random_uuid(),
    email varchar(255) not null unique,
    hashed_password text not null,
    full_name varchar(255) not null,
    role varchar(50) not null default 'analyst' check (role in ('analyst', 'admin')),
    created_at timestamptz not null default now()
);

create table if not exists upload_batches (
    upload_batch_id uuid primary key default gen_random_uuid(),
    uploader_user_id uuid not null references users on delete cascade,
    original_filename varchar(500) not null,
    file_size_bytes bigint,
    vendor_name varchar(100),
    upload_mode varchar(20) not null check (upload_mode in ('append', 'replace')),
    processing_status varchar(50) not null default 'pending'
        check (processing_status in ('pending', 'processing', 'completed', 'failed')),
    rows_total integer,
    rows_processed integer,
    rows_failed integer,
    total_sales_eur numeric(15, 2),
    upload_timestamp timestamptz not null default now(),
    processing_started_at timestamptz,
    processing_completed_at timestamptz,
    error_summary text
);

create table if not exists error_reports (
    error_id uuid primary key default gen_random_uuid(),
    upload_batch_id uuid not null references upload_batches on delete cascade,
    row_number_in_file integer not null,
    error_type varchar(100) not null,
    error_message text not null,
    raw_data jsonb,
    created_at timestamptz not null default now()
);

create table if not exists sellout_entries2 (
    sale_id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users on delete cascade,
    upload_batch_id uuid references upload_batches on delete cascade,
    functional_name varchar(255) not null,
    product_ean varchar(13),
    reseller varchar(255) not null,
    sales_eur numeric(12, 2) not null,
    quantity integer not null,
    month integer not null,
    year integer not null,
    created_at timestamptz not null default now()
);

create table if not exists vendor_configs (
    config_id uuid primary key default gen_random_uuid(),
    tenant_id uuid,
    vendor_name varchar(100) not null,
    config_data jsonb not null,
    is_active boolean not null default true,
    is_default boolean not null default false
);

-- No table is granted to anybody by itself.
grant all on users, upload_batches, error_reports, sellout_entries2, vendor_configs to service_role;
