//! Making contacts, companies and deals of leads, and records of records.
