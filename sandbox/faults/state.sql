-- Faults that a person or a test has switched on; `times` null means until cleared.
create table if not exists sandbox_faults (
    id bigint generated always as identity primary key,
    service text not null,
    path text not null,
    kind text not null,
    times integer check (times >= 0),
    delay double precision not null default 0 check (delay >= 0)
);
