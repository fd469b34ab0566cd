-- Tenants that no longer look like their version of the schema are told of, too: one notice at a time, kept up to date.
alter table notices drop constraint notices_kind_check,
                    add constraint notices_kind_check check (kind in ('unwell', 'well', 'leak', 'drift'));
drop index notices_alarm;
create unique index notices_open on notices (kind) where kind in ('leak', 'drift') and closed_at is null;
