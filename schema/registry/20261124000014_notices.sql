-- What is told unasked: a tenant that turns bad or is well again, and tenants that are not kept apart.

create table notices (
    notice_id  text        primary key,
    kind       text        not null check (kind in ('unwell', 'well', 'leak')),
    content    jsonb       not null,
    report     jsonb       not null default '{}',                 -- opaque: belongs to the surface that tells it
    reported   boolean     not null default false,
    created_at timestamptz not null default clock_timestamp(),
    closed_at  timestamptz                                        -- of a leak: the round that found it no more
);

-- At most one alarm at a time: what is found besides is added to it.
create unique index notices_alarm on notices (kind) where kind = 'leak' and closed_at is null;
create index notices_unreported on notices (created_at) where not reported;
