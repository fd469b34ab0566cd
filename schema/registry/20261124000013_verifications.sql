-- What each verification of a tenant came to; the newest few of every tenant are kept.

create table verifications (
    verification_id bigint      generated always as identity primary key,
    tenant_id       uuid        not null references tenants on delete cascade on update cascade,
    run_id          text        not null,
    at              timestamptz not null default clock_timestamp(),
    ok              boolean     not null,
    verdict         text        not null,
    checklist       jsonb       not null,
    database        text                                          -- which one it was, whatever its address says
);

create index verifications_tenant on verifications (tenant_id, verification_id desc);
create index verifications_run on verifications (run_id);

alter table tenants add column unwell_since timestamptz;          -- people were told that it turned bad, and not yet that it is well
