//! The use cases over a PostgreSQL of the test's own. One binary; a module a feature.

mod bulk;
mod conversion;
mod demo;
mod doctor;
mod fields;
mod funnel;
mod import;
mod import_faults;
mod lists;
mod live;
mod my_day;
mod no_room;
mod notes;
mod people_settings;
mod pipelines;
mod read;
mod records;
mod recycle_bin;
mod rights;
mod search;
mod time_limit;
mod undo;
mod views;
mod write;
