//! One module a scenario, named after what it proves.

mod append_only;
mod ceremonies;
mod certificate_dump;
mod command_line;
mod crash;
mod databases;
mod demonstration;
mod error_codes;
mod invariants;
mod profile_samples;
mod profiles_golden;
mod profiles_judged;
mod race;
mod real_certificates;
mod report_schema;
mod schema;
mod serve;
mod standstill;
mod tidy;
mod workshop;
