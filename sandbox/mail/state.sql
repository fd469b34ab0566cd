-- Every mail that was accepted, whichever way it came.
create table if not exists mail_messages (
    id bigint generated always as identity primary key,
    recipients text[] not null,
    sender text not null,
    subject text not null,
    text text not null,
    html text not null,
    message_id text not null,
    headers jsonb not null,
    received_at timestamptz not null default now(),
    raw bytea not null
);

-- What the mail API answered to an idempotency key, and to which request.
create table if not exists mail_idempotency_keys (
    key text primary key,
    fingerprint text not null,
    email_id text not null,
    used_at timestamptz not null default now()
);
