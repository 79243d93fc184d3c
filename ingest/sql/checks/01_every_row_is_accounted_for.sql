-- Every staged row is counted, replaced by a newer file, or deleted by the publisher
-- Key: none. One row where the numbers do not add up.
with
  staged as (select count(*) as rows from staged_transaction),
  counted as (select count(*) as rows from core.transaction),
  replaced as (
    select count(*) as rows
    from staged_transaction
    semi join core.superseded as superseded
      on staged_transaction.file_key = superseded.file_key
      and staged_transaction.department_code is not distinct from superseded.department_code
      and fiscal_year(staged_transaction.date::date, fiscal_year_begins) = superseded.fiscal_year
  ),
  outdone as (
    select count(*) as rows
    from live_transaction
    anti join core.transaction using (file_key, raw_row)
  )
select staged.rows, counted.rows, replaced.rows, outdone.rows
from staged, counted, replaced, outdone
where staged.rows <> counted.rows + replaced.rows + outdone.rows
