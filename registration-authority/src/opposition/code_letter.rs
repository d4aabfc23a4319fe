//! From a card that is due a code to the letter with it. The code is in the letter's file and nowhere else; the caller
//! writes that file before the verifiers are recorded, and lets it go after.

use ca_core::signer::{KeyReference, Signer};
use ca_core::signing::IntendedError;
use card::{CardNumber, CardStatus};
use diesel::prelude::*;
use rand_core::CryptoRng;
use serde::Serialize;
use serde_json::json;
use store::schema::{card_orders, cards, opposition_codes};
use store::{Act, Code, Database, Fault, Timestamp, audit};
use thiserror::Error;
use zeroize::Zeroizing;

use super::code::{OppositionCode, verifier};
use crate::faults;
use crate::order::service_card;

/// What a letter's file says it is.
pub const FORMAT: &str = "igc-opposition-codes-1";

/// States of a card whose holder may need a code.
pub(super) const LIVING: [CardStatus; 3] = [CardStatus::Certified, CardStatus::Delivered, CardStatus::Active];

/// Codes that were drawn, of which nothing is recorded yet.
pub struct CodeLetter {
    id: String,
    key: KeyReference,
    made_at: Timestamp,
    codes: Vec<DrawnCode>,
}

struct DrawnCode {
    card: CardNumber,
    holder: String,
    /// Whose letter it is: the names of the order.
    family_name: String,
    given_name: String,
    /// What stands in their place, of a card that names nobody.
    service: Option<String>,
    code: OppositionCode,
    verifier: [u8; 32],
}

/// Why no code was drawn or recorded.
#[derive(Debug, Error)]
pub enum CodeLetterError {
    /// The HSM made no verifier.
    #[error(transparent)]
    Verifier(#[from] IntendedError),
    /// A card of the letter has a code: another worker was quicker.
    #[error("card {0} has an opposition code already")]
    Taken(CardNumber),
    /// The database refused.
    #[error("database: {0}")]
    Database(#[from] diesel::result::Error),
}

impl Fault for CodeLetterError {
    fn code(&self) -> Code {
        match self {
            Self::Verifier(error) => error.code(),
            Self::Taken(_) => faults::OPPOSITION_CODE_TAKEN,
            Self::Database(_) => store::fault::DATABASE,
        }
    }
}

/// Says that a card that was just certified is due a code. Inside the transaction that certifies it.
pub(crate) fn make_due(db: &mut Database, card: &CardNumber, act: &Act) -> QueryResult<()> {
    diesel::insert_into(opposition_codes::table)
        .values((opposition_codes::card_number.eq(card.to_string()), opposition_codes::due_at.eq(act.at)))
        .execute(db)
        .map(drop)
}

/// Whether a living card waits for its code.
pub fn is_any_due(db: &mut Database) -> QueryResult<bool> {
    Ok(!due(db, 1)?.is_empty())
}

/// Draws the codes of `most` cards that wait for theirs; nothing where none does. No transaction is open: the HSM works.
pub fn draw(
    db: &mut Database,
    signer: &mut dyn Signer,
    key: &KeyReference,
    most: u16,
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> Result<Option<CodeLetter>, CodeLetterError> {
    let mut codes = Vec::new();
    for Due { number, holder, family_name, given_name, structure } in due(db, i64::from(most))? {
        let service = match (family_name.as_str(), structure) {
            ("", Some(structure)) => {
                let local_id = holder.split_once('/').map_or("", |(_, local_id)| local_id);
                Some(service_card(local_id, &structure))
            }
            _ => None,
        };
        let card: CardNumber = card_number(&number)?;
        let code = OppositionCode::draw(rng);
        let verifier = verifier(db, signer, key, Some(&card), &code.digest(), rng, act)?;
        codes.push(DrawnCode { card, holder, family_name, given_name, service, code, verifier });
    }
    if codes.is_empty() {
        return Ok(None);
    }
    let mut id = [0; 16];
    rng.fill_bytes(&mut id);
    Ok(Some(CodeLetter { id: hex::encode(id), key: key.clone(), made_at: act.at, codes }))
}

/// Whether the verifiers of this letter stand: its file may go to whoever prints it. Where they do not, its codes are
/// worth nothing.
pub fn is_recorded(db: &mut Database, letter: &str) -> QueryResult<bool> {
    let of_letter = opposition_codes::table.filter(opposition_codes::letter.eq(letter));
    diesel::select(diesel::dsl::exists(of_letter)).get_result(db)
}

impl CodeLetter {
    /// 32 hexadecimal digits, drawn by chance: the name of its file.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The cards whose codes it brings.
    pub fn cards(&self) -> impl Iterator<Item = CardNumber> {
        self.codes.iter().map(|drawn| drawn.card)
    }

    /// The file for whoever prints the letters: the only place with the codes in clear.
    pub fn to_json(&self) -> Zeroizing<Vec<u8>> {
        #[derive(Serialize)]
        struct File<'a> {
            format: &'a str,
            letter: &'a str,
            made_at: Timestamp,
            codes: Vec<Line<'a>>,
        }
        #[derive(Serialize)]
        struct Line<'a> {
            card: String,
            holder: &'a str,
            family_name: &'a str,
            given_name: &'a str,
            /// Of a card that names nobody.
            #[serde(skip_serializing_if = "Option::is_none")]
            service: Option<&'a str>,
            code: &'a str,
        }
        let printed: Vec<Zeroizing<String>> = self.codes.iter().map(|drawn| drawn.code.grouped()).collect();
        let codes = self.codes.iter().zip(&printed).map(|(drawn, code)| Line {
            card: drawn.card.to_string(),
            holder: &drawn.holder,
            family_name: &drawn.family_name,
            given_name: &drawn.given_name,
            service: drawn.service.as_deref(),
            code,
        });
        let file = File { format: FORMAT, letter: &self.id, made_at: self.made_at, codes: codes.collect() };
        Zeroizing::new(serde_json::to_vec_pretty(&file).expect("a letter has text and times only"))
    }

    /// Records the verifiers, all of them or none; the codes are forgotten. In a transaction of its own.
    pub fn record(
        self,
        db: &mut Database,
        rng: &mut dyn CryptoRng,
        act: &Act,
    ) -> Result<(), CodeLetterError> {
        db.write(|db| {
            for drawn in &self.codes {
                let number = drawn.card.to_string();
                let recorded = diesel::update(opposition_codes::table.find(&number))
                    .filter(opposition_codes::verifier.is_null())
                    .set((
                        opposition_codes::verifier.eq(drawn.verifier.as_slice()),
                        opposition_codes::mac_key.eq(self.key.to_string()),
                        opposition_codes::letter.eq(&self.id),
                        opposition_codes::made_at.eq(self.made_at),
                    ))
                    .execute(db)?;
                if recorded != 1 {
                    return Err(CodeLetterError::Taken(drawn.card));
                }
                let event = audit::Event {
                    action: "opposition-code.made",
                    subject: format!("card {number}"),
                    payload: json!({"letter": self.id, "key": self.key.to_string()}),
                };
                audit::record(db, event, rng, act)?;
            }
            Ok(())
        })
    }
}

#[derive(Queryable)]
struct Due {
    number: String,
    holder: String,
    family_name: String,
    given_name: String,
    structure: Option<String>,
}

fn due(db: &mut Database, most: i64) -> QueryResult<Vec<Due>> {
    opposition_codes::table
        .inner_join(cards::table.on(cards::number.eq(opposition_codes::card_number)))
        .inner_join(card_orders::table.on(card_orders::number.eq(cards::order_number)))
        .filter(opposition_codes::verifier.is_null())
        .filter(cards::status.eq_any(LIVING.map(CardStatus::as_str)))
        .order(opposition_codes::card_number)
        .limit(most)
        .select((
            cards::number,
            cards::holder,
            card_orders::family_name,
            card_orders::given_name,
            card_orders::structure,
        ))
        .load(db)
}

pub(super) fn card_number(text: &str) -> QueryResult<CardNumber> {
    text.parse().map_err(|error| diesel::result::Error::DeserializationError(Box::new(error)))
}
