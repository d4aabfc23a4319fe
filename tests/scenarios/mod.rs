//! One module a scenario, named after what it proves.

mod append_only;
mod certificate_dump;
mod clock_ahead;
mod command_line;
mod crash;
mod database_rights;
mod databases;
mod demonstration;
mod error_codes;
mod invariants;
mod never_replaced;
mod profile_samples;
mod profiles_golden;
mod profiles_judged;
mod race;
mod real_certificates;
mod recovery;
mod relint;
mod report_schema;
mod schema;
mod serve;
mod standstill;
mod status_service;
mod tidy;
mod weak_keys;
mod workshop;
