//! `igc decision`: what officers read, sign and decide through the API of another machine.

use std::process::ExitCode;

use clap::{Subcommand, ValueEnum};
use registration_authority::approval::BULK_BOUND;

use super::Global;
use super::remote::{self, Refusal, Remote, SignedRemote};
use crate::faults;
use crate::problem::Problem;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// What waits for a decision there, a page at a time.
    Waiting {
        /// Of which kind.
        what: Kind,
        /// After this number: `next` of the page before.
        #[arg(long, value_name = "NUMBER")]
        after: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// One thing to decide on, as it stands there.
    Show {
        /// Its number, as `waiting` gives it; of a suspension, the card's.
        number: String,
        #[command(flatten)]
        remote: Remote,
    },
    /// Print what an officer's passkey must sign to decide, through the API (docs/api.md).
    Challenge {
        /// The number of what is decided on; of a suspension, the card's; of a feed of the register, the SHA-256 of its file. Of several
        /// orders, each: one signature decides on all of them.
        #[arg(required = true, num_args = 1..=BULK_BOUND)]
        number: Vec<String>,
        /// Refuse it, for the reason of this code; without one, approve it.
        #[arg(long, value_name = "CODE")]
        refuse: Option<String>,
        /// The officer's own sentence, of a refusal: it is signed, and given again with the signature.
        #[arg(long, value_name = "TEXT", requires = "refuse")]
        text: Option<String>,
        #[command(flatten)]
        remote: Remote,
    },
    /// Hand a signed approval in. Ends with 6 where a second officer must approve too, with 9 where rows of several were refused.
    Approve {
        /// The number, or the numbers, as of the challenge.
        #[arg(required = true, num_args = 1..=BULK_BOUND)]
        number: Vec<String>,
        #[command(flatten)]
        remote: SignedRemote,
    },
    /// Hand a signed refusal in.
    Refuse {
        /// The number, or the numbers, as of the challenge.
        #[arg(required = true, num_args = 1..=BULK_BOUND)]
        number: Vec<String>,
        /// The reason's code, as it was signed.
        #[arg(long, value_name = "CODE")]
        reason: String,
        /// The officer's own sentence, as it was signed.
        #[arg(long, value_name = "TEXT")]
        text: Option<String>,
        #[command(flatten)]
        remote: SignedRemote,
    },
}

/// What is decided on.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum Kind {
    /// Orders for cards.
    Orders,
    /// Requests for software certificates.
    CertificateRequests,
    /// Renewal plans.
    RenewalPlans,
    /// Plans of oppositions.
    OppositionPlans,
    /// Feeds of the register that were put aside.
    RegisterFeeds,
    /// Mandates of structures' agents.
    Mandates,
    /// Suspensions of cards.
    Suspensions,
    /// Officers' keys and certificates, also those that are settled.
    Enrolments,
    /// What the officer delegates, or was delegated, also what stands or has ended.
    Delegations,
}

pub fn run(global: &Global, command: &Command) -> Result<ExitCode, Problem> {
    match command {
        Command::Waiting { what, after, remote } => {
            let after = after.as_deref().map(plain).transpose()?;
            let after = after.map_or_else(String::new, |after| format!("after={after}"));
            let address = match what {
                Kind::CertificateRequests => format!("{}?status=submitted&{after}", what.address()),
                _ => format!("{}?{after}", what.address()),
            };
            remote::show(global, &remote.required()?, &address)
        }
        Command::Show { number, remote } => remote::show(global, &remote.required()?, &address(number)?),
        Command::Challenge { number, refuse, text, remote } => {
            let (api, refusal) = (remote.required()?, refuse.as_deref().map(|code| (code, text.as_deref())));
            match number.as_slice() {
                [number] => remote::challenge(global, &api, &address(number)?, refusal),
                numbers => remote::bulk_challenge(global, &api, numbers, refusal),
            }
        }
        Command::Approve { number, remote } => decide(global, number, None, remote),
        Command::Refuse { number, reason, text, remote } => {
            decide(global, number, Some((reason.as_str(), text.as_deref())), remote)
        }
    }
}

fn decide(
    global: &Global,
    numbers: &[String],
    refusal: Option<Refusal<'_>>,
    remote: &SignedRemote,
) -> Result<ExitCode, Problem> {
    match numbers {
        [number] => remote.decide_there(global, number, refusal),
        numbers => remote.decide_bulk_there(global, numbers, refusal),
    }
}

impl Kind {
    const fn address(self) -> &'static str {
        match self {
            Self::Orders => "/orders",
            Self::CertificateRequests => "/certificate-requests",
            Self::RenewalPlans => "/renewal-plans",
            Self::OppositionPlans => "/opposition-plans",
            Self::RegisterFeeds => "/register-feeds",
            Self::Mandates => "/mandates",
            Self::Suspensions => "/suspensions",
            Self::Enrolments => "/enrolments",
            Self::Delegations => "/delegations",
        }
    }

    /// What has a number like this.
    fn of(number: &str) -> Option<Self> {
        let is_hex = number.bytes().all(|octet| octet.is_ascii_hexdigit());
        match (number.get(..3), number.len()) {
            (Some("CO-"), _) => Some(Self::Orders),
            (Some("CR-"), _) => Some(Self::CertificateRequests),
            (Some("RP-"), _) => Some(Self::RenewalPlans),
            (Some("PO-"), _) => Some(Self::OppositionPlans),
            (Some("MA-"), _) => Some(Self::Mandates),
            (Some("EN-"), _) => Some(Self::Enrolments),
            (Some("DG-"), _) => Some(Self::Delegations),
            (_, 64) if is_hex => Some(Self::RegisterFeeds),
            (_, 10) if is_hex => Some(Self::Suspensions),
            _ => None,
        }
    }
}

/// Where the thing of this number stands in the API.
pub(super) fn address(number: &str) -> Result<String, Problem> {
    let number = plain(number)?;
    match Kind::of(number) {
        Some(Kind::Suspensions) => Ok(format!("/cards/{number}/suspension")),
        Some(kind) => Ok(format!("{}/{number}", kind.address())),
        None => Err(Problem::new(
            faults::ARGUMENT,
            format!(
                "{number:?} begins with none of CO-, CR-, RP-, PO-, MA-, EN-, DG-, and is no number of a card, nor digest of a feed"
            ),
        )),
    }
}

/// A number that can stand in an address as it is.
pub(super) fn plain(number: &str) -> Result<&str, Problem> {
    let fits =
        number.len() <= 64 && number.bytes().all(|octet| octet.is_ascii_alphanumeric() || octet == b'-');
    fits.then_some(number).ok_or_else(|| {
        Problem::new(faults::ARGUMENT, format!("{number:?}: letters, digits and - alone, 64 at most"))
    })
}
