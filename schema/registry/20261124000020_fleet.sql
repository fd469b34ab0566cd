-- A schema change that is brought to all tenants: who is in which ring of which run, and how far each is.

create table fleet_members (
    run_id       text        not null references runs on delete cascade,
    tenant_id    uuid        not null references tenants on delete cascade on update cascade,
    ring         integer     not null check (ring between 1 and 3),
    place        integer     not null,
    from_version text        not null,
    state        text        not null default 'waiting' check (state in ('waiting', 'done', 'failed', 'left out')),
    detail       text,
    backup       text,                                            -- the folder of the proved backup, where one was due
    ended_at     timestamptz,
    primary key (run_id, tenant_id)
);

create index fleet_members_tenant on fleet_members (tenant_id);

-- A pinned tenant keeps its version until it is unpinned.
alter table tenants
    add column pinned_at     timestamptz,
    add column pinned_by     text,
    add column pinned_reason text;

create index tenants_version on tenants (schema_version, (pinned_at is not null))
    where state in ('unverified', 'verified', 'suspended');
create index tenants_pinned on tenants (pinned_at) where pinned_at is not null;
