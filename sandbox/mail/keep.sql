insert into mail_messages (recipients, sender, subject, text, html, message_id, headers, raw)
values ($1, $2, $3, $4, $5, $6, $7::text::jsonb, $8);
