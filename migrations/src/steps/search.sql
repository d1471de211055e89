-- What the search finds records by beside their titles. Each is asked for with a part from the
-- midst, which only trigrams find.

create index contact_point_part on contact_point using gin (normalised gin_trgm_ops);
create index note_part on note using gin (body gin_trgm_ops) where deleted_at is null;
create index lead_person on lead using gin (person_name gin_trgm_ops) where deleted_at is null;
create index lead_company on lead using gin (company_name gin_trgm_ops) where deleted_at is null;
