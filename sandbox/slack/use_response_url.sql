update slack_response_urls
set used = used + 1
where token = $1
returning *, case
    when made_at < now() - interval '30 minutes' then 'expired_url'
    when used > 5 then 'used_url'
end as refused;
