-- What has happened, and how it is taken back. Numbered together with the faults: they are listed with them.
create table if not exists sandbox_mishaps (
    id bigint primary key default nextval(pg_get_serial_sequence('sandbox_faults', 'id')),
    service text not null,
    path text not null,
    kind text not null,
    memory jsonb not null
);
