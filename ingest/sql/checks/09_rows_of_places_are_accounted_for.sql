-- Every row of a place's table is counted, replaced by a newer file, or a copy of one that is
-- Key: source_id.
with
  staged as (
    select source_id, count(*) as rows, count(*) filter (amount is null) as without_amount
    from staged_record
    group by source_id
  ),
  live as (select source_id, count(*) as rows from live_record group by source_id),
  kept as (
    select source_id, count(*) as rows, count(said_amount) as with_amount, sum(said_amount) as said
    from core.record
    group by source_id
  ),
  counted as (
    select
      core.file.source_id,
      count(*) as rows,
      -- What we correct stays what the file says, for this comparison.
      sum(core.transaction.amount - coalesce(correction.delta, 0)) as amount
    from core.transaction
    join core.file using (file_key)
    left join (
      select transaction_id, delta from core.correction where delta is not null
    ) as correction using (transaction_id)
    semi join core.record using (transaction_id)
    group by core.file.source_id
  ),
  -- A live row that is not kept must have one of its key that is.
  lost as (
    select live_record.source_id, count(*) as rows
    from live_record
    anti join core.record using (file_key, raw_row)
    anti join core.record as same
      on split_part(same.transaction_id, '#', 1) = live_record.register || ':' || live_record.row_key
    group by live_record.source_id
  )
select staged.source_id, staged.rows, live.rows, kept.rows, counted.rows, lost.rows
from staged
left join live using (source_id)
left join kept using (source_id)
left join counted using (source_id)
left join lost using (source_id)
left join core.source using (source_id)
where coalesce(lost.rows, 0) > 0
  or coalesce(kept.with_amount, 0) <> coalesce(counted.rows, 0)
  or (counts_as <> 'total' and kept.said is distinct from counted.amount)
