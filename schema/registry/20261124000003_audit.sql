-- The keys of the audit chain: random, sealed by the vault, so that rows stay verifiable whichever vault keys come and go.

create table audit_keys (
    key_id  text        primary key,                              -- what rows name it by
    key     text        not null,                                 -- sealed
    made_at timestamptz not null default clock_timestamp()        -- the newest one is in use
);
