-- Bought from one source
-- asks: Why was no other business asked?
-- why: Without competition nothing shows whether price and product were the best to be had.
-- method: The record's own words: not competed, not available for competition, sole source, or an
--   order that was not offered to the other holders of its contract.
-- not applicable: The record does not say how far it was competed.
-- innocent explanation: One business may be the only maker, the purchase may be small or urgent, or
--   the competition may have been for the contract under which this was ordered.
-- version: 1
with
  said as (
    select
      *,
      case
        when nullif(fair_opportunity_exception, '') is not null
          and not regexp_matches(fair_opportunity_exception, '(?i)^(fair opportunity given|competitive set aside)')
        then fair_opportunity_exception
        when regexp_matches(competition, '(?i)^not (competed|available for competition)')
          or regexp_matches(competition, '(?i)\b(sole source|single source|non[- ]?competitive)\b')
        then concat_ws(': ', competition, no_competition_reason)
      end as words
    from examined
  )
select
  purchase_id,
  words is not null as is_raised,
  coalesce(no_competition_reason, words) as value,
  words as evidence,
  case
    when competition is null and fair_opportunity_exception is null
    then 'the record does not say how far it was competed'
  end as not_applicable
from said
