-- Changes message $2 of channel $1. Blocks, attachments and words are what the change says, the old ones gone;
-- metadata stays unless there is new, and an empty object takes it away. $7 marks a change of plain words as edited.
update slack_messages m
set text = $3,
    blocks = $4::text::jsonb,
    attachments = $5::text::jsonb,
    metadata = case when $6::text = '{}' then null else coalesce($6::text::jsonb, metadata) end,
    edited_ts = case when $4::text is null then $7 else edited_ts end
where channel_id = $1 and ts = $2 and not deleted
returning *, (
    select root.person_id from slack_messages root where root.channel_id = m.channel_id and root.ts = m.thread_ts
) as parent_user_id;
