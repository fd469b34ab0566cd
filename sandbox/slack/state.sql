-- The workspace that the app is installed in, and how strict its Slack is; one row.
create table if not exists slack_workspace (
    only_one boolean primary key default true check (only_one),
    team_id text not null,
    name text not null,
    domain text not null,
    app_id text not null,
    bot_id text not null,
    bot_user_id text not null,
    scopes text[] not null,
    app_scopes text[] not null default array['connections:write'],
    commands text[] not null default array['/tenant'],
    events text[] not null default array['app_home_opened', 'app_mention', 'message.im', 'subteam_members_changed'],
    request_url text,
    limit_scale double precision not null default 1 check (limit_scale > 0)
);

create table if not exists slack_people (
    id text primary key,
    team_id text not null,
    name text not null unique,
    real_name text not null,
    is_bot boolean not null default false,
    is_restricted boolean not null default false,
    is_ultra_restricted boolean not null default false,
    is_stranger boolean not null default false,
    deleted boolean not null default false,
    updated timestamptz not null default now()
);

-- `kind` is channel (public), group (private) or im; an im is with one person.
create table if not exists slack_channels (
    id text primary key,
    name text not null,
    kind text not null check (kind in ('channel', 'group', 'im')),
    person_id text references slack_people,
    is_general boolean not null default false,
    is_archived boolean not null default false,
    is_ext_shared boolean not null default false,
    is_pending_ext_shared boolean not null default false,
    shared_team_ids text[] not null default '{}',
    purpose text not null default '',
    created timestamptz not null default now()
);

create table if not exists slack_members (
    channel_id text not null references slack_channels on delete cascade,
    person_id text not null references slack_people on delete cascade,
    primary key (channel_id, person_id)
);

create table if not exists slack_groups (
    id text primary key,
    name text not null,
    handle text not null unique,
    description text not null default '',
    created timestamptz not null default now(),
    updated timestamptz not null default now(),
    deleted_at timestamptz
);

create table if not exists slack_group_members (
    group_id text not null references slack_groups on delete cascade,
    person_id text not null references slack_people on delete cascade,
    primary key (group_id, person_id)
);

-- `only_for` makes a message ephemeral; `from_slackbot` is Slack speaking for itself.
create table if not exists slack_messages (
    channel_id text not null references slack_channels on delete cascade,
    ts text not null,
    thread_ts text,
    person_id text not null,
    by_app boolean not null default false,
    from_slackbot boolean not null default false,
    only_for text,
    text text not null,
    blocks jsonb,
    attachments jsonb,
    metadata jsonb,
    edited_ts text,
    deleted boolean not null default false,
    primary key (channel_id, ts)
);
create index if not exists slack_messages_of_a_thread on slack_messages (channel_id, thread_ts);

-- Modals and Home tabs; `definition` is what the app sent, with the ids that Slack adds.
create table if not exists slack_views (
    id text primary key,
    kind text not null check (kind in ('modal', 'home')),
    person_id text not null references slack_people on delete cascade,
    definition jsonb not null,
    state jsonb not null default '{}',
    hash text not null,
    external_id text not null default '',
    root_id text not null,
    previous_id text,
    opened_at timestamptz not null default clock_timestamp(),
    closed_at timestamptz
);
create unique index if not exists slack_views_external on slack_views (external_id)
    where external_id <> '' and closed_at is null;
create unique index if not exists slack_views_home on slack_views (person_id) where kind = 'home';

create table if not exists slack_triggers (
    id text primary key,
    person_id text not null,
    view_id text,
    made_at timestamptz not null default now(),
    used_at timestamptz
);

create table if not exists slack_response_urls (
    token text primary key,
    person_id text not null,
    channel_id text not null,
    message_ts text,
    made_at timestamptz not null default now(),
    used integer not null default 0
);

-- What was sent to the app, over which way, and whether it answered in time.
create table if not exists slack_deliveries (
    id text primary key,
    kind text not null,
    way text not null,
    attempt integer not null default 0,
    sent_at timestamptz not null default clock_timestamp(),
    acked_at timestamptz,
    failure text
);

-- Windows of the rate tiers, and the allowance of each channel.
create table if not exists slack_windows (
    bucket text primary key,
    ends_at timestamptz not null,
    used integer not null
);
create table if not exists slack_allowances (
    bucket text primary key,
    level double precision not null,
    at timestamptz not null
);

create table if not exists slack_files (
    id text primary key,
    name text not null,
    length integer not null,
    content bytea,
    title text,
    channel_id text,
    made_at timestamptz not null default now(),
    completed_at timestamptz
);
alter table slack_files add column if not exists completed_at timestamptz;
