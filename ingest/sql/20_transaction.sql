-- core.transaction: one row per dated movement of money on a purchase.
-- Key: transaction_id = register || ':' || the publisher's transaction key, in upper case.
-- Of several rows under one key the newest file's counts; a deletion there takes it away.

-- Almost every key stands once. Only the few that do not are worth ordering, and a hash finds
-- them in a fraction of the memory that the keys would take.
create temp table contested as
select hash(transaction_id) as key_hash
from live_transaction
group by all
having count(*) > 1;

create temp table winner as
select file_key, raw_row, correction
from live_transaction
semi join contested on hash(transaction_id) = key_hash
qualify row_number() over (
  partition by transaction_id
  order by file_order desc, raw_row desc
) = 1;

-- The API does not say how far a change moved the ceiling. Where its answer counts, what a file
-- said of the same movement of money stays.
create temp table carried as
select live_transaction.transaction_id, amount, ceiling_change as carried_change
from live_transaction
semi join (
  from live_transaction
  semi join winner using (file_key, raw_row)
  semi join (from core.file where kind = 'api') as api using (file_key)
) as answered on answered.transaction_id = live_transaction.transaction_id
where ceiling_change is not null and correction is distinct from 'D'
qualify row_number() over (
  partition by live_transaction.transaction_id
  order by file_order desc, raw_row desc
) = 1;

create table core.transaction as
with
  counted as (
    select * from live_transaction anti join contested on hash(transaction_id) = key_hash
    union all by name
    select live_transaction.* from live_transaction semi join winner using (file_key, raw_row)
  )
select
  counted.transaction_id,
  purchase_id,
  file_key,
  raw_row,
  date::date as date,
  fiscal_year::smallint as fiscal_year,
  counted.amount::decimal(18, 2) as amount,
  coalesce(ceiling_change, carried_change)::decimal(18, 2) as ceiling_change,
  modification_number,
  -- Modification 0 is the award itself; what comes later changes it.
  coalesce(regexp_full_match(modification_number, '0+'), false) as is_base,
  last_modified_date::date as last_modified_date,
  description
from counted
left join carried
  on carried.transaction_id = counted.transaction_id
  and carried.amount::decimal(18, 2) = counted.amount::decimal(18, 2)
where correction is distinct from 'D';

-- The same key twice in one file, with different words or money: the later row counts.
insert into meta.issue
select
  live_transaction.source_id,
  raw_sha256,
  raw_file,
  raw_member,
  max(raw_row) as raw_row,
  'transaction_key' as column_name,
  any_value(transaction_key) as value,
  'key repeated' as kind,
  format(
    'The key {} stands {} times in {}, with different amounts or dates. Row {} counts.',
    any_value(transaction_key), count(*), raw_file, max(raw_row)
  ) as message
from live_transaction
join core.file using (file_key)
semi join contested on hash(transaction_id) = key_hash
group by live_transaction.source_id, raw_sha256, raw_file, raw_member, file_key, transaction_id
having count(*) > 1 and count(distinct (amount, date, correction)) > 1
order by raw_sha256, raw_member, raw_row;
