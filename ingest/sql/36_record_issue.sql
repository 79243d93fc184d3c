-- What the rows of places say against their own declaration goes to meta.issue.
-- Key: none. Every one of them counts all the same: the issue says how to look at it again.

create temp table record_file as
select file_key, raw_sha256, raw_file, raw_member from core.file;

-- The same declared key with different words or money: each row counts.
insert into meta.issue
select
  source_id, raw_sha256, raw_file, raw_member, max(raw_row), 'row_key',
  split_part(any_value(transaction_id), '#', 1), 'key repeated',
  format('{} stands {} times in {} with different words or money. Each of them counts; the key '
    'that is declared does not tell them apart.',
    split_part(any_value(transaction_id), '#', 1), max(copy), any_value(raw_file))
from record
join record_file using (file_key)
join (select file_key, raw_row from staged_record where is_keyed is not null) as keyed
  using (file_key, raw_row)
group by source_id, raw_sha256, raw_file, raw_member, split_part(transaction_id, '#', 1)
having max(copy) > 1
order by source_id, raw_sha256, max(raw_row);

-- Declared as changes, but a row is the exact sum of the rows before it, or every row repeats the
-- first: that is how values to date look.
create temp table against_amounts as
with
  ordered as (
    select
      purchase_id, file_key, raw_row, source_id, amounts, said_amount, recency,
      sum(said_amount) over (
        partition by purchase_id order by recency rows between unbounded preceding and 1 preceding
      ) as before,
      row_number() over (partition by purchase_id order by recency) as place
    from record
    join record_purchase using (transaction_id)
    where said_amount is not null and record_kind <> 'payment'
  )
select
  purchase_id,
  any_value(source_id) as source_id,
  any_value(amounts) as amounts,
  arg_max(file_key, recency) as file_key,
  arg_max(raw_row, recency) as raw_row,
  count(*) as rows,
  bool_or(place > 2 and said_amount = before and said_amount > 0) as is_running,
  count(distinct said_amount) = 1 and count(*) > 2 and min(said_amount) > 0 as is_repeated,
  arg_max(said_amount, recency) < 0 as ends_below_zero,
  sum(said_amount) as sum_of_rows,
  arg_max(said_amount, recency) as newest
from ordered
group by purchase_id;

insert into meta.issue
select
  source_id, raw_sha256, raw_file, raw_member, raw_row, 'amount', newest::varchar,
  'amounts look otherwise than declared',
  case
    when amounts = 'total' then format(
      'The newest amount of {} is {}, below zero, which no value to date can be; the source is '
      'declared as values to date.', purchase_id, newest::varchar)
    when is_running then format(
      'Of the {} rows of {} one is the exact sum of those before it, as a value to date would be. '
      'It counts as a change: {} in all.', rows, purchase_id, sum_of_rows::varchar)
    else format(
      'The {} rows of {} all say {}: the same sum each time, or one value repeated. They count as '
      '{}: {} in all.', rows, purchase_id, newest::varchar,
      case amounts when 'delta' then 'changes' else 'parts' end, sum_of_rows::varchar)
  end
from against_amounts
join record_file using (file_key)
where (amounts = 'total' and ends_below_zero)
  or (amounts = 'delta' and (is_running or is_repeated))
  or (amounts = 'line' and is_repeated)
order by source_id, purchase_id;

-- What nobody can place in a year, or in dollars.
insert into meta.issue (source_id, column_name, value, kind, message)
select
  source_id, 'date', count(*)::varchar, 'rows without a year',
  format('{} rows of {} have neither a date nor a fiscal year. They count in totals and stand in '
    'no year.', count(*), source_id)
from record
where fiscal_year is null
group by source_id
order by source_id;

insert into meta.issue (source_id, column_name, value, kind, message)
select
  record.source_id, 'amount', record.currency, 'no dated rate',
  format('{} rows of {} are in {}, for which data/reference/exchange_rates.csv has no rate of their '
    'day. They stay in {} and are in no sum of dollars.',
    count(*), record.source_id, record.currency, record.currency)
from record
join core.transaction using (transaction_id)
where core.transaction.amount_usd is null
group by record.source_id, record.currency
order by record.source_id, record.currency;
