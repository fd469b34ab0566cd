-- What lists, searches and numbers read, so that none of them reads all tenants: 100 000 of them answer like ten.

-- A narrow row for each living tenant, to search and to leaf through. The tenant's own row is wide, and changes often.
create table tenant_names (
    tenant_id  uuid        primary key references tenants on delete cascade on update cascade,
    created_at timestamptz not null,
    search     text        not null collate "C"                   -- lower case, what people know it by, a line each
);

create index tenant_names_newest on tenant_names (created_at desc, tenant_id desc) include (search);

create function keep_tenant_name() returns trigger language plpgsql as $$
begin
    if new.state = 'deleted' then
        delete from tenant_names where tenant_id = new.tenant_id;
    else
        insert into tenant_names (tenant_id, created_at, search)
        values (new.tenant_id, new.created_at,
                lower(concat_ws(e'\n', new.subdomain, new.company_name, new.admin_email)))
        on conflict (tenant_id) do update set created_at = excluded.created_at, search = excluded.search;
    end if;
    return null;
end
$$;

create trigger tenants_name
    after insert or update of subdomain, company_name, admin_email, created_at, state on tenants
    for each row execute function keep_tenant_name();

-- How many tenants there are in each state, as sums: whoever changes a state adds a row, so that nobody waits for
-- anybody, and now and then adds up what is there.
create table tenant_tallies (
    state  text   not null,
    number bigint not null
);

create function add_up_tallies() returns void language sql as $$
    with gone as (
        delete from tenant_tallies
        where ctid = any (array(select ctid from tenant_tallies for update skip locked limit 1000))
        returning state, number
    )
    insert into tenant_tallies select state, sum(number) from gone group by state having sum(number) <> 0;
$$;

create function tally_new_tenants() returns trigger language plpgsql as $$
begin
    insert into tenant_tallies select state, count(*) from added group by state;
    return null;
end
$$;

create function tally_changed_tenants() returns trigger language plpgsql as $$
begin
    insert into tenant_tallies
    select state, sum(number)
    from (select state, 1 as number from became union all select state, -1 from was) changed
    group by state
    having sum(number) <> 0;
    if found and random() < 0.05 then
        perform add_up_tallies();
    end if;
    return null;
end
$$;

create function tally_gone_tenants() returns trigger language plpgsql as $$
begin
    insert into tenant_tallies select state, -count(*) from removed group by state;
    return null;
end
$$;

create trigger tenants_tally_new after insert on tenants
    referencing new table as added for each statement execute function tally_new_tenants();
create trigger tenants_tally_changed after update on tenants
    referencing old table as was new table as became for each statement execute function tally_changed_tenants();
create trigger tenants_tally_gone after delete on tenants
    referencing old table as removed for each statement execute function tally_gone_tenants();

insert into tenant_names (tenant_id, created_at, search)
select tenant_id, created_at, lower(concat_ws(e'\n', subdomain, company_name, admin_email))
from tenants where state <> 'deleted';
insert into tenant_tallies select state, count(*) from tenants group by state;

-- Every tenant in turn, in portions; and the one that stands in for "any other" in the proof of a suspension.
drop index tenants_created;
create index tenants_newest on tenants (created_at desc, tenant_id desc);
create index tenants_served on tenants (created_at) where is_active and state = 'verified';

create index runs_open_newest on runs (created_at desc) include (state) where state in ('queued', 'running', 'waiting');
create index approvals_pending_newest on approvals (created_at desc) where state = 'pending';
create index approvals_subdomain on approvals (subdomain, created_at desc);

-- Where another table's row points to: without these, a change there reads everything here.
create index runs_tenant on runs (tenant_id);
create index approvals_run on approvals (run_id);
create index lockdown_tenants_tenant on lockdown_tenants (tenant_id);
