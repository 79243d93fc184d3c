-- A use, a law, an event and a question stand once, and none without a source
-- Key: name, key.
select 'mart.use' as name, use_id as key from mart.use group by all having count(*) > 1
union all
select 'mart.law', law_id from mart.law group by all having count(*) > 1
union all
select 'mart.event', event_id from mart.event group by all having count(*) > 1
union all
select 'mart.standing_list', list || ': ' || entry_id
from mart.standing_list group by all having count(*) > 1
union all
select 'mart.purchase_law', purchase_id || ' and ' || law_id
from mart.purchase_law group by all having count(*) > 1
union all
select 'mart.use without a source', use_id from mart.use where source_title is null
union all
select 'mart.law without a source', law_id from mart.law where source_title is null
union all
select 'mart.event without a source', event_id from mart.event where source_title is null
union all
select 'a law listed that nobody read', law_id
from mart.standing_list
join mart.law using (law_id)
where read_from_primary_date is null;
