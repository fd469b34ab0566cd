-- Seeds a tenant database: $1 vendor configurations, $2 resellers, both JSON arrays of objects.
--
-- Inserts what is missing and touches nothing that is there. A vendor counts as there in any state: a default
-- that a person has replaced or switched off stays as that person left it. "On conflict" is for two seedings
-- at the same moment, which can't see each other's rows.
with new_vendors as (
    insert into public.vendor_configs (tenant_id, vendor_name, config_data, is_active, is_default)
    select null, seed.vendor_name, seed.config_data, true, true
    from   jsonb_to_recordset($1::jsonb) as seed (vendor_name text, config_data jsonb)
    where  not exists (
        select from public.vendor_configs config
        where  config.tenant_id is null
        and    config.vendor_name = seed.vendor_name
    )
    on conflict do nothing
    returning 1
),
new_resellers as (
    insert into public.resellers (name, country)
    select seed.name, seed.country
    from   jsonb_to_recordset($2::jsonb) as seed (name text, country text)
    where  not exists (
        select from public.resellers reseller
        where  reseller.name = seed.name
    )
    on conflict do nothing
    returning 1
)
select (select count(*) from new_vendors)   as vendors,
       (select count(*) from new_resellers) as resellers;
