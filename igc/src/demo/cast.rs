//! Who plays: persons of the fictional register whose cards the demonstration makes.

use professional_registry::fictional::FictionalRegister;
use professional_registry::{
    Category, IdNatPs, ImportedRegister, Profession, ProfessionalRecord, Registry, StructureRecord,
};
use store::Database;

use crate::faults;
use crate::problem::Problem;

/// The players.
#[derive(Clone, Debug)]
pub struct Cast {
    /// The nurse whose card will be stolen.
    pub robbed: Player,
    /// Whose card will be renewed years later.
    pub renewed: Player,
    /// Who will have been struck off by then.
    pub struck_off: Player,
    /// Whose orders wait in the officers' queue.
    pub waiting: Vec<Player>,
    /// A structure that has a server.
    pub structure: StructureRecord,
}

/// A person and one profession he exercises.
#[derive(Clone, Debug)]
pub struct Player {
    /// IdNat_PS.
    pub id: IdNatPs,
    /// The profession.
    pub profession: Profession,
}

/// Waiting orders in the queue of a demonstration that stays up.
const WAITING: usize = 12;

/// Chooses the players among those the register knows.
pub fn choose(db: &mut Database, register: &FictionalRegister) -> Result<Cast, Problem> {
    let mut players = Vec::new();
    let mut structure = None;
    for rpps in register.professionals() {
        let id = IdNatPs::Rpps(rpps);
        let Some(record) = ImportedRegister.professional(db, &id)? else { continue };
        if structure.is_none() {
            structure = structure_of(db, &record)?;
        }
        if let Some(profession) = sole_profession(&record) {
            players.push(Player { id, profession });
        }
        if players.len() >= 3 + WAITING && structure.is_some() {
            break;
        }
    }
    let too_small =
        || Problem::new(faults::DEMO_STEP, "the fictional register is too small to choose players from");
    let waiting = players.split_off(3.min(players.len()));
    let [robbed, renewed, struck_off]: [Player; 3] = players.try_into().map_err(|_| too_small())?;
    Ok(Cast { robbed, renewed, struck_off, waiting, structure: structure.ok_or_else(too_small)? })
}

/// The profession of a person who exercises just one, as a civilian: nothing to explain in a first demonstration.
fn sole_profession(record: &ProfessionalRecord) -> Option<Profession> {
    let mut living = record.exercises.iter().filter(|exercise| exercise.ceased_at.is_none());
    let first = living.next()?;
    let sole = living.next().is_none() && record.ceased_at.is_none() && first.category == Category::Civil;
    sole.then_some(first.profession)
}

/// A structure with a FINESS number, where the person works.
fn structure_of(db: &mut Database, record: &ProfessionalRecord) -> Result<Option<StructureRecord>, Problem> {
    for activity in record.exercises.iter().flat_map(|exercise| &exercise.activities) {
        let Some(id) = &activity.structure else { continue };
        if let Some(structure) = ImportedRegister.structure(db, id)?
            && structure.finess.is_some()
        {
            return Ok(Some(structure));
        }
    }
    Ok(None)
}
