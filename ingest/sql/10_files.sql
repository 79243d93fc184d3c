-- core.file: one row per table of a raw file. Key: file_key. Filled before this file runs.
-- core.superseded: which of their rows a newer file has replaced. Key: file_key, department_code,
-- fiscal_year.

-- A full file holds everything of an agency and fiscal year, so what older files say of them is
-- over, what they hold and it does not included. Full files of one stamp are parts of one another.
-- A file of changes counts from its stamp on: one that a full file already includes is over too.
create table core.superseded as
with
  held as (
    select distinct
      file_key,
      department_code,
      fiscal_year(date::date, fiscal_year_begins) as fiscal_year
    from staged_transaction
    where correction is distinct from 'D'
  )
select held.*
from held
join core.file as older using (file_key)
where exists (
  from core.file as newer
  where newer.kind = 'full'
    and newer.register = older.register
    and coalesce(newer.department_code = held.department_code, newer.department_code is null)
    and coalesce(newer.scope_fiscal_year = held.fiscal_year, newer.scope_fiscal_year is null)
    and case
      when older.kind = 'full' then newer.stamp > older.stamp
      else newer.file_order > older.file_order
    end
);

-- Every staged row that no later full file replaces, deletions included.
create temp view live_transaction as
select
  staged_transaction.*,
  register || ':' || upper(transaction_key) as transaction_id,
  register || ':' || upper(award_key) as purchase_id,
  fiscal_year(date::date, fiscal_year_begins) as fiscal_year
from staged_transaction
anti join core.superseded as superseded
  on staged_transaction.file_key = superseded.file_key
  and staged_transaction.department_code is not distinct from superseded.department_code
  and fiscal_year(staged_transaction.date::date, fiscal_year_begins) = superseded.fiscal_year;
