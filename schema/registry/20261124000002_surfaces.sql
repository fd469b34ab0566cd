-- What surfaces such as Slack keep here: how far people have been told about a run, and which requests came already.

alter table runs
    add column report   jsonb   not null default '{}',            -- opaque: belongs to the surface that asked
    add column reported boolean not null default false;           -- everything has been told

create index runs_unreported on runs ((origin ->> 'surface'), created_at) where not reported;

-- A signed request that is sent again acts once: its key is kept for as long as its signature is fresh, and longer.
create table seen_requests (
    key text        primary key,
    at  timestamptz not null default now()
);

create index seen_requests_at on seen_requests (at);
