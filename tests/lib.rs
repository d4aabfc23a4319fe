//! What the acceptance scenarios stand on: databases of both kinds, the built program, and the
//! judges that did not write it (openssl, pkilint, a JSON Schema checker).

pub mod harness;
