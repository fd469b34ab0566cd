-- Searching any part of a name, and leafing through one state, without reading all tenants.

-- The narrow rows know the state, and tombstones have one too: one table answers every list.
alter table tenant_names add column state text;

create or replace function keep_tenant_name() returns trigger language plpgsql as $$
begin
    insert into tenant_names (tenant_id, created_at, state, search)
    values (new.tenant_id, new.created_at, new.state,
            lower(concat_ws(e'\n', new.subdomain, new.company_name, new.admin_email)))
    on conflict (tenant_id) do update
    set created_at = excluded.created_at, state = excluded.state, search = excluded.search;
    return null;
end
$$;

insert into tenant_names (tenant_id, created_at, state, search)
select tenant_id, created_at, state, lower(concat_ws(e'\n', subdomain, company_name, admin_email)) from tenants
on conflict (tenant_id) do update set state = excluded.state;

alter table tenant_names alter column state set not null;
drop index tenant_names_newest;
create index tenant_names_newest on tenant_names (created_at desc, tenant_id desc) include (state, search);

-- With trigrams a search reads what it finds. Where they can't be had it reads every narrow row, and is slower.
do $$
begin
    create extension if not exists pg_trgm;
    create index tenant_names_search on tenant_names using gin (search gin_trgm_ops) with (fastupdate = off);
exception
    when insufficient_privilege or feature_not_supported or undefined_file or undefined_object then null;
end
$$;

create index tenants_being_made on tenants (verdict, subdomain) where state = 'unverified';
