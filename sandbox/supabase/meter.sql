-- Counts one request of $1 within $2, in a window that begins with the first request after the last one's end.
insert into supabase_requests as counted (identity, scope, window_ends, used)
select $1, $2, now() + rate_window, 1 from supabase_settings
on conflict (identity, scope) do update set
    used = case when counted.window_ends <= now() then 1 else counted.used + 1 end,
    window_ends = case when counted.window_ends <= now() then excluded.window_ends else counted.window_ends end
returning used, (select rate_limit from supabase_settings) as allowed,
          greatest(1, ceil(extract(epoch from window_ends - now())))::int as seconds_left;
