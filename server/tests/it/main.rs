//! Tests of the whole server, one file a feature.

mod away;
mod backup;
mod doctor;
mod doors;
mod escaping;
mod invitation;
mod layers;
mod live;
mod metrics;
mod own_postgres;
mod process;
mod session_store;
mod set_up;
mod shutdown;
mod sign_in;
mod test_app;
mod time_limit;
mod upgrade;
