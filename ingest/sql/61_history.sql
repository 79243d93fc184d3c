-- mart.change: one row per change of a counted purchase between two publications that followed one
-- another. Key: change_id. `ingest/changes.py` fills it, from the files kept for ever and from the
-- database published before. mart.guard: one row per guard that held a source back or was let pass.
-- Key: source_id, guard. mart.correction: one row per fact that we correct. Key: correction_id.
-- mart.dispute: one row per dispute. Key: dispute_id.

create table mart.change (
  change_id varchar,
  kind varchar,
  cause varchar,
  from_build varchar,
  to_build varchar,
  from_date date,
  to_date date,
  purchase_id varchar,
  register varchar,
  record_kind varchar,
  source_id varchar,
  source_url varchar,
  award_number varchar,
  place_id varchar,
  place_name varchar,
  agency_id varchar,
  agency_name varchar,
  vendor_id varchar,
  vendor_name varchar,
  maker_id varchar,
  maker_name varchar,
  technology varchar,
  description varchar,
  basis varchar,
  currency varchar,
  before_amount decimal(18, 2),
  after_amount decimal(18, 2),
  before varchar,
  after varchar,
  because varchar
);

create table mart.guard (
  source_id varchar,
  guard varchar,
  message varchar,
  is_held boolean,
  accepted_because varchar,
  accepted_date date
);

create table mart.correction as
select
  correction.*,
  purchase.source_id,
  purchase.award_number,
  purchase.place_id,
  purchase.agency_id,
  purchase.agency_name,
  exists (
    from mart.purchase as published where published.purchase_id = correction.purchase_id
  ) as has_purchase
from (select * rename (delta as changed_by) from core.correction) as correction
left join core.purchase as purchase using (purchase_id)
order by corrected_date desc, correction_id;

create table mart.dispute as
select
  dispute.*,
  coalesce(agency.agency_name, purchase.agency_name) as agency_name,
  coalesce(vendor.vendor_name, purchase.vendor_name) as vendor_name
from core.dispute as dispute
left join mart.purchase as purchase on purchase.purchase_id = dispute.purchase_id
left join mart.agency as agency on agency.agency_id = dispute.agency_id
left join mart.vendor as vendor on vendor.vendor_id = dispute.vendor_id
order by said_date desc, dispute_id;
