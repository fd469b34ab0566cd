-- Changes message $2 of channel $1. Blocks and attachments go when new ones come or the text goes alone ($8);
-- metadata stays unless there is new.
update slack_messages m
set text = $3,
    blocks = case when $8 then $4::text::jsonb end,
    attachments = $5::text::jsonb,
    metadata = coalesce($6::text::jsonb, metadata),
    edited_ts = $7
where channel_id = $1 and ts = $2 and not deleted
returning *, (
    select root.person_id from slack_messages root where root.channel_id = m.channel_id and root.ts = m.thread_ts
) as parent_user_id;
