-- What happens by the clock, and the digests that come of it.

-- Which tick of each schedule was acted on last: the row is the lock, so that any number of clocks may tick.
create table schedules (
    name   text        primary key,
    slot   text        not null,                                  -- its local date and time: an hour that comes twice is one
    due_at timestamptz not null
);

-- Nothing that was due before there was a schedule is made up.
insert into schedules (name, slot, due_at) values ('digest', 'installed', now()), ('verify', 'installed', now());

create table digests (
    digest_id  text        primary key,
    due_at     timestamptz not null,
    asked_by   text        not null,
    content    jsonb       not null,
    print      text        not null,                              -- of what people would see change
    state      text        not null default 'pending'
               check (state in ('pending', 'posted', 'quiet', 'superseded')),
    report     jsonb       not null default '{}',                 -- opaque: belongs to the surface that posts it
    created_at timestamptz not null default now()
);

create index digests_created on digests (created_at desc);
create index digests_pending on digests (created_at) where state = 'pending';
