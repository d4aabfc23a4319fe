use std::ffi::OsStr;
use std::process::{Command, Stdio};

use super::{Finished, run};

/// Runs the `openssl` client: the first outside judge. Its exit code alone says little
/// (`openssl ocsp` exits 0 on answers it warns about): read [`Finished::said`] too.
#[track_caller]
pub fn openssl<I, S>(arguments: I) -> Finished
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    run(Command::new("openssl").args(arguments).stdin(Stdio::null()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn openssl_answers() {
        assert!(openssl(["version"]).expect_exit(0).stdout.starts_with("OpenSSL "));
    }
}
