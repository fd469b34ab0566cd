-- What the admin API has answered to a request with an Idempotency-Key, written in the transaction of what it did.

create table kept_answers (
    caller       text        not null,                            -- who asked: a key is theirs alone
    key          text        not null,
    request_hash text        not null,                            -- another request under the same key is refused
    status       integer,                                         -- null while the first request is being answered
    headers      jsonb       not null default '{}',
    body         text        not null default '',
    at           timestamptz not null default now(),
    primary key (caller, key)
);

create index kept_answers_at on kept_answers (at);
