-- The base schema of a tenant: what the TaskifAI application finds in a new tenant's database.
--
-- Eleven tables, one view, no rows. Every statement may run again without harm, and none needs more than
-- the owner of a fresh Supabase project has. Run it whole (one transaction), by psql, or in the SQL editor.


-- ---------------------------------------------------------------------------------------------------------
-- People and catalogue
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.users (
    user_id          uuid          primary key default gen_random_uuid(),
    email            varchar(255)  not null unique,
    hashed_password  text          not null,
    full_name        varchar(255)  not null,
    role             varchar(50)   not null default 'analyst' check (role in ('analyst', 'admin')),
    created_at       timestamptz   default now(),
    updated_at       timestamptz   default now()
);

create table if not exists public.products (
    product_id       uuid          primary key default gen_random_uuid(),
    sku              varchar(100)  not null unique,
    product_name     varchar(255)  not null,
    product_ean      varchar(13),                    -- some vendors report none
    functional_name  varchar(255),
    category         varchar(100),
    created_at       timestamptz   default now()
);

create table if not exists public.resellers (
    reseller_id      uuid          primary key default gen_random_uuid(),
    name             varchar(255)  not null unique,
    country          varchar(100),
    created_at       timestamptz   default now()
);

create index if not exists products_product_ean on public.products (product_ean);


-- ---------------------------------------------------------------------------------------------------------
-- Uploads: both kinds of sales below refer to the batch they came in
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.upload_batches (
    upload_batch_id          uuid           primary key default gen_random_uuid(),
    uploader_user_id         uuid           not null references public.users on delete cascade,
    original_filename        varchar(500)   not null,
    file_size_bytes          bigint,
    vendor_name              varchar(100),           -- as detected from the file
    upload_mode              varchar(20)    not null check (upload_mode in ('append', 'replace')),
    processing_status        varchar(50)    not null default 'pending'
                             check (processing_status in ('pending', 'processing', 'completed', 'failed')),
    rows_total               integer,
    rows_processed           integer,
    rows_failed              integer,
    total_sales_eur          numeric(15, 2),
    upload_timestamp         timestamptz    default now(),
    processing_started_at    timestamptz,
    processing_completed_at  timestamptz,
    error_summary            text
);

create table if not exists public.error_reports (
    error_id            uuid          primary key default gen_random_uuid(),
    upload_batch_id     uuid          not null references public.upload_batches on delete cascade,
    row_number_in_file  integer       not null,
    error_type          varchar(100)  not null,
    error_message       text          not null,
    raw_data            jsonb,                       -- the row as the file had it
    created_at          timestamptz   default now()
);

create index if not exists upload_batches_newest
    on public.upload_batches (uploader_user_id, upload_timestamp desc);

-- The search for stuck uploads reads only the few that are not done.
create index if not exists upload_batches_unfinished
    on public.upload_batches (processing_status, upload_timestamp)
    where processing_status in ('pending', 'processing');

create index if not exists error_reports_batch
    on public.error_reports (upload_batch_id, row_number_in_file);


-- ---------------------------------------------------------------------------------------------------------
-- Sales: offline (sell-out of resellers, by month) and online (orders, by day)
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.sellout_entries2 (
    sale_id          uuid            primary key default gen_random_uuid(),
    user_id          uuid            not null references public.users on delete cascade,
    product_id       uuid            references public.products on delete set null,
    reseller_id      uuid            references public.resellers on delete set null,
    upload_batch_id  uuid            references public.upload_batches on delete cascade,
    functional_name  varchar(255)    not null,
    product_ean      varchar(13),
    reseller         varchar(255)    not null,
    sales_eur        numeric(12, 2)  not null,
    quantity         integer         not null,       -- negative for returns
    currency         varchar(3)      not null default 'EUR',
    month            integer         not null check (month between 1 and 12),
    year             integer         not null check (year between 2000 and 2100),
    created_at       timestamptz     default now()
);

create table if not exists public.ecommerce_orders (
    order_id         uuid            primary key default gen_random_uuid(),
    user_id          uuid            not null references public.users on delete cascade,
    upload_batch_id  uuid            references public.upload_batches on delete cascade,
    product_ean      varchar(13),
    functional_name  varchar(255)    not null,
    product_name     varchar(255),
    sales_eur        numeric(12, 2)  not null,
    quantity         integer         not null,
    cost_of_goods    numeric(12, 2),
    stripe_fee       numeric(12, 2),
    order_date       date            not null,
    country          varchar(100),
    city             varchar(255),
    utm_source       varchar(255),
    utm_medium       varchar(255),
    utm_campaign     varchar(255),
    device_type      varchar(50)     check (device_type in ('mobile', 'desktop', 'tablet')),
    reseller         varchar(255)    default 'Online',
    created_at       timestamptz     default now()
);

create index if not exists sellout_entries2_period    on public.sellout_entries2 (user_id, year, month);
create index if not exists sellout_entries2_reseller  on public.sellout_entries2 (reseller);
create index if not exists sellout_entries2_ean       on public.sellout_entries2 (product_ean);
create index if not exists sellout_entries2_batch     on public.sellout_entries2 (upload_batch_id);
create index if not exists ecommerce_orders_day       on public.ecommerce_orders (user_id, order_date);
create index if not exists ecommerce_orders_country   on public.ecommerce_orders (country);
create index if not exists ecommerce_orders_batch     on public.ecommerce_orders (upload_batch_id);

-- Without these, deleting one product or reseller would read every sale.
create index if not exists sellout_entries2_product   on public.sellout_entries2 (product_id);
create index if not exists sellout_entries2_seller    on public.sellout_entries2 (reseller_id);

-- Both channels side by side. It runs with the rights of whoever reads it, so the rules of the two tables
-- hold here as well.
create or replace view public.vw_all_sales with (security_invoker = true) as
select user_id,
       'offline'                               as channel,
       functional_name                         as product,
       sales_eur,
       quantity,
       reseller,
       year,
       month,
       null::date                              as order_date,
       null::varchar                           as country,
       created_at
from   public.sellout_entries2
union all
select user_id,
       'online'                                as channel,
       functional_name                         as product,
       sales_eur,
       quantity,
       reseller,
       extract(year  from order_date)::integer as year,
       extract(month from order_date)::integer as month,
       order_date,
       country,
       created_at
from   public.ecommerce_orders;


-- ---------------------------------------------------------------------------------------------------------
-- Assistant, dashboards, e-mail
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.conversation_history (
    conversation_id  uuid          primary key default gen_random_uuid(),
    user_id          uuid          not null references public.users on delete cascade,
    session_id       varchar(255),
    user_message     text          not null,
    ai_response      text          not null,
    query_intent     varchar(100),
    "timestamp"      timestamptz   default now(),
    created_at       timestamptz   default now()
);

create table if not exists public.dashboard_configs (
    config_id              uuid          primary key default gen_random_uuid(),
    user_id                uuid          not null references public.users on delete cascade,
    dashboard_name         varchar(255)  not null,
    dashboard_type         varchar(50)   not null
                           check (dashboard_type in ('looker', 'tableau', 'powerbi', 'metabase', 'custom')),
    dashboard_url          text          not null,
    authentication_method  varchar(50)   default 'none'
                           check (authentication_method in ('none', 'bearer_token', 'api_key', 'oauth')),
    authentication_config  jsonb,
    permissions            text[],
    is_active              boolean       default false,
    created_at             timestamptz   default now(),
    updated_at             timestamptz   default now()
);

create table if not exists public.email_logs (
    log_id            uuid          primary key default gen_random_uuid(),
    user_id           uuid          references public.users on delete set null,
    email_type        varchar(50)   not null
                      check (email_type in ('success', 'failure', 'scheduled_report')),
    recipient_email   varchar(255)  not null,
    subject           text          not null,
    sent_at           timestamptz   default now(),
    status            varchar(50)   not null default 'pending'
                      check (status in ('sent', 'failed', 'pending')),
    error_message     text,
    attachment_count  integer       default 0,
    attachment_size   bigint        default 0,
    created_at        timestamptz   default now()
);

create index if not exists conversation_history_newest
    on public.conversation_history (user_id, "timestamp" desc);
create index if not exists conversation_history_session  on public.conversation_history (session_id);
create index if not exists dashboard_configs_user        on public.dashboard_configs (user_id);
create index if not exists email_logs_newest             on public.email_logs (user_id, sent_at desc);
create index if not exists email_logs_status             on public.email_logs (status);


-- ---------------------------------------------------------------------------------------------------------
-- Vendor configurations: how a vendor's files are read
-- ---------------------------------------------------------------------------------------------------------

create table if not exists public.vendor_configs (
    config_id    uuid          primary key default gen_random_uuid(),
    tenant_id    uuid,                               -- null: a default of the system, not an override
    vendor_name  varchar(100)  not null,
    config_data  jsonb         not null check (jsonb_typeof(config_data) = 'object'),
    is_active    boolean       default true,
    is_default   boolean       default false,
    created_at   timestamptz   default now(),
    updated_at   timestamptz   default now(),
    created_by   uuid
);

-- One active configuration per vendor and owner. "Nulls not distinct" makes it hold for the defaults too:
-- their tenant_id is null. Retired ones may pile up.
create unique index if not exists vendor_configs_one_active
    on public.vendor_configs (tenant_id, vendor_name) nulls not distinct
    where is_active;


-- ---------------------------------------------------------------------------------------------------------
-- updated_at keeps itself
-- ---------------------------------------------------------------------------------------------------------

create or replace function public.touch_updated_at() returns trigger
    language plpgsql
    set search_path = ''
as $$
begin
    new.updated_at := now();
    return new;
end
$$;

-- Triggers fire without this right, and nobody has a reason to call it.
revoke all on function public.touch_updated_at() from public, anon, authenticated;

create or replace trigger touch before update on public.users
    for each row execute function public.touch_updated_at();
create or replace trigger touch before update on public.dashboard_configs
    for each row execute function public.touch_updated_at();
create or replace trigger touch before update on public.vendor_configs
    for each row execute function public.touch_updated_at();


-- ---------------------------------------------------------------------------------------------------------
-- Access: anon nothing, service_role (the application) everything, authenticated its own rows
-- ---------------------------------------------------------------------------------------------------------

alter table public.users                 enable row level security;
alter table public.products              enable row level security;
alter table public.resellers             enable row level security;
alter table public.upload_batches        enable row level security;
alter table public.error_reports         enable row level security;
alter table public.sellout_entries2      enable row level security;
alter table public.ecommerce_orders      enable row level security;
alter table public.conversation_history  enable row level security;
alter table public.dashboard_configs     enable row level security;
alter table public.email_logs            enable row level security;
alter table public.vendor_configs        enable row level security;

-- Older projects grant every new table to all three roles, newer ones to none. Say it for both.
revoke all on
    public.users, public.products, public.resellers, public.upload_batches, public.error_reports,
    public.sellout_entries2, public.ecommerce_orders, public.vw_all_sales, public.conversation_history,
    public.dashboard_configs, public.email_logs, public.vendor_configs
from public, anon, authenticated;

grant all on
    public.users, public.products, public.resellers, public.upload_batches, public.error_reports,
    public.sellout_entries2, public.ecommerce_orders, public.vw_all_sales, public.conversation_history,
    public.dashboard_configs, public.email_logs, public.vendor_configs
to service_role;

grant select on public.vw_all_sales to authenticated;

-- Rights and policies of authenticated come from one list, so neither can be given without the other. What
-- is not listed (users with their password hashes, the catalogue, the vendor configurations) is read by the
-- application only. "(select auth.uid())" is evaluated once per query, not once per row.
do $$
declare
    rule record;
    verb text;
begin
    for rule in
        select *
        from   (values
            ('upload_batches',       'select, insert',
             'uploader_user_id = (select auth.uid())'),
            ('sellout_entries2',     'select, insert, delete',         'user_id = (select auth.uid())'),
            ('ecommerce_orders',     'select, insert, delete',         'user_id = (select auth.uid())'),
            ('conversation_history', 'select, insert, delete',         'user_id = (select auth.uid())'),
            ('dashboard_configs',    'select, insert, update, delete', 'user_id = (select auth.uid())'),
            ('email_logs',           'select',                         'user_id = (select auth.uid())'),
            ('error_reports',        'select',
             'upload_batch_id in (select b.upload_batch_id from public.upload_batches b
                                  where b.uploader_user_id = (select auth.uid()))')
        ) as rules (relation, verbs, own_row)
    loop
        execute format('grant %s on public.%I to authenticated', rule.verbs, rule.relation);

        foreach verb in array string_to_array(rule.verbs, ', ') loop
            continue when exists (
                select from pg_policies
                where  schemaname = 'public'
                and    tablename  = rule.relation
                and    policyname = verb || ' own rows'
            );
            execute format(
                'create policy %I on public.%I for %s to authenticated %s (%s)',
                verb || ' own rows', rule.relation, verb,
                case verb when 'insert' then 'with check' else 'using' end, rule.own_row
            );
        end loop;
    end loop;
end
$$;
