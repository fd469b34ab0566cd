-- The records of the zones that the sandbox serves. Names are lower-case and have no dot at the end.
create table if not exists dns_records (
    id text primary key default replace(gen_random_uuid()::text, '-', ''),
    name text not null,
    type text not null,
    value text not null,
    ttl integer not null,
    visible_at timestamptz not null default now(),
    comment text not null default '',
    proxied boolean not null default false,
    created_at timestamptz not null default now(),
    modified_at timestamptz not null default now(),
    unique (name, type, value)
);

-- What a zone remembers about itself, and how the outside world is set up.
create table if not exists dns_settings (
    name text primary key,
    value text not null
);
