//! The acceptance tests: the built program and the libraries together, on both databases, with
//! SoftHSM2 and outside judges. Run them with `make test`, which starts what they need.
#![allow(unreachable_pub, reason = "scenarios share among themselves: pub means the other scenarios")]
#![allow(clippy::unwrap_used, reason = "a scenario that cannot go on has failed, and says where")]

mod drills;
mod scenarios;
