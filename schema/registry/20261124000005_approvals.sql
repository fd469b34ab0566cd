-- Approvals: a row, never a message. It is decided once, by one conditional update.

create table approvals (
    approval_id     text        primary key,                      -- opaque: what a button carries
    action          text        not null,
    subdomain       text        not null,
    tenant_id       uuid        not null,
    request         jsonb       not null,
    request_hash    text        not null,
    tenant_print    text        not null,                         -- fingerprint of the tenant as it was when asked
    facts           jsonb       not null default '{}',            -- what the approver should know, as it was when asked
    state           text        not null default 'pending'
                    check (state in ('pending', 'approved', 'rejected', 'expired', 'void')),
    requested_by    text        not null,
    requester       text        not null,                         -- who that is, the same on every surface
    created_at      timestamptz not null default now(),
    expires_at      timestamptz not null,
    decided_by      text,
    decided_at      timestamptz,
    decision_reason text,
    run_id          text        references runs on delete set null,
    origin          jsonb       not null default '{}',            -- opaque: belongs to the surface that asked
    report          jsonb       not null default '{}',
    reported        boolean     not null default false,
    check (decided_by is null or state <> 'pending')
);

-- At most one question at a time about a tenant.
create unique index approvals_pending on approvals (subdomain) where state = 'pending';
create index approvals_unreported on approvals ((origin ->> 'surface'), created_at) where not reported;
create index approvals_created on approvals (created_at desc);
