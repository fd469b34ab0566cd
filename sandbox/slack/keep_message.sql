insert into slack_messages
    (channel_id, ts, thread_ts, person_id, by_app, from_slackbot, only_for, text, blocks, attachments, metadata)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9::text::jsonb, $10::text::jsonb, $11::text::jsonb)
returning *, (
    select root.person_id from slack_messages root where root.channel_id = $1 and root.ts = $3
) as parent_user_id;
