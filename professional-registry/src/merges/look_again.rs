use diesel::prelude::*;
use store::schema::{professionals, register_merges};
use store::{Act, CryptoRng, Database};

use super::case::{self, NewCase};
use super::{MergeCaseKind, SLICE, person};

/// Compares the persons of those merges that were made before the register knew both: the correspondence often comes before the extract that
/// names the new number. Those that agree are marked; of the others a case is opened, as long as not too many wait, and the merge stands
/// until officers have ended it. How many were opened.
///
/// Opens its own transactions. To be called once after each extract: it asks about every merge that could not be compared yet.
pub fn look_again(db: &mut Database, rng: &mut dyn CryptoRng, act: &Act) -> QueryResult<u64> {
    let (mut after, mut opened) = (String::new(), 0);
    loop {
        let page: Vec<(String, String)> = register_merges::table
            .filter(register_merges::compared_at.is_null().and(register_merges::ended_at.is_null()))
            .filter(register_merges::adeli.gt(&after))
            .filter(register_merges::adeli.eq_any(professionals::table.select(professionals::id_nat)))
            .filter(register_merges::rpps.eq_any(professionals::table.select(professionals::id_nat)))
            .order(register_merges::adeli)
            .limit(i64::try_from(SLICE).unwrap_or(i64::MAX))
            .select((register_merges::adeli, register_merges::rpps))
            .load(db)?;
        let Some((last, _)) = page.last() else { return Ok(opened) };
        after.clone_from(last);
        opened += db.write(|db| compare(db, &page, rng, act))?;
    }
}

fn compare(
    db: &mut Database,
    page: &[(String, String)],
    rng: &mut dyn CryptoRng,
    act: &Act,
) -> QueryResult<u64> {
    let ids: Vec<&str> = page.iter().flat_map(|(adeli, rpps)| [adeli.as_str(), rpps.as_str()]).collect();
    let persons = person::known(db, &ids)?;
    let (mut agree, mut opened, room) = (Vec::new(), 0, case::room(db)?);
    for (adeli, rpps) in page {
        let (Some(one), Some(other)) = (persons.get(adeli), persons.get(rpps)) else { continue };
        let Some(doubt) = person::doubt(one, other) else {
            agree.push(adeli.as_str());
            continue;
        };
        if opened < room {
            let identities = person::fingerprint(doubt, Some(one), Some(other));
            let kind = MergeCaseKind::Part;
            let new = NewCase { kind, adeli, rpps, doubt, identities: &identities };
            opened += u64::from(case::open(db, &new, rng, act)?.is_some());
        }
    }
    diesel::update(register_merges::table)
        .filter(register_merges::adeli.eq_any(agree))
        .filter(register_merges::compared_at.is_null().and(register_merges::ended_at.is_null()))
        .set(register_merges::compared_at.eq(act.at.millis()))
        .execute(db)?;
    Ok(opened)
}
