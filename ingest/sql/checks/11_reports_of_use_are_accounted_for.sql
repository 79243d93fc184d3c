-- Every row of a source of use is a report, replaced by a newer file, or listed with the reason
-- Key: source_id.
with
  live as (select source_id, count(*) as rows from live_use group by source_id),
  reported as (
    select source_id, count(distinct (raw_sha256, raw_row)) as rows
    from mart.use
    where source_id is not null
    group by source_id
  ),
  listed as (
    select source_id, count(distinct (raw_sha256, raw_row)) as rows
    from meta.issue
    semi join live_use using (source_id, raw_sha256, raw_row)
    where kind in ('row set aside', 'row repeated')
    group by source_id
  )
select source_id, live.rows, reported.rows, listed.rows
from live
left join reported using (source_id)
left join listed using (source_id)
where live.rows <> coalesce(reported.rows, 0) + coalesce(listed.rows, 0)
