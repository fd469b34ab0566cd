-- Messages of channel $1: its top ones, or those of thread $2 with its root; ephemeral ones for $3 alone.
-- $4 and $5 are the bounds, both included. A deleted root stays, empty, for as long as it has replies.
select m.*, root.person_id as parent_user_id, replies.reply_count, replies.reply_users, replies.latest_reply
from slack_messages m
left join slack_messages root on root.channel_id = m.channel_id and root.ts = m.thread_ts
cross join lateral (
    select count(*)::int as reply_count,
           coalesce(array_agg(distinct r.person_id), '{}') as reply_users,
           max(r.ts) as latest_reply
    from slack_messages r
    where r.channel_id = m.channel_id and r.thread_ts = m.ts and not r.deleted and r.only_for is null
) as replies
where m.channel_id = $1
  and case when $2::text is null then m.thread_ts is null else $2 in (m.ts, m.thread_ts) end
  and (m.only_for is null or m.only_for = $3)
  and (not m.deleted or (m.thread_ts is null and replies.reply_count > 0))
  and m.ts::numeric between $4::text::numeric and $5::text::numeric
order by m.ts::numeric;
