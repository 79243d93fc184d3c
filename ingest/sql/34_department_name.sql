-- core.department_name_source: every name of a buyer that the tables of places record, before it is
-- known which agency it means, with the body whose table it is. Key: place_id, name.

create table core.department_name_source as
select place_id, name, min(buyer) as buyer
from (
  select
    source.place_id,
    source.buyer,
    unnest([
      coalesce(staged_record.agency_name_source, staged_record.agency_code, source.buyer,
        core.place.place_name, source.publisher),
      staged_record.parent_agency_name,
      source.buyer
    ]) as name
  from (
    select distinct source_id, agency_name_source, agency_code, parent_agency_name
    from staged_record
  ) as staged_record
  join core.source as source using (source_id)
  left join core.place on core.place.place_id = source.place_id
) as named
where name is not null
group by place_id, name;
