//! The tokens of a ceremony, made ready.

use std::path::Path;

use rand_core::CryptoRng;
use toml::Spanned;

use super::CeremonyError;
use super::file::{Pins, Plan};
use crate::signer::tokens::Token;
use crate::signer::{SignerError, SignerProcess, pin};

/// Initialises every token of the plan. All of them are looked at before the first is touched, and
/// so are the PIN files: a ceremony that cannot be held leaves nothing behind.
pub(super) fn initialise(
    process: &SignerProcess,
    plan: &Plan,
    rng: &mut dyn CryptoRng,
) -> Result<Vec<String>, CeremonyError> {
    let tokens = plan
        .tokens
        .iter()
        .map(|name| process.tokens().named(name.get_ref()))
        .collect::<Result<Vec<&Token>, SignerError>>()?;
    for token in &tokens {
        if process.is_initialised(&token.name)? {
            let (token, label) = (token.name.clone(), token.label.clone());
            return Err(SignerError::AlreadyInitialised { token, label }.into());
        }
    }
    let pin_files = tokens.iter().flat_map(|token| [&token.pin_file, &token.so_pin_file]);
    for file in pin_files.clone() {
        match plan.pins {
            Pins::Generate => refuse_standing(file)?,
            Pins::Existing => drop(pin::read(file)?),
        }
    }
    if plan.pins == Pins::Generate {
        pin_files.clone().try_for_each(|file| pin::create(file, rng))?;
    }
    for token in &tokens {
        process.initialise(&token.name)?;
    }
    Ok(plan.tokens.iter().map(Spanned::get_ref).cloned().collect())
}

fn refuse_standing(file: &Path) -> Result<(), SignerError> {
    match file.symlink_metadata() {
        Ok(_) => {
            let detail = "stands already, and a PIN in use is never overwritten".to_owned();
            Err(SignerError::PinFile { file: file.to_owned(), detail })
        }
        Err(_) => Ok(()),
    }
}
