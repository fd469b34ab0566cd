-- The control plane's own tables. Secrets rest only in columns of type text named *_sealed or
-- documented as sealed (docs/registry-format.md); everything else may be read by whoever may read the table.

-- ---------------------------------------------------------------------------------------------
-- Tenants: the guide's columns first, then what operating them needs.
-- ---------------------------------------------------------------------------------------------

create table tenants (
    tenant_id             uuid        primary key default gen_random_uuid(),
    company_name          text        not null check (length(company_name) between 1 and 255),
    subdomain             text        not null check (subdomain ~ '^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$'),
    database_url          text,                                   -- sealed
    database_key          text,                                   -- sealed: the service key
    database_anon_key     text,                                   -- sealed
    is_active             boolean     not null default false,
    suspended_at          timestamptz,
    created_at            timestamptz not null default now(),
    updated_at            timestamptz not null default now(),

    state                 text        not null default 'provisioning'
                          check (state in ('provisioning', 'unverified', 'verified', 'suspended', 'deleted')),
    admin_email           text        not null,
    admin_name            text        not null,
    region                text,
    project_ref           text        unique,
    project_name          text,                                   -- carries the nonce: how the project is found again
    project_password      text,                                   -- sealed: the tenant database's password
    project_requested_at  timestamptz,                            -- set before the create call is sent
    database_host         text,
    database_port         integer,
    database_user         text,
    database_name         text,
    platform_tenant_id    text,
    temporary_password    text,                                   -- sealed; erased once the first login is proved
    dns_record_made       boolean     not null default false,
    schema_version        text,
    database_bytes        bigint,
    verdict               text,                                   -- of the last verification, as people read it
    metadata              jsonb       not null default '{}',
    deleted_at            timestamptz
);

comment on table tenants is 'One row per tenant, tombstones included. A tombstone keeps its subdomain reserved.';

-- A subdomain belongs to one tenant, living or buried, until it is released (metadata.released).
create unique index tenants_subdomain on tenants (subdomain) where not metadata ? 'released';
create index tenants_created on tenants (created_at desc);

-- ---------------------------------------------------------------------------------------------
-- Runs: one execution of a pipeline, executed in legs (from a start or a decision to the next wait).
-- ---------------------------------------------------------------------------------------------

create table runs (
    run_id           text        primary key,
    kind             text        not null,
    state            text        not null default 'queued'
                     check (state in ('queued', 'running', 'waiting', 'succeeded', 'rolled_back', 'cancelled')),
    subdomain        text        not null,
    tenant_id        uuid        references tenants on delete set null on update cascade,
    request          jsonb       not null,
    request_hash     text        not null,
    origin           jsonb       not null default '{}',           -- opaque: belongs to the surface that asked
    requested_by     text        not null,
    leg              integer     not null default 1,              -- engine workflow of this leg: run_id, run_id.2, …
    direction        text        not null default 'forward' check (direction in ('forward', 'rollback')),
    claim            text,                                        -- who executes this leg; a late writer no longer matches
    cancel_requested boolean     not null default false,
    waiting_for      jsonb,
    error            jsonb,
    checklist        jsonb,
    created_at       timestamptz not null default now(),
    started_at       timestamptz,
    finished_at      timestamptz
);

-- At most one open run per subdomain: this index is the lock.
create unique index runs_open on runs (subdomain) where state in ('queued', 'running', 'waiting');
create index runs_subdomain on runs (subdomain, created_at desc);
create index runs_created on runs (created_at desc);

create table run_steps (
    run_id      text        not null references runs on delete cascade,
    number      integer     not null,
    title       text        not null,
    state       text        not null default 'pending'
                check (state in ('pending', 'running', 'succeeded', 'failed', 'undone', 'skipped')),
    begun       boolean     not null default false,               -- ever tried, and not undone since
    attempts    integer     not null default 0,
    typical     double precision not null default 0,              -- seconds, the guide's usual time
    detail      text,
    result      text,                                             -- sealed: what later steps are given
    started_at  timestamptz,
    finished_at timestamptz,
    primary key (run_id, number)
);

create table run_events (
    event_id bigint      generated always as identity primary key,
    run_id   text        not null references runs on delete cascade,
    at       timestamptz not null default now(),
    what     text        not null,
    step     integer,
    detail   text
);

create index run_events_run on run_events (run_id, event_id);

-- ---------------------------------------------------------------------------------------------
-- Outbox: what is sent once per (tenant, template, version), whatever crashes.
-- ---------------------------------------------------------------------------------------------

create table outbox (
    tenant_id  uuid        not null references tenants on delete cascade on update cascade,
    template   text        not null,
    version    integer     not null default 1,
    recipient  text        not null,
    message_id text        not null unique,
    state      text        not null default 'pending' check (state in ('pending', 'sending', 'sent')),
    created_at timestamptz not null default now(),
    sent_at    timestamptz,
    primary key (tenant_id, template, version)
);

-- ---------------------------------------------------------------------------------------------
-- Audit: append-only, each row bound to the one before it by a keyed hash.
-- ---------------------------------------------------------------------------------------------

create table audit_log (
    seq           bigint      primary key check (seq > 0),        -- explicit: a gap is a break
    at            timestamptz not null,
    surface       text        not null,
    actor_id      text        not null,
    actor_name    text        not null,
    team          text,
    action        text        not null,
    subdomain     text,
    run_id        text,
    request_hash  text,
    result        text        not null,
    reason        text,
    details       jsonb       not null default '{}',
    key_id        text        not null,
    previous_hash text        not null,
    hash          text        not null
);

create index audit_log_subdomain on audit_log (subdomain, seq desc);

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception 'The audit log is append-only.';
end
$$;

create trigger audit_log_append_only
    before update or delete or truncate on audit_log
    for each statement execute function refuse_change();
