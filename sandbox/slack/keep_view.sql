-- Puts view $1 before person $3; of what was entered stays what the new definition still has a field for.
insert into slack_views (id, kind, person_id, definition, hash, external_id, root_id, previous_id)
values ($1, $2, $3, $4::text::jsonb, $5, $6, $7, $8)
on conflict (id) do update set
    definition = excluded.definition,
    hash = excluded.hash,
    external_id = excluded.external_id,
    state = coalesce((
        select jsonb_object_agg(kept.block_id, kept.entered)
        from jsonb_each(slack_views.state) as kept (block_id, entered)
        where exists (
            select from jsonb_array_elements(excluded.definition -> 'blocks') as block
            where block ->> 'block_id' = kept.block_id
              and (block -> 'element' ->> 'action_id' is null or kept.entered ? (block -> 'element' ->> 'action_id'))
        )
    ), '{}')
returning *;
