-- A staged file has as many rows as when it was read
-- Key: file_key.
select file_key, raw_file, rows, found
from core.file
join (
  select file_key, count(*) as found from staged_transaction group by all
  union all
  select file_key, count(*) from staged_summary group by all
  union all
  select file_key, count(*) from staged_grant group by all
  union all
  select file_key, count(*) from staged_subaward group by all
  union all
  select file_key, count(*) from staged_record group by all
  union all
  select file_key, count(*) from staged_use group by all
) using (file_key)
where rows <> found
