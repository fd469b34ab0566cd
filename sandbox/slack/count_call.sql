-- Counts one call in bucket $1, in a window that begins with the first call after the last one's end.
insert into slack_windows as counted (bucket, ends_at, used)
values ($1, now() + interval '1 minute', 1)
on conflict (bucket) do update set
    used = case when counted.ends_at <= now() then 1 else counted.used + 1 end,
    ends_at = case when counted.ends_at <= now() then excluded.ends_at else counted.ends_at end
returning used, greatest(1, ceil(extract(epoch from ends_at - now())))::int as seconds_left;
