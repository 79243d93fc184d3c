-- mart.change: one row per change of a counted purchase between two publications that followed one
-- another. Key: change_id. `ingest/changes.py` fills it, from the files kept for ever and from the
-- database published before. mart.guard: one row per guard that held a source back or was let pass.
-- Key: source_id, guard.

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
