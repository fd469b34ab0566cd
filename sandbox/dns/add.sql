insert into dns_records (name, type, value, ttl, visible_at, comment, proxied)
values ($1, $2, $3, $4, now() + make_interval(secs => $5), $6, $7)
on conflict do nothing
returning id;
