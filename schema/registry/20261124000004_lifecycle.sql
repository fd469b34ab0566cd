-- Suspending a tenant says who did it and why.

alter table tenants
    add column suspended_by     text,
    add column suspended_reason text;
