-- Puts every tenant that lacks version $2 into a ring of run $1, once. First goes $3 if it is named, else a tenant that
-- works and has the least to lose; the others follow by lot, those that are suspended last. Left out are pinned
-- tenants, those of no recorded version, and those that come or go by a run of their own.
with behind as (
    select tenant_id, schema_version, state = 'suspended' as is_off,
           row_number() over (order by subdomain = $3 desc nulls last, state = 'verified' desc, database_bytes, subdomain) as turn
    from tenants t
    where state in ('unverified', 'verified', 'suspended') and pinned_at is null and schema_version < $2
      and database_host is not null
      and not exists (select from runs r where r.subdomain = t.subdomain and r.state in ('queued', 'running', 'waiting')
                                           and r.kind = any ($4))
), placed as (
    select tenant_id, schema_version, count(*) over () as tenants,
           row_number() over (order by turn = 1 desc, is_off, md5($1 || tenant_id::text)) as place
    from behind
)
insert into fleet_members (run_id, tenant_id, ring, place, from_version)
select $1, tenant_id, case when place = 1 then 1 when place <= 1 + ceil(tenants / 10.0) then 2 else 3 end, place, schema_version
from placed
where not exists (select from fleet_members where run_id = $1);
