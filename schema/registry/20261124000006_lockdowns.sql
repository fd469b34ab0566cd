-- A lockdown suspends every active tenant, and remembers which ones, so that lifting it brings back exactly these.

create table lockdowns (
    lockdown_id text        primary key,                          -- the run that declared it
    reason      text        not null,
    declared_by text        not null,
    declared_at timestamptz not null default now(),
    lifted_at   timestamptz
);

-- At most one in force.
create unique index lockdowns_in_force on lockdowns ((lifted_at is null)) where lifted_at is null;

create table lockdown_tenants (
    lockdown_id text        not null references lockdowns,
    tenant_id   uuid        not null references tenants on delete cascade on update cascade,
    state       text        not null,                             -- what the tenant was before
    verdict     text,
    restored_at timestamptz,
    primary key (lockdown_id, tenant_id)
);

alter table tenants add column lockdown_id text references lockdowns;   -- the lockdown that keeps it suspended
create index tenants_lockdown on tenants (lockdown_id) where lockdown_id is not null;
