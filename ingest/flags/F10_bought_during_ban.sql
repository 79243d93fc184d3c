-- Bought while a law restricts it
-- asks: Which exception or older contract allowed this purchase while a ban or moratorium stood?
-- why: A council that forbids a technology should learn when it is bought all the same.
-- method: Money moved on a day on which a ban, moratorium or restriction that reaches the agency was in
--   force and names the technology. Only laws that a person has marked as read at the primary
--   source: until one is, no purchase is examined, and that none raises it says nothing.
-- not applicable: No law that was read so reaches the agency and technology.
-- innocent explanation: Laws have exceptions, and contracts signed before often may go on.
-- checked: 22 November 2026: none, as no law in our files is marked as read at its primary source.
-- version: 1
select
  examined.purchase_id,
  coalesce(bool_or(law.can_be_listed), false) as is_raised,
  string_agg(distinct
    format('{}, in force since {}', law.law_name, law.earliest_start_date::varchar), '; '
    order by format('{}, in force since {}', law.law_name, law.earliest_start_date::varchar)
  ) filter (law.can_be_listed) as value,
  string_agg(distinct 'left out by it: ' || law.exceptions, '; '
    order by 'left out by it: ' || law.exceptions) filter (law.can_be_listed) as evidence,
  case
    when count(law.law_id) = 0
    then 'no ban, moratorium or restriction that was read at its source reaches it'
  end as not_applicable
from examined
left join (
  from mart.purchase_law where is_restriction and read_from_primary_date is not null
) as law using (purchase_id)
group by examined.purchase_id
