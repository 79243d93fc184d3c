-- Every staged row is counted, replaced by a newer file, or deleted by the publisher
-- Key: none. One row where the numbers do not add up, or where a key has been lost.
with
  staged as (select count(*) as rows from staged_transaction),
  -- Rows of places have a check of their own.
  counted as (
    select count(*) as rows from core.transaction anti join core.record using (transaction_id)
  ),
  replaced as (
    select count(*) as rows
    from staged_transaction
    semi join core.superseded as superseded
      on staged_transaction.file_key = superseded.file_key
      and staged_transaction.department_code is not distinct from superseded.department_code
      and fiscal_year(staged_transaction.date::date, fiscal_year_begins) = superseded.fiscal_year
  ),
  outdone as materialized (
    select transaction_id, correction
    from live_transaction
    anti join core.transaction using (file_key, raw_row)
  ),
  -- A row can be outdone only by one of the same key that counts or deletes it.
  outdoing as (
    select transaction_id from core.transaction semi join outdone using (transaction_id)
    union all
    select transaction_id from outdone where correction = 'D'
  ),
  lost as (
    select count(*) as rows
    from outdone
    anti join outdoing using (transaction_id)
  )
select staged.rows, counted.rows, replaced.rows, (select count(*) from outdone), lost.rows
from staged, counted, replaced, lost
where staged.rows <> counted.rows + replaced.rows + (select count(*) from outdone)
  or lost.rows > 0
