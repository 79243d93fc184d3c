-- core.place (Key: place_id) gains the places where published purchases say that work is done.

insert into core.place by name
select named.*
from core.gazetteer as named
semi join (
  select work_place_id as place_id
  from core.terms
  semi join core.status using (purchase_id)
) as wanted using (place_id)
anti join core.place using (place_id)
order by place_id;
